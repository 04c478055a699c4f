/** One problem's view on the device, and how a frame of it is drawn. */
import { axisLines, carried, type Line, type Quarter } from './axes.ts';
import { type Camera, directions, projection } from './camera.ts';
import { SCALE } from './colours.ts';
import { type Holdings, Usage } from './holdings.ts';
import type { Colour, ThemeColours } from './messages.ts';
import type { Picture } from './picture.ts';
import { type Drawing, LINE_NUMBERS } from './pipelines.ts';
import type { Plan } from './plan.ts';
import type { Points } from './points.ts';
import type { Size } from './target.ts';

/** Numbers in view.wgsl's `View`. */
export const VIEW_NUMBERS = 16 + 4 * 4 + 12 * 4 + 16 * 4;

/** What belongs to one problem's view, and goes with it. */
export interface Shown {
  readonly plan: Plan;
  readonly points: Points;
  readonly picture: Picture;
  readonly lines: GPUBuffer;
  /** Of the box, then of the picture. */
  readonly lineCounts: readonly [number, number];
  readonly marker: GPUBuffer | null;
  readonly mesh: { readonly vertices: GPUBuffer; readonly triangles: GPUBuffer; readonly count: number } | null;
  readonly holdings: Holdings;
}

/** Puts a picture on the device, with its points carried into its box. @throws LIMIT */
export function putShown(plan: Plan, points: Points, picture: Picture, holdings: Holdings): Shown {
  const { axes, mesh, marker, lines } = picture;
  points.carry(axes.map(carried));
  const lineCounts = [axisLines(axes, { x: 1, z: 1 }).length, lines.length] as const;
  return {
    plan,
    points,
    picture,
    holdings,
    lineCounts,
    lines: holdings.buffer(
      'scene lines',
      (lineCounts[0] + lineCounts[1]) * LINE_NUMBERS * 4,
      Usage.VERTEX | Usage.COPY_DST,
    ),
    marker: marker && holdings.filled('scene marker', new Float32Array([...marker.at, 1]), Usage.VERTEX),
    mesh: mesh && {
      vertices: holdings.filled('scene sheet', mesh.vertices, Usage.VERTEX),
      triangles: holdings.filled('scene triangles', mesh.triangles, Usage.INDEX),
      count: mesh.triangles.length,
    },
  };
}

/** The lines as lines.wgsl takes them, with those of the box for a camera in this quarter. */
export function lineNumbers({ axes, lines: own }: Picture, quarter: Quarter): ArrayBuffer {
  const lines: Line[] = [...axisLines(axes, quarter), ...own];
  const bytes = new ArrayBuffer(lines.length * LINE_NUMBERS * 4);
  const floats = new Float32Array(bytes);
  const words = new Uint32Array(bytes);
  lines.forEach(({ start, end, width, style, places = [0, 0] }, k) => {
    floats.set([...start, ...end, ...places, width], k * LINE_NUMBERS);
    words[k * LINE_NUMBERS + 9] = style;
  });
  return bytes;
}

/** What view.wgsl's `View` holds. */
export function viewNumbers(
  { axes, radii }: Picture,
  camera: Camera,
  theme: ThemeColours,
  { width, height, ratio }: Size,
): Float32Array<ArrayBuffer> {
  const { matrix, focal } = projection(camera, width / height);
  const { eye, right, up } = directions(camera);
  const { surface, grid, muted, axes: lines, chosen, others, marker } = theme;
  // Shadows lie a little above the floor, whose lines they would otherwise meet.
  const floor = (axes[1]?.from ?? 0) + 0.002;
  const colours: Colour[] = [surface, grid, muted, lines[0], lines[1], chosen, others, marker, lines[2]];
  const four = (list: readonly Colour[], count: number) =>
    Array.from({ length: count }, (_, k) => [...(list[k] ?? surface), 1]).flat();
  return new Float32Array([
    ...matrix,
    ...eye,
    floor,
    ...right,
    radii[0],
    ...up,
    radii[1],
    width,
    height,
    ratio,
    focal,
    ...four(colours, 12),
    ...four(SCALE, 16),
  ]);
}

/** Records everything that is seen, from the back to the front where it matters. */
export function recordFrame(
  pass: GPURenderPassEncoder,
  drawing: Drawing,
  bindings: GPUBindGroup,
  { mesh, lines, lineCounts, picture, points, marker }: Shown,
): void {
  pass.setBindGroup(0, bindings);
  const sheet = () => {
    if (!mesh) return;
    pass.setPipeline(drawing.sheet);
    pass.setVertexBuffer(0, mesh.vertices);
    pass.setIndexBuffer(mesh.triangles, 'uint32');
    pass.drawIndexed(mesh.count);
  };
  const stretch = (first: number, count: number) => {
    if (count === 0) return;
    pass.setPipeline(drawing.lines);
    pass.setVertexBuffer(0, lines);
    pass.draw(4, count, 0, first);
  };
  const translucent = picture.mesh?.translucent ?? false;
  if (!translucent) sheet();
  stretch(0, lineCounts[0]);
  if (translucent) sheet();
  stretch(lineCounts[0], lineCounts[1]);
  pass.setVertexBuffer(0, points.places);
  for (const pipeline of [drawing.shadows, ...(mesh ? [drawing.hidden] : []), drawing.balls]) {
    pass.setPipeline(pipeline);
    pass.draw(4, points.count);
  }
  if (marker) {
    pass.setPipeline(drawing.ring);
    pass.setVertexBuffer(0, marker);
    pass.draw(4, 1);
  }
}
