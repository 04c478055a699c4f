import { FlatwalkError } from '../../engine/index.ts';
import type { WeightsFile } from '../files/weights.ts';
import type { Data } from './generate.ts';
import type { Settings } from './table.ts';

/**
 * Settings that start from weights of a file, which decide what was left open: width, replicas and second layer.
 * @throws BAD_SHAPE where they do not fit what was said, or the data
 */
export function withWeights(s: Settings, file: WeightsFile, { dimension }: Data): Settings {
  const refuse = (has: string, but: string, fix: string) => {
    throw new FlatwalkError('BAD_SHAPE', `${s.weights}: it has ${has}, and ${but}`, fix);
  };
  const { width = file.width, replicas = file.replicas } = s;
  if (file.dimension !== dimension) {
    refuse(
      `${file.dimension} weights a neuron`,
      `the data have ${dimension} dimensions`,
      'Give weights for these data.',
    );
  }
  if (file.width !== width) refuse(`${file.width} neurons`, `the width is ${width}`, 'Leave out the width.');
  if (file.replicas !== 1 && file.replicas !== replicas) {
    const fix = 'Leave out the replicas, or give the weights of one network, from which all start.';
    refuse(`${file.replicas} replicas`, `there are to be ${replicas}`, fix);
  }
  return { ...s, width, replicas };
}
