/** Pictures of the chapters on the manifold, the flow, the predicted walk and ranks. */
import * as Plot from '@observablehq/plot';
import { type FlowResult, flow, manifoldPoint, predictWalk } from '../../src/engine/geometry/index.ts';
import type { Engine } from '../../src/engine/index.ts';
import { colours } from '../../src/host/figures/colours.ts';
import { type Figure, legend, power } from '../../src/host/figures/svg.ts';
import { pictured } from './problem.ts';

/** The flow from the pictured start, to the end of what float64 can tell. */
export async function flowPictures(engine: Engine): Promise<Record<'flow' | 'manifold' | 'ranks', Figure>> {
  using problem = await pictured(engine);
  const found = await flow(await manifoldPoint(problem), { points: 60 });
  return { flow: flowPicture(found), manifold: await eigenvaluePicture(engine), ranks: rankPicture(found) };
}

function flowPicture({ rows, predictedRate, decay }: FlowResult): Figure {
  const shown = rows.filter(({ gap }) => gap !== null && gap > 1e-10);
  const end = shown[shown.length - 1];
  const rate = 2 * (predictedRate ?? Number.NaN);
  const line = shown.map(({ time }) => ({ time, gap: (end.gap ?? 0) * Math.exp(-rate * (time - end.time)) }));
  const most = shown[0].gap ?? 0;
  return {
    title: `The sharpness falls to its optimum at the rate 2ρ = ${rate.toFixed(2)} (fitted: ${decay?.rate.toFixed(2)})`,
    label: 'F minus F* along the Riemannian gradient flow, on a logarithmic scale, and a line of slope minus 2 rho',
    x: { label: 'time of the flow' },
    y: { type: 'log', tickFormat: power, label: 'F − F*', grid: true },
    marks: [
      Plot.line(
        line.filter(({ gap }) => gap <= 3 * most),
        { x: 'time', y: 'gap', stroke: colours.predicted, strokeDasharray: '6 4' },
      ),
      Plot.line(shown, { x: 'time', y: 'gap', stroke: colours.measured, strokeWidth: 2 }),
      ...legend({ 'the flow': colours.measured, 'slope −2ρ': colours.predicted }),
    ],
  };
}

/** Starts far away, where F is not convex. */
const FAR = { starts: 6, std: 0.9 };

export async function eigenvaluePicture(engine: Engine): Promise<Figure> {
  const lines: { start: number; time: number; eigenvalue: number }[] = [];
  let rho = Number.NaN;
  for (let start = 0; start < FAR.starts; start++) {
    using problem = await pictured(engine, { std: FAR.std, start });
    const { rows, predictedRate } = await flow(await manifoldPoint(problem), { points: 60, hessian: true });
    rho = predictedRate ?? rho;
    for (const { time, smallestEigenvalue } of rows) {
      if (time > 0 && smallestEigenvalue !== null) lines.push({ start, time, eigenvalue: smallestEigenvalue });
    }
  }
  return {
    title: 'F becomes convex on the way: the least eigenvalue of its Hessian',
    label:
      'The smallest eigenvalue of the Riemannian Hessian along six flows: negative at first, then positive, tending to rho',
    x: { type: 'log', tickFormat: power, label: 'time of the flow' },
    y: { type: 'symlog', constant: 10, label: 'smallest eigenvalue on the tangent space', grid: true },
    marks: [
      Plot.ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.5 }),
      Plot.ruleY([rho], { stroke: colours.predicted, strokeDasharray: '6 4' }),
      Plot.line(lines, { x: 'time', y: 'eigenvalue', z: 'start', stroke: colours.measured, strokeWidth: 1.5 }),
      ...legend(
        { [`${FAR.starts} starts`]: colours.measured, [`ρ = ${rho.toFixed(2)}`]: colours.predicted },
        'bottom-right',
      ),
    ],
  };
}

