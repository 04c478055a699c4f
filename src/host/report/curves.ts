/** From the rows of a run to curves: statistics over replicas, gaps where numbers are not finite, fewer points than pixels. */
import { quantile } from 'simple-statistics';
import type { StoredRow } from '../results/schema.ts';

/** A point of a curve. Not finite where there is nothing to draw. */
export interface Point {
  readonly x: number;
  /** Median over the replicas. */
  readonly y: number;
  /** The 10 % and 90 % quantiles. */
  readonly low: number;
  readonly high: number;
}

export interface Curve {
  readonly points: readonly Point[];
  /** Replicas, those included that have stopped. */
  readonly replicas: number;
  /** Numbers that were not finite, of replicas that had not diverged. */
  readonly notFinite: number;
  /** Replicas left out from where they diverged. */
  readonly diverged: number;
}

/** Where a row stands: at its time, of a flow, or at its step. */
export type Axis = 'step' | 'time';

/** How the values of a metric that is a list become one number a replica: the k-th of the list. */
export type Part = number | null;

/** The curve of one metric of one run, or of the k-th number of a metric that is a list. */
export function curveOf(rows: readonly StoredRow[], metric: string, axis: Axis, part: Part = null): Curve {
  let notFinite = 0;
  let replicas = 0;
  const diverged = new Set<number>();
  const points = rows.flatMap((row): Point[] => {
    const values = valuesOf(row, metric);
    if (values === undefined) return [];
    for (const { replica } of row.diverged) diverged.add(replica);
    const lost = new Set(row.diverged.map(({ replica }) => replica));
    replicas = Math.max(replicas, values.length);
    const going = values.flatMap((value, replica) => (lost.has(replica) ? [] : [single(value, part)]));
    const finite = going.filter(Number.isFinite);
    notFinite += going.length - finite.length;
    return [{ x: axis === 'time' ? (row.time ?? Number.NaN) : row.step, ...statistics(finite) }];
  });
  return { points: thinned(points), replicas, notFinite, diverged: diverged.size };
}

/** Of all replicas, where the row has the metric. */
export function valuesOf({ values }: StoredRow, metric: string): (number | number[])[] | undefined {
  return Object.hasOwn(values, metric) ? values[metric] : undefined;
}

function single(value: number | number[], part: Part): number {
  return Array.isArray(value) ? (value[part ?? 0] ?? Number.NaN) : value;
}

/** Numbers in a list of the metric, in the first row that has it; null where it is no list. */
export function listLength(rows: readonly StoredRow[], metric: string): number | null {
  const value = rows.map((row) => valuesOf(row, metric)).find((values) => values !== undefined)?.[0];
  return Array.isArray(value) ? value.length : null;
}

/** Of no numbers at all: nothing to draw. */
export function statistics(values: readonly number[]): Omit<Point, 'x'> {
  if (values.length === 0) return { y: Number.NaN, low: Number.NaN, high: Number.NaN };
  const [low, y, high] = quantile([...values], [0.1, 0.5, 0.9]);
  return { y, low, high };
}

/** Places along an axis; more cannot be told apart in print. */
const PLACES = 480;

/**
 * No more than three points a place along the axis: the lowest and the highest median, the whole width of the band, and a gap
 * where there was one. What stands out stays.
 */
export function thinned(points: readonly Point[], places = PLACES): readonly Point[] {
  if (points.length <= 2 * places) return points;
  const kept: Point[] = [];
  const per = points.length / places;
  for (let place = 0; place < places; place++) {
    const all = points.slice(Math.round(place * per), Math.round((place + 1) * per));
    const some = all.filter(({ y }) => Number.isFinite(y));
    if (some.length > 0) {
      const low = Math.min(...some.map((point) => point.low));
      const high = Math.max(...some.map((point) => point.high));
      const least = some.reduce((a, b) => (b.y < a.y ? b : a));
      const most = some.reduce((a, b) => (b.y > a.y ? b : a));
      const [first, second] = least.x <= most.x ? [least, most] : [most, least];
      kept.push({ ...first, low, high });
      if (second !== first) kept.push({ ...second, low, high });
    }
    const gap = all.find(({ y }) => !Number.isFinite(y));
    if (gap) kept.push(gap);
  }
  return kept.sort((a, b) => a.x - b.x);
}
