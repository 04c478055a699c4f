import type { BindingsOf, ConstantsOf, ParamsOf } from '../../engine/kernel.ts';
import type { Activation } from '../../model/activations.ts';
import type { Law } from '../../model/draws.ts';
import { type Rounded, rounded } from '../rounding.ts';

/** The contents of a buffer: floats, words, or words that hold both. */
export type Contents = ArrayLike<number>;

/** What fills the kernel's slots. */
export interface Choices {
  readonly activation: Activation;
  readonly space: 'weight' | 'data';
  readonly draws: 'sampled' | 'full' | 'recorded' | 'ahead';
  readonly law: Law;
  /** Whether step size and noise change from step to step; `constant` if not given. */
  readonly schedule?: 'constant' | 'varying';
  /** A file of shaders/tile/, for kernels that are matrix products. */
  readonly tile?: 'quads' | 'registers' | 'workgroup';
}

/** The targets of a replica; see shaders/lib/targets.wgsl. */
export function ownTargets(
  { OWN_TARGETS }: { readonly OWN_TARGETS: number },
  targets: Contents,
  replica: number,
): Contents {
  const at = replica * OWN_TARGETS;
  return at === 0 ? targets : Array.from(targets).slice(at, at + OWN_TARGETS);
}

/** What a kernel must leave in a buffer: values, and how far an f32 kernel may be from each. */
export class Expected {
  readonly values: Float64Array;
  readonly errors: Float64Array;

  /** At first, what the buffer held before; a cell that the kernel does not write stays so to the bit. */
  constructor(before: Contents) {
    this.values = Float64Array.from(before);
    this.errors = new Float64Array(before.length);
  }

  set(cell: number, number: number | Rounded): void {
    const { value, error } = rounded(number);
    this.values[cell] = value;
    this.errors[cell] = error;
  }

  get(cell: number): Rounded {
    return { value: this.values[cell], error: this.errors[cell] };
  }
}

type Written<Bindings> = { [N in keyof Bindings as Bindings[N] extends 'read' ? never : N]: Expected };

/**
 * What a kernel computes, from the contents of all its buffers before the dispatch: its formula over plain loops, in
 * float64 numbers that carry the rounding error of f32. The contents of every buffer it writes.
 */
export type Oracle<K> = (
  buffers: { readonly [N in keyof BindingsOf<K>]: Contents },
  params: ParamsOf<K>,
  constants: ConstantsOf<K>,
  choices: Choices,
) => Written<BindingsOf<K>>;
