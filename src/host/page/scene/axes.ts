/** The box that a picture stands in: what its axes mean, the lines of its floor and edges, and the labels at them. */
import { ticks } from 'd3-array';
import type { Point } from './camera.ts';

/** Numbers along an axis, and where they lie in the world. */
export interface Axis {
  readonly title: string;
  readonly low: number;
  readonly high: number;
  /** Where `low` and `high` lie. */
  readonly from: number;
  readonly to: number;
}

/** To the right, upwards, to the front; null where there is nothing to tell. */
export type Axes = readonly [Axis, Axis | null, Axis | null];

/** world = scale * number + offset. */
export function carried(axis: Axis | null): { readonly scale: number; readonly offset: number } {
  if (!axis) return { scale: 0, offset: 0 };
  const scale = (axis.to - axis.from) / (axis.high - axis.low);
  return { scale, offset: axis.from - axis.low * scale };
}

export function toWorld(axes: Axes, numbers: Point): Point {
  const [x, y, z] = axes.map((axis, k) => {
    const { scale, offset } = carried(axis);
    return numbers[k] * scale + offset;
  });
  return [x, y, z];
}

/** The numbers of colours in view.wgsl. */
export const STYLE = {
  surface: 0,
  grid: 1,
  muted: 2,
  axisRight: 3,
  axisUp: 4,
  chosen: 5,
  others: 6,
  marker: 7,
  axisFront: 8,
  scaled: 255,
} as const;
const AXIS_STYLES = [STYLE.axisRight, STYLE.axisUp, STYLE.axisFront] as const;

export interface Line {
  readonly start: Point;
  readonly end: Point;
  /** CSS pixels. */
  readonly width: number;
  readonly style: number;
  /** Places on the colour scale at both ends. */
  readonly places?: readonly [number, number];
}

/** From which quarter the camera looks: the signs of x and z of where it is. */
export interface Quarter {
  readonly x: 1 | -1;
  readonly z: 1 | -1;
}

export function quarterOf([x, , z]: Point): Quarter {
  return { x: x < 0 ? -1 : 1, z: z < 0 ? -1 : 1 };
}

/** Where the box ends, along x and z; an axis that is null is a narrow strip. */
function extents([right, up, front]: Axes) {
  const strip = { from: -0.3, to: 0.3 };
  const { from: left, to: rightmost } = right;
  const { from: backmost, to: foremost } = front ?? strip;
  return { left, right: rightmost, back: backmost, front: foremost, floor: up?.from ?? 0, top: up?.to ?? 0 };
}

const about = 5;
const tickValues = (axis: Axis) => ticks(axis.low, axis.high, about);
const placeOf = (axis: Axis, value: number) => {
  const { scale, offset } = carried(axis);
  return value * scale + offset;
};

/** Where the labelled edges stand: those of the floor on the camera's side, and the upright one at its left. */
function edges(axes: Axes, quarter: Quarter) {
  const box = extents(axes);
  return {
    ...box,
    nearX: quarter.x > 0 ? box.right : box.left,
    nearZ: quarter.z > 0 ? box.front : box.back,
    // The silhouette's edge on the left: seen from the front right it is the one on the left in front.
    uprightX: quarter.z > 0 ? box.left : box.right,
    uprightZ: quarter.x > 0 ? box.front : box.back,
  };
}

