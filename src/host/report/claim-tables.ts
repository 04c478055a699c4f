/** What figures of claims share: tables as rows, colours of families, and what a drawing is. */
import type { Key } from '../figures/svg.ts';
import type { NamedFigure } from './run-figures.ts';

/** Numbers by column. */
export type Table = Readonly<Record<string, readonly number[]>>;
export type Tables = readonly (readonly [name: string, table: Table])[];

/** A figure but for its name in the report. */
export type Drawn = Omit<NamedFigure, 'name' | 'notes'>;

/** Rows of a table as objects. */
export function records(table: Table): Record<string, number>[] {
  const length = Math.max(0, ...Object.values(table).map((column) => column.length));
  return Array.from({ length }, (_, k) =>
    Object.fromEntries(Object.entries(table).map(([name, column]) => [name, column[k] ?? Number.NaN])),
  );
}

export const dashed = '6 4';
/** Shares of a start that float64 can tell from nothing. */
export const LEAST = 1e-12;
export const ink = (k: number) => `var(--run-${k % 8})`;
export const grid = { grid: true } as const;
export const identity = { color: { type: 'identity' } } as const;

/** Points of several tables, scaled so that all theories are one line. */
export function scaled(
  tables: Tables,
  of: (row: Record<string, number>, rate: number, first: Record<string, number>) => { x: number; y: number },
) {
  return tables.flatMap(([name, table]) => {
    const rows = records({ ...table, predictedRate: [] });
    const rate = table.predictedRate?.[0] ?? Number.NaN;
    return rows
      .map((row) => ({ name, ...of(row, rate, rows[0]) }))
      .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  });
}

/** One colour for all tables whose names begin alike, up to the first comma. */
export function familyColours(tables: Tables): { colour: (name: string) => string; keys: Key[] } {
  const family = (name: string) => name.split(',')[0];
  const families = [...new Set(tables.map(([name]) => family(name)))];
  const colour = (name: string) => ink(families.indexOf(family(name)));
  return { colour, keys: families.map((name, k) => ({ name, colour: ink(k) })) };
}
