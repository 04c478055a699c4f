import { compose } from '../../../engine/compose.ts';
import type { Gpu, Launch, Stretch } from '../../../engine/gpu.ts';
import type { BindingsOf, ConstantsOf, Numbers, ParamsOf, Slot } from '../../../engine/kernel.ts';
import { type KernelName, kernels } from '../../../engine/kernels.ts';
import { activationVariant } from '../../../engine/network.ts';
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
    const wanted = expectation(kernel, one);
    for (const [binding, got] of Object.entries(written[k])) {
      const found = largestExcess(got, wanted[binding]);
      if (!(found.ratio <= worst.ratio)) {
        worst = { ratio: found.ratio, where: `${one.name}: ${binding}${found.where}` };
      }
    }
  });
  return worst;
}

/** The contents of the buffers that the kernel writes, after each case. */
export async function dispatchAll<N extends KernelName>(
  gpu: Gpu,
  kernel: N,
  cases: readonly Case<N>[],
): Promise<Record<string, Words>[]> {
  const buffers: GPUBuffer[] = [];
  const place = (label: string, contents: Words) => {
    const buffer = gpu.buffer(`${kernel}.${label}`, contents.byteLength + FENCE.byteLength);
    buffers.push(buffer);
    gpu.write(buffer, contents);
    gpu.write(buffer, FENCE, contents.byteLength);
    return buffer;
  };
  try {
    // Everything that may fail comes before the first command is recorded, so that none is left behind for others.
    const launches: { launch: Launch; places: Record<string, GPUBuffer> }[] = await Promise.all(
      cases.map(async (one) => {
        const places = Object.fromEntries(
          Object.entries(contentsOf(one)).map(([binding, contents]) => [binding, place(binding, contents)]),
        );
        const launch = await gpu.launch(kernel, places as Record<keyof BindingsOf<(typeof kernels)[N]>, GPUBuffer>, {
          slots: slotsOf(kernel, one.choices),
          constants: { ...activationVariant(one.choices.activation).constants, ...(one.constants as Numbers) },
        });
        return { launch, places };
      }),
    );
    const writes = writtenBy(kernel);
    const stretches: Stretch[] = launches.flatMap(({ places }) =>
      writes.map((binding) => ({ buffer: places[binding], size: places[binding].size })),
    );
    launches.forEach(({ launch }, k) => {
      gpu.recorder.dispatch(launch, cases[k].params);
    });
    const bytes = await gpu.read(stretches);
    return cases.map((one, k) =>
      Object.fromEntries(
        writes.map((binding, b) => {
          const words = bytes[k * writes.length + b];
          const given = contentsOf(one)[binding];
          return [binding, given instanceof Uint32Array ? new Uint32Array(words) : new Float32Array(words)];
        }),
      ),
    );
  } finally {
    for (const buffer of buffers) gpu.free(buffer);
  }
}

/** The choices that the kernel, with the fragments it uses, has slots for. */
function slotsOf(kernel: KernelName, { activation, space, draws, law }: Choices): Partial<Record<Slot, string>> {
  const all = { activation: activation.name, space, draws, law };
  const used = compose(kernel, { slots: all, constants: sizesForUnrolling }).slots;
  return Object.fromEntries(used.map((slot) => [slot, all[slot]]));
}

/** Only the slots are looked for, so any sizes will do. */
const sizesForUnrolling = { WIDTH: 1, SAMPLES: 1, STATE: 1, BATCH: 1, LANES: 1 };

function expectation<N extends KernelName>(kernel: N, one: Case<N>): Record<string, Expected> {
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