function rankPicture({ rows }: FlowResult): Figure {
  const shown = rows.filter(({ time }) => time > 0);
  const values = shown.flatMap(({ time, singularValues }) =>
    singularValues.map((value, k) => ({ time, value: Math.max(value, 1e-8), k: String(k + 1) })),
  );
  const last = values.slice(-shown[0].singularValues.length);
  const strokes = [colours.measured, colours.other, colours.fourth];
  return {
    title: 'One singular value of the feature matrix remains',
    label: 'The singular values of the feature matrix along the flow: the first stays, the others vanish',
    x: { type: 'log', tickFormat: power, label: 'time of the flow' },
    y: { type: 'log', tickFormat: power, label: 'singular values of ΘXᵀ', grid: true },
    color: { domain: ['1', '2', '3'], range: strokes },
    marginRight: 40,
    marks: [
      Plot.line(values, { x: 'time', y: 'value', z: 'k', stroke: 'k', strokeWidth: 2 }),
      Plot.text(last, { x: 'time', y: 'value', text: ({ k }) => `σ${'₁₂₃'[Number(k) - 1]}`, dx: 14, fill: 'k' }),
    ],
  };
}

const REPLICAS = 192;
const ROWS = 30;
/** Half of what is stable at the start: large enough for the plain flow to be visibly off. */
const STEP_SIZE = 7e-3;
const NOISE = 1;
const STEPS = 9_000;

export interface WalkFigures {
  readonly stepSize: number;
  /** Largest relative difference of the mean of all replicas from each prediction. */
  readonly fromCorrected: number;
  readonly fromPlain: number;
}

/** Label-noise SGD on the device, averaged over replicas, on its predicted curves. */
export async function walkPicture(engine: Engine): Promise<{ figure: Figure; figures: WalkFigures }> {
  using problem = await pictured(engine, { replicas: REPLICAS });
  await problem.retract();
  const point = await manifoldPoint(problem);
  const walk = { variant: 'single', stepSize: STEP_SIZE, noise: NOISE } as const;
  const measured: { step: number; mean: number; low: number; high: number }[] = [];
  const run = problem.train({ ...walk, steps: STEPS, every: STEPS / ROWS, seed: 1, metrics: ['retractedTrace'] });
  for await (const { step, values } of run) {
    const traces = (values.retractedTrace as number[]).toSorted((a, b) => a - b);
    const mean = traces.reduce((sum, f) => sum + f, 0) / REPLICAS;
    measured.push({ step, mean, low: traces[Math.floor(0.05 * REPLICAS)], high: traces[Math.floor(0.95 * REPLICAS)] });
  }
  const fine = Array.from({ length: 10 * ROWS + 1 }, (_, k) => (k * STEPS) / (10 * ROWS));
  const { plain, corrected } = await predictWalk(point, { ...walk, steps: fine });
  const off = (curve: typeof plain) =>
    Math.max(...measured.map(({ mean }, k) => Math.abs(mean / curve[10 * k].sharpness - 1)));
  const figure: Figure = {
    title: `The mean of ${REPLICAS} runs lies on the curve that theory predicts for η = ${STEP_SIZE}`,
    label: 'Sharpness over steps: the mean over runs, the corrected prediction on it, and the plain flow above it',
    x: { label: 'steps', tickFormat: (step: number) => `${step / 1000}k` },
    y: { label: 'F after retraction', grid: true },
    marks: [
      Plot.areaY(measured, { x: 'step', y1: 'low', y2: 'high', fill: colours.measured, fillOpacity: 0.15 }),
      Plot.line(plain, { x: 'step', y: 'sharpness', stroke: colours.other, strokeDasharray: '2 4', strokeWidth: 2 }),
      Plot.line(corrected, { x: 'step', y: 'sharpness', stroke: colours.predicted, strokeWidth: 1.5 }),
      Plot.dot(measured, { x: 'step', y: 'mean', fill: colours.measured, r: 3 }),
      ...legend({
        'mean, and 90 % of the runs': colours.measured,
        'predicted: the drift at this step size': colours.predicted,
        'predicted: the plain flow': colours.other,
      }),
    ],
  };
  return { figure, figures: { stepSize: STEP_SIZE, fromCorrected: off(corrected), fromPlain: off(plain) } };
}
