/** Kernels for benchmarks: the cases of `verify` at the sizes that benchmarks have, with the same oracles. */
import type { KernelBench } from '../../../../bench/suite.ts';
import type { Engine } from '../../../engine/index.ts';
import type { Kernel, Numbers } from '../../../engine/kernel.ts';
import { type KernelName, kernels } from '../../../engine/registry.ts';
import { activation } from '../../../model/activations.ts';
import { type CaseContext, cases, type Shape } from './cases.ts';
import { type Case, expectation, prepareCase, worstOf } from './compare.ts';
import { Random } from './random.ts';

/**
 * The kernel on random inputs of this shape: the case with the most work, should it have several. Null where the kernel
 * is not for such a shape, or not for this device. @throws SHADER, GPU, LIMIT, DEVICE_LOST
 */
export async function prepareKernelBench(
  engine: Engine,
  kernel: KernelName,
  shape: Shape,
): Promise<KernelBench | null> {
  const { feature }: Kernel = kernels[kernel];
  if (feature && !engine.device.features.has(feature)) return null;
  const make = cases[kernel] as (context: CaseContext) => Case[];
  const made = make({
    activation: activation('cubic'),
    random: new Random(1),
    quick: true,
    shape,
    device: engine.lowLevel,
  });
  if (made.length === 0) return null;
  const work = (one: Case) => {
    const { work: of } = kernels[kernel] as unknown as { work(p: Numbers, c: Numbers): KernelBench['work'] };
    return of(one.params, one.constants as Numbers);
  };
  const one = made.reduce((most, other) => (work(other).bytes > work(most).bytes ? other : most));
  const prepared = await prepareCase(engine.lowLevel, kernel, one);
  let wanted: ReturnType<typeof expectation> | null = null;
  return {
    shape: one.name,
    work: work(one),
    dispatch: prepared.dispatch,
    reset: prepared.reset,
    compare(bytes) {
      wanted ??= expectation(kernel, one);
      return worstOf(prepared.words(bytes), wanted);
    },
    outputs: prepared.outputs,
    dispose: prepared.dispose,
  };
}
