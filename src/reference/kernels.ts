import type { KernelName, kernels } from '../engine/registry.ts';
import { drawAhead, drawTable, probeVectors } from './kernels/draws.ts';
import { manifoldCoefficients, triangleProducts } from './kernels/manifold.ts';
import { choleskyPanel, choleskySolve, choleskyUpdate, gramMatrix, retractionState } from './kernels/matrices.ts';
import {
  centre,
  curvatureCoefficients,
  gradientCoefficients,
  noisyResidual,
  observe,
  probeForms,
  residual,
  tangent,
} from './kernels/network.ts';
import type { Oracle } from './kernels/oracle.ts';
import { activate, multiplied, sumSquares } from './kernels/products.ts';
import { activationTable, sgdGroup, sgdLane, sgdSubgroup } from './kernels/sgd.ts';
import {
  basisAppend,
  basisCandidate,
  basisCoefficients,
  basisDecide,
  basisProducts,
  basisSubtract,
} from './kernels/spectrum.ts';

/** One for every kernel of the registry: a kernel without an oracle does not compile. */
export type Oracles = { readonly [Name in KernelName]: Oracle<(typeof kernels)[Name]> };

/** What every kernel must compute, and how exactly. */
export const oracles = {
  multiply: multiplied,
  activate,
  residual,
  noisy_residual: noisyResidual,
  gradient_coefficients: gradientCoefficients,
  tangent,
  curvature_coefficients: curvatureCoefficients,
  probe_forms: probeForms,
  observe,
  sum_squares: sumSquares,
  probe_vectors: probeVectors,
  centre,
  gram_matrix: gramMatrix,
  cholesky_panel: choleskyPanel,
  cholesky_update: choleskyUpdate,
  cholesky_solve: choleskySolve,
  retraction_state: retractionState,
  basis_candidate: basisCandidate,
  basis_products: basisProducts,
  basis_coefficients: basisCoefficients,
  basis_subtract: basisSubtract,
  basis_decide: basisDecide,
  basis_append: basisAppend,
  triangle_products: triangleProducts,
  manifold_coefficients: manifoldCoefficients,
  draw_ahead: drawAhead,
  sgd_lane: sgdLane,
  sgd_subgroup: sgdSubgroup,
  sgd_group: sgdGroup,
  activation_table: activationTable,
  draw_table: drawTable,
} satisfies Oracles;
