import type { Gpu, Stretch } from '../../../engine/gpu.ts';
import type { BindingsOf, ConstantsOf, Numbers, ParamsOf, Slot } from '../../../engine/kernel.ts';
import { activationVariant } from '../../../engine/network.ts';
import { tileVariant } from '../../../engine/products.ts';
import { compose, type KernelName, kernels } from '../../../engine/registry.ts';
import type { Choices, Contents, Expected } from '../../../reference/kernels/oracle.ts';
import { oracles } from '../../../reference/kernels.ts';

export type Words = Float32Array | Uint32Array;

/** One dispatch of a kernel: what its buffers hold before, its parameters, and what fills its slots. */
export interface Case<N extends KernelName = KernelName> {
  readonly name: string;
  /** The whole contents of every buffer, those it only writes included. */
  readonly buffers: { readonly [B in keyof BindingsOf<(typeof kernels)[N]>]: Words };
  readonly params: ParamsOf<(typeof kernels)[N]>;
  readonly constants: ConstantsOf<(typeof kernels)[N]>;
  readonly choices: Choices;
}

/** How far results are from what they should be: the largest share of its tolerance that any number took up. */
export interface Worst {
  readonly ratio: number;
  readonly where: string;
}

/** Numbers behind the end of every buffer, which no kernel may touch. */
const FENCE = new Float32Array(8).fill(-987654);
const LARGEST_F32 = 3.4028234663852886e38;

/**
 * Dispatches the kernel on every case and compares all that it wrote, and all that it should have left alone, with its
 * oracle. @throws SHADER, GPU, LIMIT, DEVICE_LOST
 */
export async function compareWithOracle<N extends KernelName>(
  gpu: Gpu,
  kernel: N,
  cases: readonly Case<N>[],
): Promise<Worst> {
  const written = await dispatchAll(gpu, kernel, cases);
  let worst: Worst = { ratio: 0, where: '' };
  cases.forEach((one, k) => {
    const found = worstOf(written[k], expectation(kernel, one));
    if (!(found.ratio <= worst.ratio)) worst = { ratio: found.ratio, where: `${one.name}: ${found.where}` };
  });
  return worst;
}

/** What a kernel wrote against what it should have written. */
export function worstOf(written: Record<string, Words>, wanted: Record<string, Expected>): Worst {
  let worst: Worst = { ratio: 0, where: '' };
  for (const [binding, got] of Object.entries(written)) {
    const found = largestExcess(got, wanted[binding]);
    if (!(found.ratio <= worst.ratio)) worst = { ratio: found.ratio, where: `${binding}${found.where}` };
  }
  return worst;
}

/** The contents of the buffers that the kernel writes, after each case. */
export async function dispatchAll<N extends KernelName>(
  gpu: Gpu,
  kernel: N,
  cases: readonly Case<N>[],
): Promise<Record<string, Words>[]> {
  // Everything that may fail comes before the first command is recorded, so that none is left behind for others.
  const outcomes = await Promise.allSettled(cases.map((one) => prepareCase(gpu, kernel, one)));
  const prepared = outcomes.flatMap((o) => (o.status === 'fulfilled' ? [o.value] : []));
  try {
    for (const o of outcomes) if (o.status === 'rejected') throw o.reason;
    for (const one of prepared) one.dispatch();
    const bytes = await gpu.read(prepared.flatMap((one) => one.outputs));
    let at = 0;
    return prepared.map((one) => {
      const own = bytes.slice(at, at + one.outputs.length);
      at += own.length;
      return one.words(own);
    });
  } finally {
    for (const one of prepared) one.dispose();
  }
}

/** A case on the device. */
export interface PreparedCase {
  /** Records the dispatch. */
  dispatch(): void;
  /** Writes the contents of all buffers as they were before. */
  reset(): void;
  /** The buffers that the kernel writes, with what is behind their ends. */
  readonly outputs: readonly Stretch[];
  /** Their contents by the names of the bindings. */
  words(bytes: readonly ArrayBuffer[]): Record<string, Words>;
  dispose(): void;
}

