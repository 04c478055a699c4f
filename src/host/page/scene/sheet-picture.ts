/** The zero-loss manifold as a picture. */
import type { Network } from '../../../engine/network.ts';
import { type Axes, type Axis, type Line, STYLE, toWorld } from './axes.ts';
import {
  CUBE,
  centred,
  HIGH,
  halfSpan,
  markerOf,
  maximum,
  minimum,
  noMarker,
  numbersOf,
  type Picture,
  WIDE,
} from './box.ts';
import type { Point } from './camera.ts';
import { type Instance, offsetsOf, type Shape, sheetOf } from './manifold.ts';
import { meshOf, wallOf } from './mesh.ts';
import type { Plan } from './plan.ts';

/** M with the sharpness over it, as wide as the points are from where all neurons agree. */
export function sheetPicture(
  network: Network,
  plan: Plan,
  shape: Shape,
  places: Float32Array,
  p: Instance,
  c: number[] | null,
): Picture {
  const points = numbersOf(places, false);
  // How far the points are from where all neurons agree, as offsets, and a little more: so that all that happens is on the sheet.
  const offsets = points.map(([x, y, z]) =>
    shape === 'product' ? [x, z] : offsetsOf(p.secondLayer, shape === 'curve' ? [x, z] : [x, z, y]),
  );
  const reachOf = (farthest: number, i: number) => Math.max(1.25 * farthest, 0.5 * Math.abs(c?.[i] ?? 0), 0.4);
  const reach =
    shape === 'product'
      ? ellipse(
          [0, 1].map((i) => reachOf(maximum(offsets.map((o) => Math.abs(o[i]))), i)),
          offsets,
        )
      : [reachOf(maximum(offsets.map((o) => Math.hypot(...o))), 0)];
  const sheet = sheetOf(p, reach);
  const vertices: Point[] = Array.from(sheet.sharpness, (f, v) => {
    const z = sheet.states.subarray(v * p.width * p.samples, (v + 1) * p.width * p.samples);
    if (shape === 'curve') return [z[0], f, z[1]];
    if (shape === 'surface') return [z[0], z[2], z[1]];
    const [first, second] = [0, 1].map((i) => offsetsOf(p.secondLayer, [z[i], z[2 + i]])[0]);
    return [first, f, second];
  });
  const along = (k: number) => vertices.map((v) => v[k]);
  const [low, high] = [minimum(sheet.sharpness), maximum(sheet.sharpness)];
  const flat = high - low <= 1e-9 * Math.abs(high);
  const heights: Axis = {
    title: 'F',
    low: flat || low < 0.4 * high ? 0 : low - 0.15 * (high - low),
    high: flat ? high * 1.1 || 1 : high,
    from: HIGH[0],
    to: HIGH[1],
  };
  const half = halfSpan(shape === 'surface' ? [along(0), along(1), along(2)] : [along(0), along(2)]);
  const axes: Axes =
    shape === 'surface'
      ? [
          centred('z of neuron 1', along(0), half, CUBE),
          centred('z of neuron 3', along(1), half, CUBE),
          centred('z of neuron 2', along(2), half, CUBE),
        ]
      : shape === 'curve'
        ? [centred('z of neuron 1', along(0), half, WIDE), heights, centred('z of neuron 2', along(2), half, WIDE)]
        : [
            { title: 'difference on x₁', low: -reach[0], high: reach[0], from: WIDE[0], to: WIDE[1] },
            heights,
            { title: 'difference on x₂', low: -reach[1], high: reach[1], from: WIDE[0], to: WIDE[1] },
          ];
  // The square root spreads the flat part out, which is where everything ends.
  const onScale = Float64Array.from(sheet.sharpness, (f) => (flat ? 0 : Math.sqrt((f - low) / (high - low))));
  const world = vertices.map((v) => toWorld(axes, v));
  const floor = axes[1]?.from ?? 0;
  const lines: Line[] = [];
  if (shape === 'curve') {
    for (let v = 0; v + 1 < world.length; v++) {
      const [start, end] = [world[v], world[v + 1]];
      lines.push({ start, end, width: 4, style: STYLE.scaled, places: [onScale[v], onScale[v + 1]] });
      const down = ([x, , z]: Point): Point => [x, floor, z];
      lines.push({ start: down(start), end: down(end), width: 2, style: STYLE.muted });
    }
  }
  const marker = markerOf(network, axes, c ? vertices[sheet.centre] : undefined);
  const what = {
    curve: 'the curve of all pairs of pre-activations with zero loss, lifted by the sharpness F',
    surface: 'the surface of all triples of pre-activations with zero loss, coloured by the sharpness F',
    product:
      'the bowl of the sharpness F over the zero-loss manifold; along the sides, half the difference of the two neurons on each data point',
  }[shape];
  const balls =
    plan.drawnReplicas === 1
      ? `Network ${plan.replica + 1} is a ball`
      : `${plan.drawnReplicas} networks are balls, network ${plan.replica + 1} the largest`;
  return {
    axes,
    mesh: shape === 'curve' ? wallOf(world, onScale, floor) : meshOf(world, onScale, sheet.triangles),
    lines,
    marker,
    radii: [0.05, plan.drawnReplicas > 500 ? 0.016 : 0.028],
    described: {
      words:
        `A 3-D view of ${what}. ${balls}, off it by what is left of the loss. ${marker ? `A ring marks ${marker.text}.` : ''}`.trim(),
      remarks: [...plan.remarks, ...noMarker(network, marker)],
      scale: { low, high },
    },
  };
}

/** The half axes, longer by one factor, of an ellipse that holds all points. */
function ellipse(halves: readonly number[], points: readonly number[][]): number[] {
  const longer = Math.max(1, 1.05 * maximum(points.map(([x, y]) => Math.hypot(x / halves[0], y / halves[1]))));
  return halves.map((half) => half * longer);
}
