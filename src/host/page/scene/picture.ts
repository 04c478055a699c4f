/** What is drawn of a problem: which points, along which axes, in which box, with what around them, and how that is said in words. */
import type { Network } from '../../../engine/network.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import type { Axes, Axis, Line } from './axes.ts';
import { STYLE, toWorld } from './axes.ts';
import type { Point } from './camera.ts';
import { instanceOf, offsetsOf, type Shape, shapeOf, sharpnessAt, sheetOf } from './manifold.ts';
import { type Mesh, meshOf, wallOf } from './mesh.ts';
import type { Described, View } from './messages.ts';

/** Points that are drawn at most. */
export const MOST_POINTS = 65_536;
/** Multiply-adds that placing the points of a frame may take: some milliseconds on a GPU, some ten on a software adapter. */
const MOST_WORK = { software: 1 << 24, gpu: 1 << 30 } as const;

/** What VIEW is in place.wgsl. */
const VIEWS = { line: 0, plane: 1, space: 2, curve: 3, surface: 4, product: 5 } as const;

/** A view of a problem, before anything is known of the weights. */
export interface Plan {
  readonly view: keyof typeof VIEWS;
  readonly code: number;
  readonly replica: number;
  /** Numbers of data points on the axes, from 0: right, front, up. */
  readonly samples: readonly [number, number, number];
  readonly drawnReplicas: number;
  /** Of each drawn replica; 1 where a replica is one point. */
  readonly drawnNeurons: number;
  readonly remarks: readonly string[];
}

/** Why a view of this problem cannot be drawn, as a sentence; null where it can. */
export function whyNot(network: Network, view: View): string | null {
  if (view.kind === 'neurons') return null;
  const found = shapeOf(instanceOf(network, view.replica ?? 0));
  return 'why' in found ? found.why : null;
}

/** @throws NOT_DEFINED where M cannot be drawn, BAD_ARGUMENT for a replica or a data point that does not exist */
export function planOf(network: Network, view: View, software: boolean): Plan {
  const { samples: n, width: m, dimension, replicas, targetSets } = network;
  const replica = within('replica', view.replica ?? 0, replicas);
  const remarks: string[] = [];
  if (view.kind === 'manifold') {
    const found = shapeOf(instanceOf(network, replica));
    if ('why' in found) throw new FlatwalkError('NOT_DEFINED', found.why, 'Look at the neurons instead.');
    if (targetSets > 1 && replicas > 1) {
      remarks.push(`Every replica has labels, and so a manifold, of its own: only replica ${replica + 1} is shown.`);
    }
    const all = targetSets > 1 || view.others === false ? 1 : Math.min(replicas, MOST_POINTS);
    if (all < replicas && all > 1) remarks.push(`${all} of ${replicas} replicas are shown.`);
    const code = VIEWS[found.shape];
    return { view: found.shape, code, replica, samples: [0, 1, 2], drawnReplicas: all, drawnNeurons: 1, remarks };
  }
  const kind = n === 1 ? 'line' : n === 2 ? 'plane' : 'space';
  const samples = (view.samples ?? [0, 1, 2]).map((i) => (kind === 'space' ? within('sample', i, n) : i));
  const each = dimension * Math.min(n, 3);
  const most = Math.max(1, Math.min(MOST_POINTS, Math.floor((software ? MOST_WORK.software : MOST_WORK.gpu) / each)));
  const drawnNeurons = Math.min(m, most);
  const wanted = view.others === false ? 1 : replicas;
  const drawnReplicas = Math.max(1, Math.min(wanted, Math.floor(most / drawnNeurons)));
  if (drawnNeurons < m) remarks.push(`The first ${drawnNeurons} of ${m} neurons are shown.`);
  if (drawnReplicas < wanted) remarks.push(`${drawnReplicas} of ${replicas} replicas are shown.`);
  if (n > 3)
    remarks.push(`${n} data points are there; the axes are those numbered ${samples.map((i) => i + 1).join(', ')}.`);
  const [right, front, up] = samples;
  return { view: kind, code: VIEWS[kind], replica, samples: [right, front, up], drawnReplicas, drawnNeurons, remarks };
}

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

const HIGH: readonly [number, number] = [-0.62, 0.62];
const WIDE: readonly [number, number] = [-1, 1];
const CUBE: readonly [number, number] = [-0.8, 0.8];

/** `places` are the drawn points, four numbers each as place.wgsl leaves them, not yet carried into the world. */
export function pictureOf(network: Network, plan: Plan, places: Float32Array): Picture {
  const p = instanceOf(network, plan.replica);
  const c = aligned(network, plan.replica);
  return plan.view === 'line' || plan.view === 'plane' || plan.view === 'space'
    ? neurons(network, plan, places, p, c)
    : manifold(network, plan, plan.view, places, p, c);
}

type Instance = ReturnType<typeof instanceOf>;

