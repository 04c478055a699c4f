import {
  clusters,
  type FeatureRanks,
  featureRanks,
  kernelCondition,
  type ManifoldPoint,
  manifoldPoint,
  predictedRate,
  retract,
  riemannianEigenvalues,
  riemannianGradient,
  sharpnessOf,
  tangentKernel,
  weightsOf,
} from '../../../engine/geometry/index.ts';
import { type Ends, inspectEnds, type SpectrumWish } from './spectrum.ts';
import { rowsOf, type Subject } from './subject.ts';

export interface ManifoldWish extends SpectrumWish {
  /** Singular values below this share of the largest, and distances below this share of the longest row, count as none. */
  readonly rankTolerance: number;
}

/** What float64 says in data space: the tangent kernel, the manifold about the network, and its features. */
export interface ManifoldFindings {
  /** J J^T at the network itself. */
  readonly tangentKernel: {
    /** Ascending, n. */
    readonly eigenvalues: Float64Array;
    readonly rank: number;
    readonly condition: number;
    /** n rows; where vectors are wished for. */
    readonly matrix?: number[][];
  } | null;
  /** At the retraction of the network. */
  readonly manifold: {
    /** max_i |r_i - y_i| before, and after each Gauss-Newton step. */
    readonly residuals: readonly number[];
    /** F there. */
    readonly sharpness: number;
    /** Condition number of J J^T there. */
    readonly condition: number;
    /** |P_T grad F| */
    readonly gradientNorm: number;
    /** (J J^T)^-1 J grad F, n. */
    readonly lambda: Float64Array;
    /** The multipliers of tr D^2 L, n. */
    readonly lambdaOfTrace: Float64Array;
    /** Of the Riemannian Hessian of F in the span of the data: smallest, largest, and how many are below 0. */
    readonly hessian: {
      readonly smallest: number;
      readonly largest: number;
      readonly negative: number;
      readonly dimension: number;
    } | null;
    /** Ends of the spectrum of P_T B P_T, m d x m d: zeros for all directions that are not in that space. */
    readonly spectrum: Ends | null;
    /** rho: at the minimum the smallest eigenvalue, and half the rate at which F - F* falls. */
    readonly predictedRate: number | null;
  } | null;
  /** Ranks and alignment of Theta X^T. */
  readonly features:
    | (Omit<FeatureRanks, 'singularValues'> & {
        readonly tolerance: number;
        /** Neurons that do the same on the data, as lists of their indices. */
        readonly clusters: readonly (readonly number[])[];
        readonly distinctNeurons: number;
      })
    | null;
}

export async function inspectManifold(subject: Subject, wish: ManifoldWish): Promise<ManifoldFindings> {
  const point = await subject.attempt('manifold', () => manifoldPoint(subject.problem));
  if (!point) {
    const why = subject.notDefined.manifold;
    return {
      tangentKernel: subject.absent('tangentKernel', why),
      manifold: null,
      features: subject.absent('features', why),
    };
  }
  return {
    tangentKernel: await kernelOf(subject, wish),
    features: await subject.attempt('features', () => featuresOf(subject, point, wish.rankTolerance)),
    manifold: await subject.attempt('manifold', () => aboutRetraction(subject, point, wish)),
  };
}

/** Condition numbers from which on a person is told what they cost. */
const HIGH_CONDITION = 1e8;

async function kernelOf(subject: Subject, { vectors }: ManifoldWish): Promise<ManifoldFindings['tangentKernel']> {
  const found = await subject.attempt('tangentKernel', async () => (await tangentKernel(subject.problem))[0]);
  if (!found) return null;
  const { matrix, eigenvalues, rank, condition, note } = found;
  if (note !== null) {
    subject.absent('tangentKernel.condition', `Infinity: the rank is ${rank} of ${eigenvalues.length}`);
    subject.note(`${note}; retraction, Riemannian gradient, Hessian and flow need not exist.`);
  } else if (condition > HIGH_CONDITION) {
    subject.note(
      `J J^T has the condition number ${condition.toPrecision(3)}: the gradients of the outputs are nearly dependent, and what ` +
        `rests on its inverse loses about ${Math.round(Math.log10(condition))} of 16 digits.`,
    );
  }
  return { eigenvalues, rank, condition, ...(vectors && { matrix: rowsOf(matrix, eigenvalues.length) }) };
}

async function aboutRetraction(subject: Subject, start: ManifoldPoint, wish: ManifoldWish) {
  const { point, residuals, converged } = retract(start);
  if (!converged) {
    const last = residuals[residuals.length - 1];
    const steps = residuals.length - 1;
    return subject.absent(
      'manifold',
      `${steps} Gauss-Newton steps took the largest residual from ${residuals[0]} to ${last}, and no further: no point of the zero-loss manifold was found from here`,
    );
  }
  const { norm, lambda, lambdaOfTrace } = riemannianGradient(point);
  const hessian = await subject.attempt('manifold.hessian', () => {
    const values = riemannianEigenvalues(point);
    const dimension = values.length;
    if (dimension === 0) {
      return subject.absent('manifold.hessian', 'The manifold has no tangent direction within the span of the data');
    }
    const negative = values.filter((value) => value < 0).length;
    return { smallest: values[0], largest: values[dimension - 1], negative, dimension };
  });
  // Nothing else looks at the problem any more.
  subject.problem.setWeights(weightsOf(point));
  const spectrum = await inspectEnds(subject, wish, 'riemannian', 'manifold.spectrum');
  return {
    residuals,
    spectrum,
    sharpness: sharpnessOf(point),
    condition: kernelCondition(point),
    gradientNorm: norm,
    lambda,
    lambdaOfTrace,
    hessian,
    predictedRate: await subject.attempt('manifold.predictedRate', () => predictedRate(point)),
  };
}

function featuresOf(subject: Subject, point: ManifoldPoint, tolerance: number) {
  const { singularValues: _, ...ranks } = featureRanks(point, { tolerance });
  const { members, distinct } = clusters(point, tolerance);
  if (Number.isNaN(ranks.leastCosine)) {
    for (const name of ['leastCosine', 'meanCosine']) {
      subject.notDefined[`features.${name}`] = 'Fewer than two neurons have a row that is not zero';
    }
  }
  return { ...ranks, tolerance, distinctNeurons: distinct, clusters: members };
}
