/**
 * One-sample SGD steps of a small network: many steps in a dispatch against one dispatch a kernel, on the same adapter, in the
 * same run, with the results compared before any time is printed. `npm run bench`.
 */
import Table from 'cli-table3';
import { Engine, type Plan } from '../src/engine/index.ts';
import { Network } from '../src/engine/network.ts';
import { openNodeGpu } from '../src/host/node/index.ts';
import { makeInputs, makeLabels, makeWeights } from '../src/model/data.ts';
import { sampledDraw } from '../src/model/draws.ts';

const m = 10;
const n = 10;
const d = 20;
const ROUNDS = 7;
const SEED = 3;
const STEP_SIZE = 0.002;

const { gpu } = await openNodeGpu();
const engine = await Engine.open({ gpu });
const { adapter } = engine;
const given = {
  inputs: makeInputs({ kind: 'unit', n, d, seed: 1 }),
  labels: makeLabels({ n, low: 2, high: 4, seed: 1 }),
  width: m,
  activation: 'cubic_linear:1',
  weights: makeWeights({ m, d, std: 0.3, seed: 1 }),
};
const problem = await engine.problem(given);
const dispatched = await prepareDispatched();

/** What takes each a fair fraction of a second. The last one is what the others are held against. */
const contestants: {
  readonly name: string;
  readonly steps: number;
  readonly run: (steps: number) => Promise<Float32Array>;
}[] = [
  { name: 'lane, data space', steps: 100_000, run: fused({ strategy: 'lane', space: 'data' }) },
  { name: 'lane, weight space', steps: 100_000, run: fused({ strategy: 'lane', space: 'weight' }) },
  { name: 'group, data space', steps: 10_000, run: fused({ strategy: 'group', space: 'data' }) },
  { name: 'group, weight space', steps: 10_000, run: fused({ strategy: 'group', space: 'weight' }) },
  { name: 'a dispatch a kernel', steps: 1_000, run: dispatched },
];

/** Noise is off, so that all do the same; the lanes draw it all the same, and multiply it by zero. */
function fused(plan: Partial<Plan>) {
  return async (steps: number) => {
    problem.setWeights(given.weights);
    const outcome = await problem.train({ stepSize: STEP_SIZE, steps, seed: SEED, plan }).finish();
    if (outcome.kind !== 'finished') throw new Error(`the run ended as ${outcome.kind}`);
    return problem.weights();
  };
}

/** The same steps as four dispatches each: pre-activations of the sample, its residual, coefficients, update. */
async function prepareDispatched() {
  const network = new Network(engine.lowLevel, given);
  const { gpu: device, data, weights, targets, preactivations, residuals, running: status } = network;
  const coefficients = network.gradientCoefficients;
  const [project, residual, weigh, combine] = await Promise.all([
    device.launch('project', { left: weights, data, product: preactivations }),
    network.launch('residual', { preactivations, targets, residuals }),
    network.launch('gradient_coefficients', { preactivations, targets, weights: residuals, status, coefficients }),
    device.launch('combine', { coefficients, data, sum: weights }),
  ]);
  return async (steps: number) => {
    network.setWeights(given.weights);
    const { recorder } = device;
    const shape = { replicas: 1, width: m, samples: n };
    for (let step = 0; step < steps; step++) {
      const one = { first: sampledDraw(SEED, step, 0, 0, n).index, count: 1 };
      recorder.dispatch(project, { rows: m, ...one, inner: d, accumulate: 0 });
      recorder.dispatch(residual, { ...shape, ...one });
      recorder.dispatch(weigh, { ...shape, ...one, scale: -2 * STEP_SIZE, accumulate: 0, step: 0 });
      recorder.dispatch(combine, { rows: m, ...one, inner: d, accumulate: 1 });
    }
    const [bytes] = await device.read([{ buffer: weights, size: m * d * 4 }]);
    return new Float32Array(bytes);
  };
}

console.log(
  `${adapter.name}, ${adapter.description}${adapter.software ? ' (software: only ratios mean something)' : ''}`,
);
console.log(`one-sample SGD steps, m = ${m}, n = ${n}, d = ${d}, x³ + x`);

// A fast wrong kernel is worth nothing: all must end at the same weights, up to the rounding of f32.
const TOLERANCE = 1e-5;
const expected = await dispatched(500);
for (const { name, run } of contestants) {
  const got = await run(500);
  const error = Math.max(...got.map((w, k) => Math.abs(w - expected[k])));
  if (!(error < TOLERANCE)) throw new Error(`'${name}' differs by ${error}`);
}

const times = contestants.map(() => [] as number[]);
for (let round = 0; round < ROUNDS; round++) {
  for (const [k, { steps, run }] of contestants.entries()) {
    const began = performance.now();
    await run(steps);
    times[k].push(((performance.now() - began) * 1000) / steps);
  }
}

const median = (values: number[]) => values.slice().sort((a, b) => a - b)[values.length >> 1];
const base = times[times.length - 1];
const table = new Table({ head: ['', 'µs a step', 'ratio: least', 'median', 'most'], style: { head: [], border: [] } });
for (const [k, { name }] of contestants.entries()) {
  const ratios = times[k].map((t, round) => base[round] / t);
  const numbers = [median(times[k]), Math.min(...ratios), median(ratios), Math.max(...ratios)];
  table.push([name, ...numbers.map((v) => v.toPrecision(3))]);
}
console.log(table.toString());
console.log(`Times are medians of ${ROUNDS} interleaved rounds; ratios are to the last line, round by round.`);
engine.dispose();