/** The floor with its grid, and the axes with their ticks, for a camera in this quarter. */
export function axisLines(axes: Axes, quarter: Quarter): Line[] {
  const [right, up, front] = axes;
  const e = edges(axes, quarter);
  const lines: Line[] = [];
  const grid = (start: Point, end: Point) => lines.push({ start, end, width: 1, style: STYLE.grid });
  for (const v of tickValues(right)) {
    const x = placeOf(right, v);
    grid([x, e.floor, e.back], [x, e.floor, e.front]);
  }
  for (const v of front ? tickValues(front) : []) {
    const z = placeOf(front!, v);
    grid([e.left, e.floor, z], [e.right, e.floor, z]);
  }
  // The edges away from the camera; the others are axes.
  const farZ = e.back + e.front - e.nearZ;
  const farX = e.left + e.right - e.nearX;
  grid([e.left, e.floor, farZ], [e.right, e.floor, farZ]);
  grid([farX, e.floor, e.back], [farX, e.floor, e.front]);
  if (!front) grid([e.nearX, e.floor, e.back], [e.nearX, e.floor, e.front]);

  const tick = 0.035;
  const axis = (k: 0 | 1 | 2, start: Point, end: Point) => lines.push({ start, end, width: 2, style: AXIS_STYLES[k] });
  axis(0, [e.left, e.floor, e.nearZ], [e.right, e.floor, e.nearZ]);
  for (const v of tickValues(right)) {
    const x = placeOf(right, v);
    axis(0, [x, e.floor, e.nearZ], [x, e.floor, e.nearZ + quarter.z * tick]);
  }
  if (front) {
    axis(2, [e.nearX, e.floor, e.back], [e.nearX, e.floor, e.front]);
    for (const v of tickValues(front)) {
      const z = placeOf(front, v);
      axis(2, [e.nearX, e.floor, z], [e.nearX + quarter.x * tick, e.floor, z]);
    }
  }
  if (up) {
    axis(1, [e.uprightX, e.floor, e.uprightZ], [e.uprightX, e.top, e.uprightZ]);
    const outward = Math.sign(e.uprightX - (e.left + e.right) / 2);
    for (const v of tickValues(up)) {
      const y = placeOf(up, v);
      axis(1, [e.uprightX, y, e.uprightZ], [e.uprightX + outward * tick, y, e.uprightZ]);
    }
  }
  return lines;
}

/** A text and the point of the world that it belongs to. */
export interface PlacedLabel {
  readonly text: string;
  readonly kind: 'axis' | 'tick' | 'marker';
  readonly axis?: 0 | 1 | 2;
  readonly at: Point;
}

export function axisLabels(axes: Axes, quarter: Quarter): PlacedLabel[] {
  const [right, up, front] = axes;
  const e = edges(axes, quarter);
  const labels: PlacedLabel[] = [];
  const away = 0.11;
  const titleAway = 0.3;
  const add = (axis: 0 | 1 | 2, kind: 'axis' | 'tick', text: string, at: Point) =>
    labels.push({ text, kind, axis, at });
  for (const v of tickValues(right))
    add(0, 'tick', number(v), [placeOf(right, v), e.floor, e.nearZ + quarter.z * away]);
  add(0, 'axis', right.title, [(e.left + e.right) / 2, e.floor, e.nearZ + quarter.z * titleAway]);
  if (front) {
    for (const v of tickValues(front))
      add(2, 'tick', number(v), [e.nearX + quarter.x * away, e.floor, placeOf(front, v)]);
    add(2, 'axis', front.title, [e.nearX + quarter.x * titleAway, e.floor, (e.back + e.front) / 2]);
  }
  if (up) {
    const outward = Math.sign(e.uprightX - (e.left + e.right) / 2);
    // The lowest one would meet the labels of the floor.
    for (const v of tickValues(up).filter((v) => placeOf(up, v) > e.floor + 0.05)) {
      add(1, 'tick', number(v), [e.uprightX + outward * away, placeOf(up, v), e.uprightZ]);
    }
    add(1, 'axis', up.title, [e.uprightX, e.top + 0.12, e.uprightZ]);
  }
  return labels;
}

/** A tick as short as it can be told, with a true minus sign. */
function number(value: number): string {
  const size = Math.abs(value);
  const text =
    size !== 0 && (size >= 1e5 || size < 1e-3) ? value.toExponential(0) : String(Number(value.toPrecision(6)));
  return text.replace('-', '−');
}