function neurons(network: Network, plan: Plan, places: Float32Array, p: Instance, c: number[] | null): Picture {
  const { width: m } = network;
  const { view, samples, replica } = plan;
  const [right, front, up] = samples;
  const own = numbersOf(places, true);
  const names = network.samples === 1 ? ['z'] : samples.map((i) => `z${subscript(i + 1)}`);
  const marks: Point[] = [];
  if (c) {
    const share = p.labels.reduce((sum, _, i) => sum + sharpnessAt(p, i, new Array(m).fill(c[i])) / m, 0);
    marks.push(view === 'space' ? [c[right], c[up], c[front]] : [c[0], share, view === 'line' ? 0 : c[1]]);
  }
  const all = [...own, ...marks];
  const along = (k: number) => all.map((numbers) => numbers[k]);
  let axes: Axes;
  if (view === 'space') {
    const half = halfSpan([along(0), along(1), along(2)]);
    axes = [
      centred(names[0], along(0), half, CUBE),
      centred(names[2], along(1), half, CUBE),
      centred(names[1], along(2), half, CUBE),
    ];
  } else {
    const half = halfSpan(view === 'line' ? [along(0)] : [along(0), along(2)]);
    axes = [
      centred(names[0], along(0), half, WIDE),
      { title: 'F of a neuron', low: 0, high: above(along(1)), from: HIGH[0], to: HIGH[1] },
      view === 'line' ? null : centred(names[1], along(2), half, WIDE),
    ];
  }
  const many = plan.drawnNeurons * plan.drawnReplicas;
  const radius = 0.055 * Math.min(1, (40 / plan.drawnNeurons) ** (1 / 3));
  const on =
    network.samples === 1
      ? 'the data point'
      : `data points ${(view === 'plane' ? [1, 2] : samples.map((i) => i + 1)).join(', ')}`;
  const marker = markerOf(network, axes, marks[0]);
  return {
    axes,
    mesh: null,
    lines: [],
    marker,
    radii: [radius, radius * (many > 2000 ? 0.35 : 0.55)],
    described: {
      words:
        `A 3-D view of ${counted(plan.drawnNeurons, 'neuron')} of replica ${replica + 1}, each a ball at its pre-activation on ${on}` +
        `${view === 'space' ? '' : ', as high as its share of the sharpness'}${othersIn(plan)}. ${marker ? `A ring marks ${marker.text}: ` : ''}` +
        `${marker ? 'when the neurons come to agree, all balls meet there.' : 'When the neurons come to agree, all balls meet in one point.'}`,
      remarks: [...plan.remarks, ...noMarker(network, marker)],
      scale: null,
    },
  };
}

function manifold(
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
  const reachOf = (sizes: number[], i: number) =>
    Math.max(1.25 * Math.max(0, ...sizes), 0.5 * Math.abs(c?.[i] ?? 0), 0.4);
  const reach =
    shape === 'product'
      ? ellipse(
          [0, 1].map((i) =>
            reachOf(
              offsets.map((o) => Math.abs(o[i])),
              i,
            ),
          ),
          offsets,
        )
      : [
          reachOf(
            offsets.map((o) => Math.hypot(...o)),
            0,
          ),
        ];
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
      ? `Replica ${plan.replica + 1} is a ball`
      : `${plan.drawnReplicas} replicas are balls, replica ${plan.replica + 1} the largest`;
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
  const longer = Math.max(1, ...points.map((point) => 1.05 * Math.hypot(point[0] / halves[0], point[1] / halves[1])));
  return halves.map((half) => half * longer);
}

/** phi^-1(y_i / (m a)) of a replica, where all neurons agree; null where there is none. */
function aligned({ optimum, samples, targetSets }: Network, replica: number): number[] | null {
  if (!optimum) return null;
  const first = targetSets > 1 ? replica * samples : 0;
  return Array.from(optimum.subarray(first, first + samples));
}

function markerOf({ activation }: Network, axes: Axes, numbers: Point | undefined): Picture['marker'] {
  if (!numbers) return null;
  return { at: toWorld(axes, numbers), text: activation.simple ? 'the flattest solution' : 'where all neurons agree' };
}

function noMarker(network: Network, marker: Picture['marker']): string[] {
  if (!marker) return [`Nothing is marked: ${network.noOptimum}.`];
  if (network.activation.simple) return [];
  return [`For ${network.activation.label} it is not proven that the state where all neurons agree is the flattest.`];
}

function othersIn({ drawnReplicas }: Plan): string {
  return drawnReplicas > 1
    ? `; those of ${drawnReplicas === 2 ? 'one other replica' : `${drawnReplicas - 1} other replicas`} are small and faint`
    : '';
}

const counted = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;

/** The numbers of the places that are finite: of the chosen replica, or of all. */
function numbersOf(places: Float32Array, chosenOnly: boolean): Point[] {
  const found: Point[] = [];
  for (let at = 0; at < places.length; at += 4) {
    const [x, y, z, chosen] = places.subarray(at, at + 4);
    if ((chosen > 0.5 || !chosenOnly) && Number.isFinite(x + y + z)) found.push([x, y, z]);
  }
  return found;
}

const minimum = (values: ArrayLike<number>) =>
  Array.prototype.reduce.call(values, (a, b) => Math.min(a as number, b as number), Number.POSITIVE_INFINITY) as number;
const maximum = (values: ArrayLike<number>) =>
  Array.prototype.reduce.call(values, (a, b) => Math.max(a as number, b as number), Number.NEGATIVE_INFINITY) as number;
const above = (values: number[]) => 1.08 * Math.max(maximum(values), 1e-6);

/** Half the length of axes that have the same scale: enough for the widest of them, zero included, with a margin. */
function halfSpan(lists: readonly number[][]): number {
  return Math.max(...lists.map((values) => 0.56 * (maximum([...values, 0]) - minimum([...values, 0]))), 0.05);
}

function centred(title: string, values: number[], half: number, [from, to]: readonly [number, number]): Axis {
  const middle = (maximum([...values, 0]) + minimum([...values, 0])) / 2;
  return { title, low: middle - half, high: middle + half, from, to };
}

function subscript(value: number): string {
  return String(value).replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]);
}

function within(name: string, value: number, count: number): number {
  if (Number.isInteger(value) && value >= 0 && value < count) return value;
  throw new FlatwalkError(
    'BAD_ARGUMENT',
    `${name} is ${value}; there are ${count}, counted from 0`,
    'Choose one of them.',
  );
}
