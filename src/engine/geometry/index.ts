/** flatwalk/geometry: instruments for the curvature of the loss and the geometry of the zero-loss manifold. */
export { geometry } from './geometry.ts';
