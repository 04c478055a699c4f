import { FlatwalkError } from '../model/errors.ts';
import type { Part } from './kernel.ts';
import { core } from './kernels.ts';

/** The parts beside the core, each in a file of its own. */
const loaders = {
  large: async () => (await import('./large/index.ts')).large,
  geometry: async () => (await import('./geometry/geometry.ts')).geometry,
  tables: async () => (await import('./tables.ts')).tables,
} satisfies Record<string, () => Promise<Part>>;

export type PartName = keyof typeof loaders;
type Parts = { readonly [N in PartName]: Awaited<ReturnType<(typeof loaders)[N]>> };

/**
 * Parts that are there from the start: what flatwalk/large and flatwalk/geometry export under these names. Those that are not
 * given are loaded when they are first needed.
 */
export type GivenParts = Partial<Omit<Parts, 'tables'>>;

/** The parts of the library: those that are there, and those that can be loaded. */
export class Library {
  readonly #there: Partial<Parts>;

  constructor(given: GivenParts = {}) {
    this.#there = { ...given };
  }

  /** @throws HOST where its file cannot be loaded */
  async load<N extends PartName>(name: N): Promise<Parts[N]> {
    const part = this.#there[name];
    if (part) return part;
    try {
      const loaded = (await loaders[name]()) as Parts[N];
      this.#there[name] = loaded;
      return loaded;
    } catch (cause) {
      throw new FlatwalkError(
        'HOST',
        `The part '${name}' of flatwalk could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
        'Keep the files of dist/lib together, or import parts and give them to Engine.open({ parts }).',
        { cause },
      );
    }
  }

  /** The part with this kernel. Who wants a kernel has, as a rule, loaded its part. */
  async partOf(kernel: string): Promise<Part> {
    const there: readonly Part[] = [core, ...Object.values(this.#there)];
    const found = there.find(({ kernels }) => kernel in kernels);
    if (found) return found;
    for (const name of Object.keys(loaders) as PartName[]) {
      const part: Part = await this.load(name);
      if (kernel in part.kernels) return part;
    }
    throw new FlatwalkError('SHADER', `There is no kernel '${kernel}'`, 'Check the name.');
  }
}
