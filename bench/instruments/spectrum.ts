/** Picture of the chapter on the spectrum: a network away from any minimum, whose Hessian has a negative end. */
import * as Plot from '@observablehq/plot';
import { denseEigenvalues, eigenpairs, spectralDensity } from '../../src/engine/geometry/index.ts';
import type { Engine, Problem } from '../../src/engine/index.ts';
import { colours } from '../../src/host/figures/colours.ts';
import { type Figure, legend, power } from '../../src/host/figures/svg.ts';
import { makeInputs, makeLabels, makeWeights } from '../../src/model/data.ts';

const SEED = 1;
const ENDS = 4;

/** 16 neurons, 24 unit samples in 12 dimensions, x³ + x: N = 192. */
export function startedProblem(engine: Engine): Promise<Problem> {
  const [m, n, d] = [16, 24, 12];
  return engine.problem({
    inputs: makeInputs({ kind: 'unit', n, d, seed: SEED }),
    labels: makeLabels({ n, low: 4, high: 8, seed: SEED }),
    width: m,
    activation: 'cubic_linear:1',
    weights: makeWeights({ m, d, std: 0.4, seed: SEED }),
  });
}

export interface SpectrumFigures {
  readonly products: number;
  readonly worstResidual: number;
  /** Largest difference from the dense eigenvalues, as a share of the largest of them. */
  readonly worstDifference: number;
  /** tr H / N by quadrature and in closed form. */
  readonly meanEigenvalue: number;
  readonly exactMean: number | null;
}

export async function spectrumPicture(engine: Engine): Promise<{ figure: Figure; figures: SpectrumFigures }> {
  using problem = await startedProblem(engine);
  const [exact] = await denseEigenvalues(problem);
  const [density] = await spectralDensity(problem, { probes: 32, steps: 64, seed: SEED });
  const [pairs] = await eigenpairs(problem, { largest: ENDS, smallest: ENDS, seed: SEED });
  const found = [...pairs.smallest, ...pairs.largest];
  const scale = Math.max(...exact.map(Math.abs));
  const ends = [...exact.slice(0, ENDS), ...exact.slice(-ENDS).toReversed()];
  const { grid, density: height } = density.curve;
  const curve = Array.from(grid, (at, k) => ({ at, height: Math.max(height[k], 1e-6) }));
  const lowest = 1e-5;
  return {
    figure: {
      title: 'The eigenvalues of a Hessian with a negative end, without forming it',
      label:
        'Spectral density by stochastic Lanczos quadrature over the exact eigenvalues, and the ends found by Lanczos',
      x: { label: 'eigenvalue of ∇²L' },
      y: {
        type: 'log',
        domain: [lowest, 1],
        label: 'density',
        ticks: [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1],
        tickFormat: power,
        grid: true,
      },
      marks: [
        Plot.ruleX([0], { stroke: 'currentColor', strokeOpacity: 0.4 }),
        Plot.areaY(
          curve.filter((point) => point.height > lowest),
          { x: 'at', y1: lowest, y2: 'height', fill: colours.measured, fillOpacity: 0.2 },
        ),
        Plot.tickX(exact, { stroke: colours.other, strokeOpacity: 0.5, insetTop: 238 }),
        Plot.dot(found, { x: 'value', y: lowest * 4, stroke: colours.predicted, r: 5, strokeWidth: 1.5 }),
        ...legend({
          'density, 32 probes of 64 products': colours.measured,
          'all 192 eigenvalues, dense': colours.other,
          [`${ENDS} at each end, Lanczos, ${pairs.steps} products`]: colours.predicted,
        }),
      ],
    },
    figures: {
      products: pairs.steps,
      worstResidual: Math.max(...found.map(({ residual }) => residual)) / scale,
      worstDifference: Math.max(...found.map(({ value }, k) => Math.abs(value - ends[k]))) / scale,
      meanEigenvalue: density.moments[1].value,
      exactMean: density.exactMean,
    },
  };
}
