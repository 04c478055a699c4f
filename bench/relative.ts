/** Times of one machine as they would be on another, as far as the multiply-add rates of both tell. Pure. */
import { FlatwalkError } from '../src/engine/index.ts';
import type { BenchCase, BenchDocument } from './document.ts';
import { estimate } from './statistics.ts';

/** What every other case is held against. Work of the same kind as the kernels', and bound by nothing but arithmetic. */
export const REFERENCE = { suite: 'roofline', case: 'large/multiply-add, scalar' } as const;

export interface Scaled {
  /** The document with its times multiplied by `factor`, and a noise floor that has the references' own. */
  readonly document: BenchDocument;
  readonly factor: number;
}

/**
 * `now` as if measured where `old` was: times multiplied by the ratio of what the reference took, of which half the width of both
 * intervals is added to the noise floor. It takes out that one machine is faster than the other in all; not that it is faster
 * in memory, in dispatches or in compiling alone, so thresholds have to be wider than on one machine.
 * @throws BAD_ARGUMENT where one of them has not measured the reference
 */
export function scaledTo(old: BenchDocument, now: BenchDocument): Scaled {
  const [there, here] = [reference(old, 'old'), reference(now, 'new')];
  const factor = there.each / here.each;
  const uncertain = there.uncertain + here.uncertain;
  const { noiseFloor } = now;
  const document: BenchDocument = {
    ...now,
    noiseFloor: noiseFloor && { ...noiseFloor, share: noiseFloor.share + uncertain },
    cases: now.cases.map((one) => (isReference(one) ? one : scaled(one, factor))),
  };
  return { document, factor };
}

export function isReference({ suite, case: name }: Pick<BenchCase, 'suite' | 'case'>): boolean {
  return suite === REFERENCE.suite && name === REFERENCE.case;
}

function scaled(one: BenchCase, factor: number): BenchCase {
  if (!one.time) return one;
  const samples = one.time.samples.map((sample) => sample * factor);
  return { ...one, time: { ...one.time, ...estimate(samples), samples } };
}

/** Nanoseconds a multiply-add takes, and how sure that is, as a share. */
function reference({ cases }: BenchDocument, which: string): { readonly each: number; readonly uncertain: number } {
  const found = cases.find(isReference);
  if (!found?.time || !found.work) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `The ${which} document has no time of '${REFERENCE.case}', to which the others would be relative`,
      'Measure the suite roofline as well: flatwalk bench --suite roofline steps.',
    );
  }
  const { median, low, high } = found.time;
  return { each: median / found.work.flops, uncertain: (high - low) / 2 / median };
}
