import {
  type CurvatureKind,
  type Eigenpair,
  type Eigenpairs,
  eigenpairs,
  type LossCurvature,
  type SharpnessOptions,
  type SharpnessReport,
  type SpectralDensity,
  sharpness,
  sharpnessMeasures,
  spectralDensity,
} from '../../../engine/geometry/index.ts';
import type { Subject } from './subject.ts';

export interface SpectrumWish {
  /** How many eigenvalues at each end; null: three, or as many as there are. */
  readonly largest: number | null;
  readonly smallest: number | null;
  /** Basis vectors of Lanczos' method at most; null for as many as are usual. */
  readonly mostSteps: number | null;
  /** Whether eigenvectors are wanted too: m d numbers each. */
  readonly vectors: boolean;
  readonly seed: number;
  /** Null where no density is wanted; `always` where it is wanted however long it takes. */
  readonly density: { readonly probes: number; readonly steps: number; readonly always: boolean } | null;
  /** rho, for the changes of the loss by perturbations. */
  readonly radius: number;
}

type Pair = Omit<Eigenpair, 'vector'> & { readonly vector?: Float64Array };
export type Ends = Omit<Eigenpairs, 'largest' | 'smallest'> & {
  readonly largest: readonly Pair[];
  readonly smallest: readonly Pair[];
};

/** The spectra of the curvature matrices: both ends, the density, and the measures of sharpness that rest on them. */
export interface SpectrumFindings {
  readonly spectrum: { readonly [Kind in LossCurvature]: Ends | null } | null;
  readonly density: { readonly [Kind in LossCurvature]: Omit<SpectralDensity, 'rules'> | null } | null;
  readonly sharpness: Omit<SharpnessReport, 'note'> | null;
}

const USUAL = 3;
/** Directions of the average changes of the loss. */
const DIRECTIONS = 100;
/** Multiply-adds for the density of one matrix that are done unasked: a software adapter takes some ten seconds for them. */
const DENSITY_WORK = 2 ** 31;

/** Both ends of the spectra of the loss. */
export async function inspectSpectra(
  subject: Subject,
  wish: SpectrumWish,
): Promise<Pick<SpectrumFindings, 'spectrum'>> {
  const hessian = await inspectEnds(subject, wish, 'hessian');
  return { spectrum: { hessian, gaussNewton: await inspectEnds(subject, wish, 'gaussNewton') } };
}

/** Numbers in a basis that is grown unasked. Orthogonalising a basis takes its length times as many multiply-adds. */
const BASIS_NUMBERS = 2 ** 22;
const LEAST_STEPS = 64;
const MOST_STEPS = 512;

/** Basis vectors of Lanczos' method, fewer where they are long: pairs that have not converged by then say so. */
export function usualSteps(
  length: number,
  { largest, smallest }: { largest: number; smallest: number },
): number | undefined {
  const fitting = Math.max(LEAST_STEPS, Math.floor(BASIS_NUMBERS / length), 2 * Math.max(largest, smallest) + 2);
  return fitting < MOST_STEPS ? fitting : undefined;
}

/** Both ends of one spectrum at the present weights. */
export function inspectEnds(
  subject: Subject,
  wish: SpectrumWish,
  of: CurvatureKind,
  name = `spectrum.${of}`,
): Promise<Ends | null> {
  const { width, dimension } = subject.problem.shape;
  const usual = Math.min(USUAL, width * dimension);
  // The smallest of the Gauss-Newton matrix are known where it has more rows than its rank: 0.
  const known = of === 'gaussNewton' && width * dimension > subject.problem.shape.samples;
  const { seed, mostSteps } = wish;
  const ends = { largest: wish.largest ?? usual, smallest: wish.smallest ?? (known ? 0 : usual) };
  const options = { ...ends, seed, mostSteps: mostSteps ?? usualSteps(width * dimension, ends) };
  if (options.largest + options.smallest === 0) {
    return Promise.resolve(subject.absent(name, 'No eigenvalues were asked for'));
  }
  return subject.attempt(name, async () => {
    const [found] = await eigenpairs(subject.problem, { ...options, of });
    if (name === `spectrum.${of}`) subject.ends[of] = found;
    const shown = (pairs: readonly Eigenpair[]): Pair[] =>
      pairs.map(({ vector, ...pair }) => (wish.vectors ? { ...pair, vector } : pair));
    return { ...found, largest: shown(found.largest), smallest: shown(found.smallest) };
  });
}

export async function inspectDensity(
  subject: Subject,
  { density, seed }: SpectrumWish,
): Promise<Pick<SpectrumFindings, 'density'>> {
  if (!density) return { density: subject.absent('density', 'It was not asked for (--no-density)') };
  const { always, ...wish } = density;
  const work = densityWork(subject, wish);
  if (!always && work > DENSITY_WORK) {
    const why = `It takes about ${work.toPrecision(2)} multiply-adds for each matrix, which are not done unasked: give --density, or fewer --density-probes or --density-steps`;
    return { density: subject.absent('density', why) };
  }
  const one = (of: LossCurvature) =>
    subject.attempt(`density.${of}`, async () => {
      const [{ rules: _, ...found }] = await spectralDensity(subject.problem, { ...wish, seed, of });
      if (wish.probes === 1) {
        subject.absent(`density.${of}.moments.standardError`, 'One probe says nothing about its spread');
      }
      return found;
    });
  return { density: { hessian: await one('hessian'), gaussNewton: await one('gaussNewton') } };
}

/** Each product passes the network forward, along the vector and back; each basis vector is orthogonalised twice. */
function densityWork({ problem }: Subject, { probes, steps }: { probes: number; steps: number }): number {
  const { samples, width, dimension } = problem.shape;
  const cells = width * dimension;
  const most = Math.min(steps, cells);
  return probes * most * cells * (3 * samples + 2 * most);
}

/** What the spectra have found already, where it is enough for the measures of sharpness. */
function knownEnds({ ends: { hessian, gaussNewton } }: Subject): SharpnessOptions['known'] {
  return {
    hessian: hessian?.largest.length && hessian.smallest.length ? [hessian] : undefined,
    gaussNewton: gaussNewton?.largest.length ? [gaussNewton] : undefined,
  };
}

export async function inspectSharpness(
  subject: Subject,
  { radius, seed }: SpectrumWish,
): Promise<Pick<SpectrumFindings, 'sharpness'>> {
  const found = await subject.attempt('sharpness', async () => {
    return (await sharpness(subject.problem, { radius, seed, probes: DIRECTIONS, known: knownEnds(subject) }))[0];
  });
  if (!found) return { sharpness: null };
  const { note: _, ...report } = found;
  for (const [name, value] of Object.entries(report.values)) {
    if (value !== null) continue;
    const { definition } = sharpnessMeasures[name as keyof typeof sharpnessMeasures];
    subject.absent(`sharpness.values.${name}`, `${definition} Here it is so`);
  }
  return { sharpness: report };
}
