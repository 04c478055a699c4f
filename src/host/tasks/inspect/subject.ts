import type { CurvatureKind, Eigenpairs } from '../../../engine/geometry/index.ts';
import { type Engine, type ErrorCode, FlatwalkError, type Problem } from '../../../engine/index.ts';
import type { TaskContext } from '../task.ts';

/** One network with its data set, as instruments are given it. Rows are flat, one after the other. */
export interface InstanceOptions {
  readonly activation: string;
  /** d. */
  readonly dimension: number;
  /** m. */
  readonly width: number;
  /** X, n x d. */
  readonly inputs: ArrayLike<number>;
  /** y, n numbers. */
  readonly labels: ArrayLike<number>;
  /** Theta, m x d. */
  readonly weights: ArrayLike<number>;
  /** a, m numbers; null means ones. */
  readonly secondLayer: ArrayLike<number> | null;
}

/** Puts it on the device. The caller disposes it. @throws what the engine throws for numbers that make no problem */
export function openInstance(engine: Engine, o: InstanceOptions): Promise<Problem> {
  const { activation, inputs, labels, width, dimension, weights, secondLayer } = o;
  return engine.problem({
    activation,
    inputs,
    labels,
    width,
    dimension,
    weights,
    secondLayer: secondLayer ?? undefined,
  });
}

/** Failures that say that a quantity does not exist here, or not at this size: findings, no faults. */
const absent: readonly ErrorCode[] = ['NOT_DEFINED', 'NOT_FINITE', 'LIMIT'];

/** A problem under inspection, and what is to be told about it besides numbers. */
export class Subject {
  readonly problem: Problem;
  /** For what is null: why. */
  readonly notDefined: Record<string, string> = {};
  readonly notes: string[] = [];
  /** Both ends of the spectra at the weights that were given, once they are known. */
  readonly ends: Partial<Record<CurvatureKind, Eigenpairs>> = {};
  readonly #context: TaskContext;
  #share = 0;

  constructor(problem: Problem, context: TaskContext) {
    this.problem = problem;
    this.#context = context;
  }

  /** What `find` finds; null, with the reason under `name`, where that does not exist. @throws whatever else is wrong */
  async attempt<T>(name: string, find: () => Promise<T> | T): Promise<T | null> {
    this.progress(this.#share, name);
    if (this.#context.signal?.aborted)
      throw new FlatwalkError('ABORTED', 'The inspection was stopped', 'Run it again.');
    try {
      return await find();
    } catch (error) {
      if (!(error instanceof FlatwalkError) || !absent.includes(error.code)) throw error;
      const [what, fix] = error.message.split('\n  ').map((part) => part.replace(/\.$/, ''));
      // What does not exist cannot be mended; what is too large can be made smaller.
      return this.absent(name, error.code === 'LIMIT' && fix ? `${what}. ${fix}` : what);
    }
  }

  absent(name: string, why: string): null {
    this.notDefined[name] = why;
    return null;
  }

  note(text: string): void {
    this.notes.push(text);
    this.#context.emit({ kind: 'note', text });
  }

  progress(share: number, label: string): void {
    this.#share = share;
    this.#context.emit({ kind: 'progress', share, label });
  }

  /**
   * The same findings without a number that is not finite: null takes its place, with a reason under its path, so that none
   * is taken for a value or lost on the way.
   */
  settle<T>(found: T, path = ''): T {
    if (typeof found === 'number' && !Number.isFinite(found)) {
      this.notDefined[path] ??= `${found}: it leaves the range of float32, or rests on something that does`;
      return null as T;
    }
    if (found === null || typeof found !== 'object') return found;
    const plain = ArrayBuffer.isView(found) ? Array.from(found as unknown as ArrayLike<number>) : found;
    // The places in a list share one reason.
    if (Array.isArray(plain)) return plain.map((one) => this.settle(one, path)) as T;
    const inside = (key: string) => (path === '' ? key : `${path}.${key}`);
    return Object.fromEntries(Object.entries(plain).map(([key, one]) => [key, this.settle(one, inside(key))])) as T;
  }
}

/** Rows of a flat matrix. */
export function rowsOf(flat: ArrayLike<number>, columns: number): number[][] {
  const all = Array.from(flat);
  return Array.from({ length: all.length / columns }, (_, r) => all.slice(r * columns, (r + 1) * columns));
}
