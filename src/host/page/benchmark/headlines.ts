/** What a benchmark says in a number or four. Pure. */
import type { BenchCase } from '../../../../bench/document.ts';
import { shortNumber } from '../../../../bench/tables.ts';

interface Headline {
  readonly value: string;
  readonly unit: string;
  /** What it is, in a sentence. */
  readonly words: string;
}

/** Those of whose cases there are times. */
export function headlines(cases: readonly BenchCase[]): Headline[] {
  const found: Headline[] = [];
  const timed = cases.filter(({ time }) => time !== null);
  const one = timed.find(({ case: name }) => name === 'small/one run');
  if (one) {
    found.push({
      value: rateText(perSecond(one)),
      unit: 'steps of the small network a second',
      words: 'Label-noise SGD on 10 neurons and 10 samples in 20 dimensions, one run by itself.',
    });
  }
  const many = timed
    .filter(({ case: name }) => /^small\/\d+ replicas$/.test(name))
    .sort((a, b) => perSecond(b) - perSecond(a))[0];
  if (many) {
    const runs = Number(/\d+/.exec(many.case)?.[0]);
    found.push({
      value: rateText(perSecond(many)),
      unit: 'such steps a second, many runs at once',
      words: `The same network, ${runs.toLocaleString('en')} runs beside each other: what it takes to fill this GPU.`,
    });
  }
  const gflops = best(timed, 'large/multiply-add', ({ rates }) => rates?.gflops ?? 0);
  if (gflops > 0) {
    found.push({
      value: rateText(gflops),
      unit: 'GFLOP/s',
      words: 'Billions of multiplications and additions a second: the most that a kernel in a browser got here.',
    });
  }
  const gbs = best(timed, 'large/copy', ({ rates }) => rates?.gbs ?? 0);
  if (gbs > 0) {
    found.push({
      value: rateText(gbs),
      unit: 'GB/s',
      words: 'Billions of bytes a second to and from the memory of the GPU, by copying more than its caches hold.',
    });
  }
  return found;
}

const perSecond = ({ time }: BenchCase) => 1e9 / (time?.median ?? Number.POSITIVE_INFINITY);

function best(cases: readonly BenchCase[], name: string, rate: (one: BenchCase) => number): number {
  return Math.max(0, ...cases.filter((one) => one.case.startsWith(name)).map(rate));
}

/** Three digits, with its thousands told apart. */
function rateText(value: number): string {
  return value < 1000 ? shortNumber(value) : Number(value.toPrecision(3)).toLocaleString('en');
}
