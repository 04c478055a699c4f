/** Pictures of the chapters on traces and sharpness. */
import * as Plot from '@observablehq/plot';
import {
  estimateTrace,
  flow,
  hutchPlusPlus,
  manifoldPoint,
  probeVariance,
  type SharpnessName,
  sharpness,
  sharpnessMeasures,
  weightsOf,
  xTrace,
} from '../../src/engine/geometry/index.ts';
import type { Engine } from '../../src/engine/index.ts';
import { colours } from '../../src/host/figures/colours.ts';
import { type Figure, legend, power } from '../../src/host/figures/svg.ts';
import { pictured } from './problem.ts';
import { startedProblem } from './spectrum.ts';

const SEEDS = 100;
const BUDGETS = [6, 12, 24, 48, 96, 192];

/** Errors of three estimators of one trace over seeds, at equal numbers of products, and what theory says of one. */
export async function tracePicture(engine: Engine): Promise<Figure> {
  using problem = await startedProblem(engine);
  const [exact] = await problem.trace();
  const [variance] = await probeVariance(problem, { kind: 'rademacher' });
  const estimators = {
    'Hutch++': (products: number, seed: number) => hutchPlusPlus(problem, { products, seed }),
    XTrace: (products: number, seed: number) => xTrace(problem, { products, seed }),
    Hutchinson: (probes: number, seed: number) => estimateTrace(problem, { probes, seed }),
  };
  const errors: { name: string; products: number; error: number }[] = [];
  for (const [name, estimate] of Object.entries(estimators)) {
    for (const products of BUDGETS) {
      let squares = 0;
      for (let seed = 0; seed < SEEDS; seed++) squares += ((await estimate(products, seed))[0].value / exact - 1) ** 2;
      // In f32 the last digits are noise.
      errors.push({ name, products, error: Math.max(Math.sqrt(squares / SEEDS), 1e-8) });
    }
  }
  const predicted = BUDGETS.map((products) => ({ products, error: Math.sqrt(variance / products) / Math.abs(exact) }));
  const strokes = { Hutchinson: colours.measured, 'Hutch++': colours.fourth, XTrace: colours.other };
  return {
    title: 'The error of a trace from products alone, N = 192',
    label: 'Root mean square relative error over products, for Hutchinson, Hutch++ and XTrace',
    x: { type: 'log', label: 'products with ∇²L', ticks: BUDGETS, tickFormat: String },
    y: { type: 'log', label: 'relative error, root mean square', tickFormat: power, grid: true },
    color: { domain: Object.keys(strokes), range: Object.values(strokes) },
    marks: [
      Plot.line(predicted, { x: 'products', y: 'error', stroke: colours.predicted, strokeDasharray: '6 4' }),
      Plot.line(errors, { x: 'products', y: 'error', z: 'name', stroke: 'name', strokeWidth: 2, marker: 'dot' }),
      ...legend({ ...strokes, 'predicted for Hutchinson': colours.predicted }, 'bottom-left'),
    ],
  };
}

/** What remains of every measure when the flow has ended. */
export async function sharpnessPicture(engine: Engine): Promise<Figure> {
  using problem = await pictured(engine);
  await problem.retract();
  const [before] = await sharpness(problem);
  const { point } = await flow(await manifoldPoint(problem));
  problem.setWeights(weightsOf(point));
  const [after] = await sharpness(problem);
  // Where the loss is zero the gradient is rounding, and a step along it means nothing.
  const gradients: readonly SharpnessName[] = ['ascentStep', 'adaptiveAscentStep'];
  const bars = (Object.keys(sharpnessMeasures) as SharpnessName[]).flatMap((name) => {
    if (gradients.includes(name)) return [];
    const [first, last] = [before.values[name], after.values[name]];
    return first !== null && last !== null && first > 0 && last > 0
      ? [{ name: sharpnessMeasures[name].symbol, left: last / first }]
      : [];
  });
  return {
    title: 'What the flow of tr ∇²L leaves of other measures of sharpness',
    label: 'Bars: each measure at the flattest solution, as a share of its value at the start on the manifold',
    height: 60 + 20 * bars.length,
    marginLeft: 110,
    x: { label: 'share that is left at the end', percent: true, grid: true },
    y: { label: null },
    marks: [
      Plot.barX(bars, { x: 'left', y: 'name', fill: colours.measured, sort: { y: 'x' } }),
      Plot.text(bars, {
        x: 'left',
        y: 'name',
        text: ({ left }) => `${(100 * left).toFixed(0)} %`,
        dx: 6,
        textAnchor: 'start',
      }),
    ],
    marginRight: 60,
  };
}
