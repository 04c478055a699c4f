/** What the theorem asks of data and network, whether it is so, and what may help. */
import { activation } from '../../../model/activations.ts';
import type { Key, Settings } from '../../config/table.ts';
import type { DataSummary } from '../../files/describe.ts';

export interface Condition {
  readonly words: string;
  /** null where it is not known. */
  readonly holds: boolean | null;
  readonly why: string;
}

export interface Suggestion {
  readonly words: string;
  readonly key: Key;
  readonly value: unknown;
  /** What the button says. */
  readonly action: string;
}

type Network = Pick<Settings, 'activation' | 'secondLayer' | 'width' | 'stepSize'>;

/** In the order in which they matter. */
export function conditionsOf(summary: DataSummary, network: Network): Condition[] {
  const { samples: n, dimension: d, spectrum } = summary;
  const { simple, label } = activation(network.activation);
  const equal = network.secondLayer === undefined || network.secondLayer === 'ones';
  return [
    {
      words: 'No more data points than dimensions, n ≤ d',
      holds: n <= d,
      why: `n = ${n}, d = ${d}`,
    },
    {
      words: 'Data points are linearly independent',
      holds: 'rank' in spectrum ? spectrum.independent : n > d ? false : null,
      why: 'rank' in spectrum ? `rank ${spectrum.rank} of ${n} rows` : spectrum.notComputed,
    },
    {
      words: "The activation has φ' > 0 and φ''' > 0",
      holds: simple,
      why: simple ? label : `${label} does not`,
    },
    {
      words: 'The second layer is all ones',
      holds: equal,
      why: equal ? 'as it is' : 'it is not',
    },
    attainable(summary, network),
  ];
}

/** Whether sums over all neurons can be the labels. */
function attainable({ labels: { least, most } }: DataSummary, network: Network): Condition {
  const { range, label } = activation(network.activation);
  const a = secondLayerOf(network);
  const ends = (low: boolean) =>
    a.reduce((sum, one) => sum + (one === 0 ? 0 : one * (one > 0 === low ? range.low : range.high)), 0);
  const [low, high] = [ends(true), ends(false)];
  const holds = range.attained ? low <= least && most <= high : low < least && most < high;
  const words = 'The network can say every label';
  if (low === -Infinity && high === Infinity) return { words, holds, why: `${label} has all values` };
  return {
    words,
    holds,
    why: `labels from ${short(least)} to ${short(most)}, sums from ${short(low)} to ${short(high)}`,
  };
}

function secondLayerOf({ secondLayer = 'ones', width }: Network): readonly number[] {
  if (typeof secondLayer !== 'string') return secondLayer;
  return Array.from({ length: width }, (_, j) => (secondLayer === 'signs' && j % 2 === 1 ? -1 : 1));
}

/** A row that is so many times as long as another one outweighs it. */
const UNEVEN = 2;
/** What a neuron may have to say for its part of a label without its pre-activations becoming large. */
const MOST_EACH = 4;

/** Data that are scaled need no advice about it. */
export function suggestionsOf(summary: DataSummary, scale: string, network: Network): Suggestion[] {
  const { lengths, labels, zeroRows } = summary;
  const found: Suggestion[] = [];
  const uneven = lengths.most > UNEVEN * lengths.least || lengths.most > UNEVEN || lengths.least < 1 / UNEVEN;
  if (uneven && zeroRows.length === 0 && (scale === 'none' || scale === 'standardise')) {
    found.push({
      words: `Rows have lengths from ${short(lengths.least)} to ${short(lengths.most)}. Of length 1 all data points weigh the same, and larger steps are stable.`,
      key: 'scale',
      value: scale === 'none' ? 'unit-norm' : 'both',
      action: 'Scale rows to length 1',
    });
  }
  const largest = Math.max(Math.abs(labels.least), Math.abs(labels.most));
  if (largest > MOST_EACH * network.width) {
    const width = Math.min(1024, 8 * Math.ceil(largest / MOST_EACH / 8));
    if (width > network.width) {
      found.push({
        words: `Labels go up to ${short(largest)}, which is much for ${network.width} neurons together.`,
        key: 'width',
        value: width,
        action: `Take ${width} neurons`,
      });
    }
  }
  if (network.stepSize !== 'auto') {
    found.push({
      words: `The step size is fixed at ${network.stepSize}, and was not made for these data.`,
      key: 'stepSize',
      value: 'auto',
      action: 'Let it be found',
    });
  }
  return found;
}

/** A number for people. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : value < 0 ? '−∞' : 'not a number';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}