/** @throws SHADER, GPU, LIMIT, DEVICE_LOST */
export async function prepareCase<N extends KernelName>(gpu: Gpu, kernel: N, one: Case<N>): Promise<PreparedCase> {
  const contents = Object.entries(contentsOf(one));
  const places: Record<string, GPUBuffer> = {};
  const dispose = () => {
    for (const buffer of Object.values(places)) gpu.free(buffer);
  };
  const reset = () => {
    for (const [binding, words] of contents) {
      gpu.write(places[binding], words);
      gpu.write(places[binding], FENCE, words.byteLength);
    }
  };
  try {
    for (const [binding, words] of contents) {
      places[binding] = gpu.buffer(`${kernel}.${binding}`, words.byteLength + FENCE.byteLength);
    }
    reset();
    const launch = await gpu.launch(kernel, places as Record<keyof BindingsOf<(typeof kernels)[N]>, GPUBuffer>, {
      slots: slotsOf(kernel, one.choices),
      constants: { ...activationVariant(one.choices.activation).constants, ...(one.constants as Numbers) },
    });
    const writes = writtenBy(kernel);
    return {
      dispatch: () => gpu.recorder.dispatch(launch, one.params),
      reset,
      outputs: writes.map((binding) => ({ buffer: places[binding], size: places[binding].size })),
      words: (bytes) =>
        Object.fromEntries(
          writes.map((binding, k) => {
            const given = contentsOf(one)[binding];
            return [binding, given instanceof Uint32Array ? new Uint32Array(bytes[k]) : new Float32Array(bytes[k])];
          }),
        ),
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** The choices that the kernel, with the fragments it uses, has slots for. */
function slotsOf(
  kernel: KernelName,
  { activation, space, draws, law, schedule = 'constant', tile = 'workgroup' }: Choices,
): Partial<Record<Slot, string>> {
  const all = { activation: activation.name, space, draws, law, schedule, tile };
  const used = compose(kernel, { slots: all, constants: sizesForUnrolling }).slots;
  return Object.fromEntries(used.map((slot) => [slot, all[slot]]));
}

/** Only the slots are looked for, so any sizes will do. */
const sizesForUnrolling = {
  ...{ WIDTH: 1, SAMPLES: 1, STATE: 1, BATCH: 1, LANES: 1, ROWS: 1, HALVINGS: 1, SCHEDULED: 1 },
  ...tileVariant('workgroup 32x32').constants,
};

/** What the oracle says that the kernel must write. */
export function expectation<N extends KernelName>(kernel: N, one: Case<N>): Record<string, Expected> {
  type AnyOracle = (
    buffers: Record<string, Contents>,
    params: Numbers,
    constants: Numbers,
    choices: Choices,
  ) => Record<string, Expected>;
  const oracle = oracles[kernel] as unknown as AnyOracle;
  return oracle(contentsOf(one), one.params, one.constants as Numbers, one.choices);
}

function contentsOf<N extends KernelName>(one: Case<N>): Record<string, Words> {
  return one.buffers as unknown as Record<string, Words>;
}

function writtenBy(kernel: KernelName): string[] {
  const bindings: Record<string, string> = kernels[kernel].bindings;
  return Object.keys(bindings).filter((name) => bindings[name] !== 'read');
}

function largestExcess(got: Words, want: Expected): Worst {
  const { values, errors } = want;
  const length = values.length;
  let worst: Worst = { ratio: 0, where: '' };
  for (let k = 0; k < length; k++) {
    const ratio = excess(got[k], values[k], errors[k]);
    if (!(ratio <= worst.ratio)) {
      worst = { ratio, where: `[${k}] = ${got[k]}, expected ${values[k]} ± ${errors[k].toExponential(1)}` };
    }
  }
  const fence = new Float32Array(got.buffer, length * 4);
  for (let k = 0; k < FENCE.length; k++) {
    if (fence[k] !== FENCE[k]) return { ratio: Number.POSITIVE_INFINITY, where: `: written ${k + 1} past its end` };
  }
  return worst;
}

/** |got − want| as a share of the tolerance. Infinity where no tolerance helps: NaN, or an infinity out of place. */
export function excess(got: number, want: number, tolerance: number): number {
  if (got === want) return 0;
  if (Number.isNaN(got)) return Number.POSITIVE_INFINITY;
  const overflows = Math.abs(want) + tolerance >= LARGEST_F32;
  if (!Number.isFinite(got)) return overflows && Math.sign(got) === Math.sign(want) ? 0 : Number.POSITIVE_INFINITY;
  const difference = Math.abs(got - Math.max(-LARGEST_F32, Math.min(LARGEST_F32, want)));
  return difference === 0 ? 0 : difference / tolerance;
}
