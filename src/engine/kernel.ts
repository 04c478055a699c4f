/** What a kernel is: data, made apart from being run. Nothing here touches a GPU. */

export type Scalar = 'u32' | 'f32';
export type Access = 'read' | 'write' | 'readWrite';
/** Places in a kernel that are filled by one of several fragments: `shaders/<slot>/<choice>.wgsl`. */
export type Slot = 'activation' | 'space' | 'draws' | 'law' | 'schedule' | 'tile';
export type Grid = readonly [x: number, y: number];
export type Numbers<Names extends string = string> = { readonly [N in Names]: number };

export interface Kernel<
  Params extends Record<string, Scalar> = Record<string, Scalar>,
  Bindings extends Record<string, Access> = Record<string, Access>,
  Constants extends string = string,
> {
  /** Storage buffers in the order of `@group(0)`. At most 8, the number every device guarantees. */
  readonly bindings: Bindings;
  /** The fields of the kernel's `Params`, in order, but for the last, `first_group`; `@group(1) @binding(0)`. */
  readonly params: Params;
  /** Whether the caller bounds the time of a dispatch. Otherwise the recorder cuts long ones at workgroups. */
  readonly paced?: true;
  /** Sizes that are compiled in: `const` declarations put in front of the source. */
  readonly constants: readonly Constants[];
  /** What a device must have to build it. Another kernel then does the same work without. */
  readonly feature?: 'subgroups';
  /** How many workgroups a dispatch needs. */
  readonly groups: (p: Numbers<Extract<keyof Params, string>>, c: Numbers<Constants>) => number;
  /** Multiply-adds counted as two, and the bytes that must move at least once. */
  readonly work: (p: Numbers<Extract<keyof Params, string>>, c: Numbers<Constants>) => { flops: number; bytes: number };
}

export function defineKernel<
  const Params extends Record<string, Scalar>,
  const Bindings extends Record<string, Access>,
  const Constants extends string = never,
>(kernel: Kernel<Params, Bindings, Constants>): Kernel<Params, Bindings, Constants> {
  return kernel;
}

/** Kernels that are loaded together, with the text of their files and of the fragments that others may use. */
export interface Part {
  /** Each has a file of its name in some folder of `shaders`. */
  readonly kernels: Readonly<Record<string, Kernel>>;
  readonly shaders: ReadonlyMap<string, string>;
}

export type ParamsOf<K> = K extends Kernel<infer P, infer _B, infer _C> ? Numbers<Extract<keyof P, string>> : never;
export type BindingsOf<K> = K extends Kernel<infer _P, infer B, infer _C> ? B : never;
export type ConstantsOf<K> = K extends Kernel<infer _P, infer _B, infer C> ? Numbers<C> : never;

/** One workgroup dimension may hold this many workgroups on every device. */
const LONGEST_ROW = 65_535;

/** Folds a long row of workgroups into two dimensions; `workgroup_index` in shaders/lib/grid.wgsl undoes it. */
export function fold(groups: number): Grid {
  return groups <= LONGEST_ROW ? [groups, 1] : [LONGEST_ROW, Math.ceil(groups / LONGEST_ROW)];
}
