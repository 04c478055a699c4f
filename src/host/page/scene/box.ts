/** What pictures have in common: what there is around their points, and the boxes that are fitted to numbers. */
import type { Network } from '../../../engine/network.ts';
import { type Axes, type Axis, type Line, toWorld } from './axes.ts';
import type { Point } from './camera.ts';
import type { Mesh } from './mesh.ts';
import type { Described } from './messages.ts';

/** Everything around the points, and the box that they stand in. */
export interface Picture {
  readonly axes: Axes;
  readonly mesh: Mesh | null;
  /** Lines beside those of the box. */
  readonly lines: readonly Line[];
  /** The flattest solution, in the world; null where there is none. */
  readonly marker: { readonly at: Point; readonly text: string } | null;
  /** Radii in the world of the chosen replica's points and of the others'. */
  readonly radii: readonly [number, number];
  readonly described: Described;
}

export const HIGH: readonly [number, number] = [-0.62, 0.62];
export const WIDE: readonly [number, number] = [-1, 1];
export const CUBE: readonly [number, number] = [-0.8, 0.8];

/** phi^-1(y_i / (m a)) of a replica, where all neurons agree; null where there is none. */
export function aligned({ optimum, samples, targetSets }: Network, replica: number): number[] | null {
  if (!optimum) return null;
  const first = targetSets > 1 ? replica * samples : 0;
  return Array.from(optimum.subarray(first, first + samples));
}

export function markerOf({ activation }: Network, axes: Axes, numbers: Point | undefined): Picture['marker'] {
  if (!numbers) return null;
  return { at: toWorld(axes, numbers), text: activation.simple ? 'the flattest solution' : 'where all neurons agree' };
}

export function noMarker(network: Network, marker: Picture['marker']): string[] {
  if (!marker) return [`Nothing is marked: ${network.noOptimum}.`];
  if (network.activation.simple) return [];
  return [`For ${network.activation.label} it is not proven that the state where all neurons agree is the flattest.`];
}

/** Whether a picture that was fitted before still holds the points: along the floor, or in a cube all around. */
export function holds({ axes }: Picture, places: Float32Array, chosenOnly: boolean): boolean {
  const [right, up, front] = axes;
  // How high F may be is a matter of the sheet or of the start, and no reason for another box.
  const fixed = [right, up?.title.includes('F') ? null : up, front];
  return numbersOf(places, chosenOnly).every((numbers) =>
    fixed.every((axis, k) => axis === null || (numbers[k] >= axis.low && numbers[k] <= axis.high)),
  );
}

/** The numbers of the places that are finite: of the chosen replica, or of all. */
export function numbersOf(places: Float32Array, chosenOnly: boolean): Point[] {
  const found: Point[] = [];
  for (let at = 0; at < places.length; at += 4) {
    const [x, y, z, chosen] = places.subarray(at, at + 4);
    if ((chosen > 0.5 || !chosenOnly) && Number.isFinite(x + y + z)) found.push([x, y, z]);
  }
  return found;
}

export const minimum = (values: ArrayLike<number>) =>
  Array.prototype.reduce.call(values, (a, b) => Math.min(a as number, b as number), Number.POSITIVE_INFINITY) as number;
export const maximum = (values: ArrayLike<number>) =>
  Array.prototype.reduce.call(values, (a, b) => Math.max(a as number, b as number), Number.NEGATIVE_INFINITY) as number;
export const above = (values: number[]) => 1.08 * Math.max(maximum(values), 1e-6);

/** Half the length of axes that have the same scale: enough for the widest of them, zero included, with a margin. */
export function halfSpan(lists: readonly number[][]): number {
  return Math.max(...lists.map((values) => 0.56 * (maximum([...values, 0]) - minimum([...values, 0]))), 0.05);
}

export function centred(title: string, values: number[], half: number, [from, to]: readonly [number, number]): Axis {
  const middle = (maximum([...values, 0]) + minimum([...values, 0])) / 2;
  return { title, low: middle - half, high: middle + half, from, to };
}
