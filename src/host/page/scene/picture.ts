/** What is drawn of a problem around its points: of its neurons, or of the zero-loss manifold. */
import type { Network } from '../../../engine/network.ts';
import type { Axes } from './axes.ts';
import {
  above,
  aligned,
  CUBE,
  centred,
  HIGH,
  halfSpan,
  markerOf,
  noMarker,
  numbersOf,
  type Picture,
  WIDE,
} from './box.ts';
import type { Point } from './camera.ts';
import { type Instance, instanceOf, sharpnessAt } from './manifold.ts';
import type { Plan } from './plan.ts';
import { sheetPicture } from './sheet-picture.ts';

export type { Picture };

/** `places` are the drawn points, four numbers each as place.wgsl leaves them, not yet carried into the world. */
export function pictureOf(network: Network, plan: Plan, places: Float32Array): Picture {
  const p = instanceOf(network, plan.replica);
  const c = aligned(network, plan.replica);
  return plan.view === 'line' || plan.view === 'plane' || plan.view === 'space'
    ? neurons(network, plan, places, p, c)
    : sheetPicture(network, plan, plan.view, places, p, c);
}

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
        `A 3-D view of ${counted(plan.drawnNeurons, 'neuron')} of network ${replica + 1}, each a ball at its pre-activation on ${on}` +
        `${view === 'space' ? '' : ', as high as its share of the sharpness'}${othersIn(plan)}. ${marker ? `A ring marks ${marker.text}: ` : ''}` +
        `${marker ? 'when the neurons come to agree, all balls meet there.' : 'When the neurons come to agree, all balls meet in one point.'}`,
      remarks: [...plan.remarks, ...noMarker(network, marker)],
      scale: null,
    },
  };
}

function othersIn({ drawnReplicas }: Plan): string {
  return drawnReplicas > 1
    ? `; those of ${drawnReplicas === 2 ? 'one other network' : `${drawnReplicas - 1} other networks`} are small and faint`
    : '';
}

const counted = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;

function subscript(value: number): string {
  return String(value).replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]);
}
