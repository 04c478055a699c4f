/** Settings and surroundings as rows of tables, in the field's words. */
import { entry, keys } from '../config/table.ts';
import type { StoredResults } from '../results/schema.ts';
import { shown } from './numbers.ts';
import { words } from './views.ts';

export interface Row {
  readonly key: string;
  readonly label: string;
  readonly value: string;
}

/** What is no setting of a run. */
const others: Readonly<Record<string, string>> = {
  tolerance: 'Tolerance',
  points: 'Rows',
  file: 'File',
  quick: 'Quick',
  kernels: 'Kernels',
  in: 'Computed in',
  node: 'Node',
  dawn: 'Dawn',
  cpu: 'CPU',
};

const labels: Readonly<Record<string, string>> = {
  ...others,
  ...Object.fromEntries(keys.map((key) => [key, entry(key).label])),
};

/** Rows of a document's settings. Nothing is left out but what was not given, and what another row says. */
export function settingRows(config: Readonly<Record<string, unknown>>): Row[] {
  const rows = Object.entries(config).flatMap(([key, value]): Row[] => {
    if (value === undefined || value === null || key === 'question' || key === 'name') return [];
    return [{ key, label: Object.hasOwn(labels, key) ? labels[key] : words(key), value: valueText(value) }];
  });
  // What was asked for and what came of it often say the same, as n and samples.
  return rows.filter(
    ({ label, value }, k) => rows.findIndex((row) => row.label === label && row.value === value) === k,
  );
}

/** Numbers of a list that a cell has room for. */
const MOST_ITEMS = 12;

function valueText(value: unknown): string {
  if (typeof value === 'number') return shown(value, 6);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) {
    const some = value.slice(0, MOST_ITEMS).map(valueText).join(', ');
    return value.length > MOST_ITEMS ? `${some}, … (${shown(value.length)} in all)` : some;
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([, inner]) => inner !== undefined && inner !== null)
      .map(([name, inner]) => `${words(name).toLowerCase()} ${valueText(inner)}`)
      .join(', ');
  }
  return String(value);
}

/** What the numbers were computed with. */
export function environmentRows({ environment, seconds }: StoredResults['summary']): Row[] {
  if (!environment) return [];
  const { adapter, ...rest } = environment;
  const row = (key: string, label: string, value: unknown): Row[] =>
    typeof value === 'string' && value !== '' ? [{ key, label, value }] : [];
  const { description, vendor, architecture, driver } = adapter as Readonly<Record<string, unknown>>;
  return [
    { key: 'adapter', label: 'Adapter', value: adapter.software ? `${adapter.name} (software)` : adapter.name },
    ...row('vendor', 'Vendor', [vendor, architecture].filter(Boolean).join(', ')),
    ...row('driver', 'Driver', driver || description),
    ...row('flatwalk', 'flatwalk', rest.flatwalk),
    ...row('kernels', 'Kernels (fingerprint)', rest.kernels),
    ...row(
      'in',
      'Computed in',
      rest.in === 'chrome' ? `headless Chrome, ${rest.browser ?? ''}` : `Node ${rest.node ?? ''}`,
    ),
    ...row('dawn', 'Dawn (package webgpu)', rest.dawn),
    ...row('system', 'System', rest.system),
    ...row('cpu', 'CPU', rest.cpu),
    ...(seconds === undefined ? [] : [{ key: 'seconds', label: 'Seconds', value: shown(seconds, 3) }]),
  ];
}

/** Of a metric's values over replicas: one number, or the median with 10 % and 90 %. */
export function valuesText(values: { y: number; low: number; high: number }, replicas: number): string {
  if (replicas === 1) return shown(values.y, 5);
  return `${shown(values.y, 5)} (${shown(values.low, 3)} to ${shown(values.high, 3)})`;
}
