import { finished } from './bare.ts';
import type { NoiseFloor } from './document.ts';
import { type Contender, measureInTurn } from './measure.ts';
import { classifyStamps, type Stamps } from './stamps.ts';
import { estimate, type Interval, ratio } from './statistics.ts';
import type { BenchContext } from './suite.ts';
import { noiseKernel } from './suites/roofline.ts';
import type { TimedPass, Timestamps } from './timestamps.ts';

const SAMPLES = { tiny: 5, quick: 20, full: 40 };
const PASSES = 8;
/** What a third of the shortest pass should take, and how many dispatches it is at most. */
const PASS_MS = 1;
const MOST_LONGER = 16;

/** What identical work differed by, so far and once the end has come. */
export interface Noise {
  readonly soFar: NoiseFloor;
  end(): Promise<NoiseFloor>;
}

/** By how much identical work differs: the same kernel as two contenders in turn, at the beginning and at the end. */
export async function beginNoise(context: BenchContext): Promise<Noise> {
  const first = await sameTwice(context);
  const { inTurn } = noiseFloor([first.ratio], 1, 1);
  return {
    soFar: { inTurn, drift: null, share: inTurn },
    async end() {
      const last = await sameTwice(context);
      return noiseFloor([first.ratio, last.ratio], first.median, last.median);
    },
  };
}

/** How far the intervals of A/A ratios reach from 1, and how far the median went. */
export function noiseFloor(ratios: readonly Interval[], first: number, last: number): NoiseFloor {
  const inTurn = Math.max(...ratios.flatMap(({ low, high }) => [Math.abs(low - 1), Math.abs(high - 1)]));
  const drift = Math.abs(last / first - 1);
  return { inTurn, drift, share: Math.max(inTurn, drift) };
}

async function sameTwice(context: BenchContext): Promise<{ ratio: Interval; median: number }> {
  const { entry, dispose } = await noiseKernel(context, 'noise');
  const twin: Contender = { ...entry };
  const sampleMs = context.effort === 'tiny' ? 1 : undefined;
  try {
    const options = { samples: SAMPLES[context.effort], budgetMs: 3000, sampleMs, signal: context.signal };
    const [a, b] = await measureInTurn([entry, twin], options);
    return { ratio: ratio(a.perUnit, b.perUnit), median: estimate([...a.perUnit, ...b.perUnit]).median };
  } finally {
    dispose();
  }
}

/** Passes of several lengths by both clocks, for judging the device's. */
export async function timedPasses(context: BenchContext, timestamps: Timestamps | null): Promise<TimedPass[]> {
  if (!timestamps) return [];
  const { lowLevel: gpu } = context.engine;
  const { entry, dispose } = await noiseKernel(context, 'timestamps');
  const passes: TimedPass[] = [];
  try {
    await entry.run(1);
    const began = performance.now();
    await entry.run(1);
    // Long enough to be most of their submissions, and few enough for one pass.
    const longer = Math.max(1, Math.min(MOST_LONGER, Math.ceil(PASS_MS / (performance.now() - began))));
    gpu.recorder.passTimes = timestamps.next;
    for (let k = 1; k <= PASSES; k++) {
      const before = performance.now();
      // Of lengths that are no multiples of each other, and one pass each.
      await entry.run(longer * (2 * k + 1));
      const wall = (performance.now() - before) * 1e6;
      const stamps = await timestamps.take();
      if (stamps?.length === 1) passes.push({ wall, device: deviceTime(stamps[0]) });
    }
    await finished(gpu);
  } finally {
    gpu.recorder.passTimes = null;
    dispose();
  }
  return passes;
}

/** Its steps are not known yet, so they are taken for a nanosecond. */
function deviceTime(stamps: Stamps): number {
  const time = classifyStamps(stamps, 1);
  if (time.kind === 'below resolution') return 0;
  if (time.kind === 'time') return time.nanoseconds;
  return stamps.begin === 0n || stamps.end === 0n ? Number.NaN : Number(stamps.end - stamps.begin);
}
