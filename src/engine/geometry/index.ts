/** flatwalk/geometry: instruments for the curvature of the loss and the geometry of the zero-loss manifold. */

export type { LossCurvature } from '../stages/curvature.ts';
export type { ProbeKind } from '../stages/probes.ts';
export {
  type ClosedOptions,
  frobeniusNorm,
  hessianDiagonal,
  probeVariance,
  type TraceParts,
  traceParts,
} from './curvature/closed.ts';
export { hutchPlusPlus } from './curvature/hutchplusplus.ts';
export { kinkNote } from './curvature/kinks.ts';
export {
  type CurvatureKind,
  type CurvatureStages,
  curvatureProducts,
  prepareCurvatureProducts,
} from './curvature/products.ts';
export type { SketchOptions, SketchReport } from './curvature/sketch.ts';
export { estimateTrace, type TraceOptions, type TraceReport } from './curvature/trace.ts';
export { xTrace } from './curvature/xtrace.ts';
export { geometry } from './geometry.ts';
export type { DecayFit } from './manifold/decay.ts';
export { type FlowOptions, type FlowResult, type FlowRow, flow } from './manifold/flow.ts';
export { type RiemannianHessian, riemannianEigenvalues, riemannianHessian } from './manifold/hessian.ts';
export {
  type ResidualLaws,
  residualLaws,
  stepSizeBound,
  timePerStep,
  type Walk,
  type WalkVariant,
  walkVariants,
} from './manifold/noise.ts';
export { kernelCondition, kernelEigenvalues } from './manifold/normal.ts';
export {
  type ManifoldPoint,
  makePoint,
  manifoldPoint,
  type PointInput,
  pointAt,
  residualsOf,
  toWeights,
  weightsOf,
} from './manifold/point.ts';
export { type Clusters, clusters, type FeatureRanks, type Features, featureRanks } from './manifold/ranks.ts';
export { type Retracted, type RetractOptions, retract } from './manifold/retraction.ts';
export {
  type AlignedState,
  alignedState,
  predictedRate,
  projectTangent,
  type RiemannianGradient,
  riemannianGradient,
  riemannianHessianProduct,
  sharpnessOf,
} from './manifold/sharpness.ts';
export { type PredictOptions, predictWalk, type WalkPrediction, type WalkRow } from './manifold/walk.ts';
export { type DenseOptions, denseEigenvalues, denseMatrix } from './spectrum/dense.ts';
export {
  type DensityOptions,
  type Moment,
  type Rule,
  type SpectralDensity,
  spectralDensity,
} from './spectrum/density.ts';
export { type Eigenpair, type EigenpairOptions, type Eigenpairs, eigenpairs } from './spectrum/eigenpairs.ts';
export { type TangentKernel, tangentKernel } from './spectrum/kernel.ts';
export { type SharpnessMeasure, type SharpnessName, sharpnessMeasures } from './spectrum/measures.ts';
export { type SharpnessOptions, type SharpnessReport, sharpness } from './spectrum/sharpness.ts';
