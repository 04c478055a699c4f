/** Which points of a problem are drawn, decided before anything is known of its weights. */
import type { Network } from '../../../engine/network.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import { instanceOf, shapeOf } from './manifold.ts';
import type { View } from './messages.ts';

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
      remarks.push(`Every network has labels, and so a manifold, of its own: only network ${replica + 1} is shown.`);
    }
    const all = targetSets > 1 || view.others === false ? 1 : Math.min(replicas, MOST_POINTS);
    if (all < replicas && all > 1) remarks.push(`${all} of ${replicas} networks are shown.`);
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
  if (drawnReplicas < wanted) remarks.push(`${drawnReplicas} of ${replicas} networks are shown.`);
  if (n > 3)
    remarks.push(`${n} data points are there; the axes are those numbered ${samples.map((i) => i + 1).join(', ')}.`);
  const [right, front, up] = samples;
  return { view: kind, code: VIEWS[kind], replica, samples: [right, front, up], drawnReplicas, drawnNeurons, remarks };
}

function within(name: string, value: number, count: number): number {
  if (Number.isInteger(value) && value >= 0 && value < count) return value;
  throw new FlatwalkError(
    'BAD_ARGUMENT',
    `${name} is ${value}; there are ${count}, counted from 0`,
    'Choose one of them.',
  );
}
