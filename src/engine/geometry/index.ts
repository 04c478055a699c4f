/** flatwalk/geometry: instruments for the curvature of the loss and the geometry of the zero-loss manifold. */
export {
  type CurvatureKind,
  type CurvatureStages,
  curvatureProducts,
  prepareCurvatureProducts,
} from './curvature/products.ts';
export { geometry } from './geometry.ts';
