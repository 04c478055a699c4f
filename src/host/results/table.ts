/** The rows of a results folder as one table, for programs that take tables. Nothing here touches a file system. */
import type { StoredResults, StoredRow } from './schema.ts';

/** A column; null where a row has nothing for it. */
export type Column =
  | { readonly name: string; readonly kind: 'text'; readonly values: string[] }
  | { readonly name: string; readonly kind: 'whole' | 'real'; readonly values: (number | null)[] };

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: number;
}

/**
 * A line for each run, step and replica; a column for each metric, and for metrics that are lists one for each place, as in
 * `singularValues_0`. `diverged` is the step at which the replica diverged, once it has.
 */
export function tableOf({ rows: stored }: Pick<StoredResults, 'rows'>): Table {
  const lines = stored.flatMap((row) => replicasOf(row).map((replica) => ({ row, replica })));
  const whole = (name: string, value: (row: StoredRow, replica: number) => number | null): Column => ({
    name,
    kind: 'whole',
    values: lines.map(({ row, replica }) => value(row, replica)),
  });
  const columns: Column[] = [
    { name: 'run', kind: 'text', values: lines.map(({ row }) => row.run) },
    whole('step', (row) => row.step),
  ];
  if (stored.some((row) => row.time !== undefined)) {
    columns.push({ name: 'time', kind: 'real', values: lines.map(({ row }) => row.time ?? null) });
  }
  columns.push(whole('replica', (_, replica) => replica));
  for (const { name, metric, place } of metricColumns(stored)) {
    const values = lines.map(({ row, replica }) => {
      const value = row.values[metric]?.[replica];
      return (Array.isArray(value) ? value[place ?? 0] : value) ?? null;
    });
    columns.push({ name, kind: 'real', values });
  }
  columns.push(whole('diverged', (row, replica) => row.diverged.find((d) => d.replica === replica)?.step ?? null));
  return { columns, rows: lines.length };
}

function replicasOf({ values }: StoredRow): number[] {
  const count = Math.max(0, ...Object.values(values).map((list) => list.length));
  return Array.from({ length: count }, (_, replica) => replica);
}

interface MetricColumn {
  readonly name: string;
  readonly metric: string;
  /** In the lists of a metric that is one. */
  readonly place: number | null;
}

/** In the order in which they appear. */
function metricColumns(rows: readonly StoredRow[]): MetricColumn[] {
  const longest = new Map<string, number | null>();
  for (const { values } of rows) {
    for (const [metric, list] of Object.entries(values)) {
      for (const value of list) {
        const length = Array.isArray(value) ? value.length : null;
        longest.set(metric, length === null ? null : Math.max(length, longest.get(metric) ?? 0));
      }
    }
  }
  return [...longest].flatMap(([metric, length]): MetricColumn[] =>
    length === null
      ? [{ name: metric, metric, place: null }]
      : Array.from({ length }, (_, place) => ({ name: `${metric}_${place}`, metric, place })),
  );
}

/** The lines of a CSV file. What is not there is empty; what is not finite is NaN, Infinity or -Infinity. */
export function* csvLines({ columns, rows }: Table): Generator<string> {
  yield `${columns.map(({ name }) => quoted(name)).join(',')}\n`;
  for (let k = 0; k < rows; k++) {
    yield `${columns.map(({ values }) => cell(values[k])).join(',')}\n`;
  }
}

function cell(value: string | number | null): string {
  return value === null ? '' : typeof value === 'number' ? String(value) : quoted(value);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
