import { type CurvatureKind, type Eigenpair, type Eigenpairs, eigenpairs } from '../../../engine/geometry/index.ts';
import type { Subject } from './subject.ts';

export interface SpectrumWish {
  /** How many eigenvalues at each end; null: three, or as many as there are. */
  readonly largest: number | null;
  readonly smallest: number | null;
  /** Whether eigenvectors are wanted too: m d numbers each. */
  readonly vectors: boolean;
  readonly seed: number;
}

type Pair = Omit<Eigenpair, 'vector'> & { readonly vector?: Float64Array };
export type Ends = Omit<Eigenpairs, 'largest' | 'smallest'> & {
  readonly largest: readonly Pair[];
  readonly smallest: readonly Pair[];
};

/** Both ends of the spectra of the curvature matrices. */
export interface SpectrumFindings {
  readonly spectrum: {
    readonly hessian: Ends | null;
    readonly gaussNewton: Ends | null;
  };
}

const USUAL = 3;

export async function inspectSpectrum(subject: Subject, wish: SpectrumWish): Promise<SpectrumFindings> {
  const { width, dimension } = subject.problem.shape;
  const usual = Math.min(USUAL, width * dimension);
  const options = { largest: wish.largest ?? usual, smallest: wish.smallest ?? usual, seed: wish.seed };
  const ends = (of: CurvatureKind) =>
    subject.attempt(`spectrum.${of}`, async () => {
      const [found] = await eigenpairs(subject.problem, { ...options, of });
      const shown = (pairs: readonly Eigenpair[]): Pair[] =>
        pairs.map(({ vector, ...pair }) => (wish.vectors ? { ...pair, vector } : pair));
      return { ...found, largest: shown(found.largest), smallest: shown(found.smallest) };
    });
  return { spectrum: { hessian: await ends('hessian'), gaussNewton: await ends('gaussNewton') } };
}
