import {
  type FlowOptions,
  type FlowResult,
  flow,
  type ManifoldPoint,
  makePoint,
} from '../../../engine/geometry/index.ts';
import { FlatwalkError } from '../../../engine/index.ts';
import { type InputKind, makeInputs, makeLabels, makeWeights } from '../../../model/data.ts';
import type { Series } from '../claims.ts';

/** A network with made data, as in `Experiment`: unit rows if nothing else is said, labels of size low..high, normal weights. */
export interface Start {
  readonly activation: string;
  readonly width: number;
  readonly samples: number;
  readonly dimension: number;
  readonly inputs?: InputKind;
  readonly labels: { readonly low: number; readonly high: number; readonly signs?: 'random' | 'positive' };
  /** Standard deviation of the pre-activations. */
  readonly std: number;
}

/** Eight neurons on three samples: the shape of the main experiment. */
export const small = { width: 8, samples: 3, dimension: 8, labels: { low: 2, high: 4 }, std: 0.5 } as const;

/** Activations about which the theorem speaks, with labels and weights on the scale of their bends. */
export const theorem: readonly Start[] = [
  { ...small, activation: 'cubic_linear:1' },
  { ...small, activation: 'cubic_linear:0.1' },
  { ...small, activation: 'sinh', labels: { low: 4, high: 8 }, std: 0.7 },
  { ...small, activation: 'sqp', std: 0.7 },
];

/** One of the networks that a seed makes; not on the manifold yet. */
export function startPoint(start: Start, seed: number): ManifoldPoint {
  const { activation, width, samples: n, dimension: d, inputs = 'unit', labels, std } = start;
  return makePoint({
    inputs: makeInputs({ kind: inputs, n, d, seed }),
    labels: makeLabels({ n, ...labels, seed }),
    width,
    activation,
    weights: makeWeights({ m: width, d, std, seed }),
  });
}

/** What claims need to be measured. */
export interface Bench {
  /** Few starts and replicas, for a software adapter. */
  readonly quick: boolean;
  readonly signal?: AbortSignal;
}

/** A flow to its end. @throws ABORTED */
export async function flowFrom(
  point: ManifoldPoint,
  { signal }: Bench,
  options: FlowOptions = {},
): Promise<FlowResult> {
  const result = await flow(point, { ...options, signal });
  if (result.stopped === 'aborted') throw aborted();
  return result;
}

export const aborted = () =>
  new FlatwalkError('ABORTED', 'Stopped while claims were measured', 'Rows so far are kept.');

/** Numbers of rows by column. A number that is not there is NaN. */
export function columns<T extends object, K extends keyof T & string>(rows: readonly T[], names: readonly K[]): Series {
  return Object.fromEntries(names.map((name) => [name, rows.map((row) => Number(row[name] ?? Number.NaN))]));
}

export const percent = (share: number) => `${Number((100 * share).toPrecision(2))} %`;
export const short = (value: number) => String(Number(value.toPrecision(3)));
export const range = (values: readonly number[]) => `${short(Math.min(...values))} to ${short(Math.max(...values))}`;
export const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
/** Standard error of a mean of independent values. */
export function standardError(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - centre) ** 2, 0) / (values.length - 1) / values.length);
}
