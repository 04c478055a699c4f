/** Surfaces as the vertex shader takes them. */
import type { Point } from './camera.ts';

export interface Mesh {
  /** Position, normal, place on the scale, cover: 8 numbers a vertex. */
  readonly vertices: Float32Array;
  readonly triangles: Uint32Array;
  /** Whether it lets through what is behind it, and so is drawn after that. */
  readonly translucent: boolean;
}

export const VERTEX_NUMBERS = 8;
/** How much of what is behind it the wall below a curve hides. */
const WALL = 0.45;

export function meshOf(
  points: readonly Point[],
  places: ArrayLike<number>,
  triangles: Uint32Array,
  cover = 1,
  translucent = false,
): Mesh {
  const normals = normalsOf(points, triangles);
  const vertices = new Float32Array(points.length * VERTEX_NUMBERS);
  points.forEach((point, v) => {
    vertices.set([...point, ...normals.subarray(3 * v, 3 * v + 3), places[v], cover], v * VERTEX_NUMBERS);
  });
  return { vertices, triangles, translucent };
}

/** The wall from a curve down to the floor. */
export function wallOf(curve: readonly Point[], places: ArrayLike<number>, floor: number): Mesh {
  const points = curve.flatMap((top): Point[] => [top, [top[0], floor, top[2]]]);
  const triangles: number[] = [];
  for (let v = 0; v + 3 < points.length; v += 2) triangles.push(v, v + 1, v + 3, v, v + 3, v + 2);
  const twice = Float64Array.from(points, (_, v) => places[Math.floor(v / 2)]);
  return meshOf(points, twice, Uint32Array.from(triangles), WALL, true);
}

/** Unit normals of vertices: the sum of those of the triangles around, each by its area. 3 numbers a vertex. */
export function normalsOf(points: readonly Point[], triangles: Uint32Array): Float64Array {
  const normals = new Float64Array(points.length * 3);
  for (let t = 0; t < triangles.length; t += 3) {
    const corners = triangles.subarray(t, t + 3);
    const [a, b, c] = [points[corners[0]], points[corners[1]], points[corners[2]]];
    const u = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
    const v = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
    const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    for (const corner of corners) for (let k = 0; k < 3; k++) normals[3 * corner + k] += normal[k];
  }
  for (let v = 0; v < normals.length; v += 3) {
    const length = Math.hypot(normals[v], normals[v + 1], normals[v + 2]);
    if (length > 0) for (let k = 0; k < 3; k++) normals[v + k] /= length;
    // A vertex of no triangle, or of flat ones: any direction will do, none would be not a number.
    else normals[v + 1] = 1;
  }
  return normals;
}
