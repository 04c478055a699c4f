import { type AdapterDescription, activationNames, type Engine } from '../../engine/index.ts';
import type { Kernel } from '../../engine/kernel.ts';
import type { TileDevice } from '../../engine/products.ts';
import { fileOf, type KernelName, kernelNames, kernels, shaderFiles } from '../../engine/registry.ts';
import { activation } from '../../model/activations.ts';
import { FlatwalkError } from '../../model/errors.ts';
import type { Task } from './task.ts';
import { anyActivation, type CaseContext, cases } from './verify/cases.ts';
import { checks } from './verify/checks.ts';
import { type Case, compareWithOracle, type Worst } from './verify/compare.ts';
import { compareProblems, problemNote } from './verify/problems.ts';
import { Random } from './verify/random.ts';

export interface VerifyOptions {
  /** Fewer shapes and problems: what the tests run. */
  readonly quick?: boolean;
  /** Only comparisons whose label, `<kernel>, <activation>`, has this in it. */
  readonly filter?: string;
}

/** What was compared for one kernel with one activation. */
export interface VerifyRow {
  readonly kernel: string;
  /** The activation's spec; empty where none is involved. */
  readonly activation: string;
  readonly cases: number;
  /** Largest error as a share of its tolerance: at most 1 where the row passed, 1e9 where no tolerance would do. */
  readonly worst: number;
  readonly worstCase: string;
  /** Where the tolerance comes from. */
  readonly note: string;
  readonly passed: boolean;
  /** Why the row could not be computed at all. */
  readonly error?: string;
}

export interface VerifyResult {
  readonly adapter: AdapterDescription;
  readonly rows: readonly VerifyRow[];
  readonly passed: boolean;
}

/** One row, or several of a kind, not yet computed. */
export interface Verification {
  readonly label: string;
  /** What goes wrong becomes a row that has not passed. @throws DEVICE_LOST, after which nothing can be compared */
  run(engine: Engine): Promise<VerifyRow[]>;
}

/** Compares every kernel, and whole problems, with the float64 reference, on the engine's adapter. */
export const verifyTask: Task<VerifyOptions, VerifyResult> = {
  name: 'verify',
  async run(engine, { quick = false, filter = '' }, { emit, signal }) {
    const all = verifications(quick).filter(({ label }) => label.includes(filter));
    if (all.length === 0) {
      const fix = `There are, for instance, ${kernelNames.slice(0, 3).join(', ')} and problems.`;
      throw new FlatwalkError('BAD_ARGUMENT', `Nothing that is compared has '${filter}' in its name`, fix);
    }
    const rows: VerifyRow[] = [];
    for (const [k, verification] of all.entries()) {
      if (signal?.aborted) {
        throw new FlatwalkError(
          'ABORTED',
          `verify was stopped after ${k} of ${all.length} comparisons`,
          'Run it again.',
        );
      }
      emit({ kind: 'progress', share: k / all.length, label: verification.label });
      const compared = await verification.run(engine);
      emit({ kind: 'verified', rows: compared, done: k + 1, of: all.length });
      rows.push(...compared);
    }
    emit({ kind: 'progress', share: 1, label: 'done' });
    return { adapter: engine.adapter, rows, passed: rows.every((row) => row.passed) };
  },
};

/** Everything that is compared, in order: kernels, what must hold exactly, whole problems. */
export function verifications(quick: boolean): Verification[] {
  return [
    ...kernelNames.flatMap((kernel) => activationsOf(kernel).map((spec, k) => ofKernel(kernel, spec, quick, k))),
    ...checks.map((check): Verification => {
      const { name, activation: spec, note, cases: count } = check;
      return ofRow({ kernel: name, activation: spec, note, cases: count }, (engine) => check.run(engine));
    }),
    { label: 'problems', run: (engine) => problems(engine, quick) },
  ];
}

/** In place of infinity, which JSON does not have. */
const BEYOND_TOLERANCE = 1e9;
const kernelNote = 'rounding error of each operation, carried through the formula';

function ofKernel(kernel: KernelName, spec: string, quick: boolean, index: number): Verification {
  const chosen = spec ? activation(spec) : anyActivation;
  const make = cases[kernel] as (context: CaseContext) => Case[];
  const made = (device: TileDevice) => make({ activation: chosen, random: new Random(1 + index), quick, device });
  const head = { kernel, activation: spec, note: kernelNote, cases: 0 };
  const compared = ofRow(head, async ({ lowLevel }) => {
    const own = made(lowLevel);
    return { ...(await compareWithOracle(lowLevel, kernel, own)), cases: own.length };
  });
  const { feature }: Kernel = kernels[kernel];
  return {
    ...compared,
    async run(engine) {
      if (!feature || engine.device.features.has(feature)) return compared.run(engine);
      const note = `not compared: the device was opened without '${feature}', and other kernels do its work`;
      return [row({ ...head, note }, { ratio: 0, where: '' })];
    },
  };
}

/** All activations for a kernel with a slot for one; the spec is empty for others. */
function activationsOf(kernel: KernelName): readonly string[] {
  const text = shaderFiles.get(fileOf(kernel)) ?? '';
  return text.includes('\n// slot: activation\n') ? activationNames.map((name) => activation(name).spec) : [''];
}

function ofRow(
  head: Pick<VerifyRow, 'kernel' | 'activation' | 'note' | 'cases'>,
  compare: (engine: Engine) => Promise<Worst & { readonly cases?: number }>,
): Verification {
  return {
    label: [head.kernel, head.activation].filter(Boolean).join(', '),
    async run(engine) {
      try {
        const { cases: count = head.cases, ...worst } = await compare(engine);
        return [row({ ...head, cases: count }, worst)];
      } catch (error) {
        return [failure(head, error)];
      }
    },
  };
}

async function problems(engine: Engine, quick: boolean): Promise<VerifyRow[]> {
  const names = { outputs: 'outputs', loss: 'loss', gradient: 'gradient', hvp: 'Hessian-vector product' };
  const head = { activation: '', note: problemNote };
  try {
    const { cases: count, worst } = await compareProblems(engine, quick ? 24 : 208);
    return Object.entries(names).map(([quantity, name]) =>
      row({ ...head, kernel: `problem: ${name}`, cases: count }, worst[quantity as keyof typeof worst]),
    );
  } catch (error) {
    return [failure({ ...head, kernel: 'problem', cases: 0 }, error)];
  }
}

function row(head: Pick<VerifyRow, 'kernel' | 'activation' | 'note' | 'cases'>, { ratio, where }: Worst): VerifyRow {
  return { ...head, worst: Math.min(ratio, BEYOND_TOLERANCE), worstCase: where, passed: ratio <= 1 };
}

/** @throws DEVICE_LOST where that is what went wrong */
function failure(head: Pick<VerifyRow, 'kernel' | 'activation' | 'note' | 'cases'>, error: unknown): VerifyRow {
  if (error instanceof FlatwalkError && error.code === 'DEVICE_LOST') {
    const at = [head.kernel, head.activation].filter(Boolean).join(', ');
    throw new FlatwalkError(
      'DEVICE_LOST',
      `The device was lost while '${at}' was compared: ${error.message.split('\n')[0]}`,
      'Run it again; where it is lost at the same place again, that kernel is at fault on this adapter.',
      { cause: error },
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  return { ...head, worst: BEYOND_TOLERANCE, worstCase: '', passed: false, error: message };
}
