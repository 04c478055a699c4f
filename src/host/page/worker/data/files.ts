/** Samples and weights from what was dropped, by the names that settings have for it. */
import type { Files } from '../../../config/whole.ts';
import { type Samples, samplesFrom } from '../../../files/samples.ts';
import { parseWeights } from '../../../files/weights.ts';
import { bytesOf } from './store.ts';

/** The last that were read: a run that is paused and goes on, and a summary before it, have the same. */
let last: { readonly key: string; readonly bytes: Uint8Array; readonly samples: Samples } | null = null;

export const files: Files = {
  samples(file, { target, inputs }) {
    const key = JSON.stringify([file, target, inputs]);
    const bytes = bytesOf(file);
    if (last?.key === key && last.bytes === bytes) return last.samples;
    const samples = samplesFrom(file, { target, inputs }, bytesOf);
    last = { key, bytes, samples };
    return samples;
  },
  weights: (file) => parseWeights(file, bytesOf(file)),
};

/** Of files that are gone, or of labels that are in a file of their own and may be others now. */
export function forgetLast(): void {
  last = null;
}
