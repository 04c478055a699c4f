import { expect, test } from 'vitest';
import type { Engine } from '../../src/engine/index.ts';
import { readFlags } from '../../src/host/cli/instance.ts';
import { type FlowTaskOptions, flowMetricNames, flowTask } from '../../src/host/tasks/flow.ts';
import type { TaskEvent } from '../../src/host/tasks/task.ts';
import { flat, golden, openTestEngine } from '../engine/support.ts';

type RowEvent = Extract<TaskEvent, { kind: 'row' }>;

const wishes = {
  secondLayer: null,
  times: null,
  until: null,
  points: 12,
  spacing: 'log',
  tolerance: 1e-8,
  gradientTolerance: null,
  mostSteps: 200_000,
  metrics: null,
  walk: null,
} as const;
let engine: Engine | undefined;

async function flowed(o: Omit<FlowTaskOptions, keyof typeof wishes> & Partial<FlowTaskOptions>, signal?: AbortSignal) {
  engine ??= await openTestEngine();
  const events: TaskEvent[] = [];
  const result = await flowTask.run(engine, { ...wishes, ...o }, { emit: (event) => events.push(event), signal });
  const rows = (run: string) => events.filter((one): one is RowEvent => one.kind === 'row' && one.run === run);
  return { result, events, rows };
}

const file = new URL('../golden/golden.json', import.meta.url).pathname;
const seven = readFlags(file, { instance: 'm7n5d13_cubelin1' }).options;

test('F falls to F* at the predicted rate, and rows are told as the flow goes on', async () => {
  const { result, rows, events } = await flowed(seven);
  expect(result).toMatchObject({ stopped: 'time', obstacle: null, monotone: true, optimum: { isMinimum: true } });
  const { optimum, finalMetrics, decay, predictedRate, time } = result;
  // F - F* is quadratic in the distance, which has fallen by e^-16 at the rate rho; the rest is rounding.
  expect(Math.abs((finalMetrics.manifoldTrace?.[0] as number) / (optimum?.sharpness ?? 0) - 1)).toBeLessThan(1e-11);
  expect(Math.abs((decay?.relativeToPrediction ?? 0) - 1)).toBeLessThan(0.05);
  expect(time * (predictedRate ?? 0)).toBeCloseTo(16, 10);
  const told = rows('flow');
  expect(told.map(({ row }) => row.step)).toEqual(Array.from({ length: 13 }, (_, k) => k));
  expect(told.map((one) => one.time)).toEqual(told.map((one) => one.time).toSorted((a = 0, b = 0) => a - b));
  expect(told[0].row.values).toEqual(result.firstMetrics);
  expect(told[12].row.values).toEqual(result.finalMetrics);
  expect(Object.keys(result.finalMetrics)).toEqual(flowMetricNames.filter((name) => name !== 'riemannianEigenvalue'));
  const configured = events.findIndex((event) => event.kind === 'configured');
  expect(configured).toBeLessThan(events.findIndex((event) => event.kind === 'row'));
  expect(events[configured]).toMatchObject({ facts: { predictedRate, optimum } });
  expect(result.notes).toEqual([expect.stringMatching(/off the zero-loss manifold \(largest residual 6\.38\)/)]);
  expect(result.weights).toHaveLength(7 * 13);
});

test('the metrics that are wished for, at the times that are wished for', async () => {
  const { result, rows } = await flowed({ ...seven, times: [0, 0.01, 0.3], metrics: ['riemannianEigenvalue', 'gap'] });
  expect(rows('flow').map(({ time }) => time)).toEqual([0, 0.01, 0.3]);
  for (const { row } of rows('flow')) expect(Object.keys(row.values)).toEqual(['riemannianEigenvalue', 'gap']);
  expect(result.decay).toBe(null);
  expect(result.notDefined.decay).toMatch(/tail of F - F\*/);
  const last = rows('flow')[2].row.values.riemannianEigenvalue?.[0] as number;
  // Near the minimum it tends to rho.
  expect(Math.abs(last / (result.predictedRate ?? 0) - 1)).toBeLessThan(0.05);
});

test('a walk is predicted at its steps: by the flow, and at its step size', async () => {
  const g = golden.timescale;
  const one = Array.isArray(g) ? g[0] : g;
  const base = { activation: one.activation, width: one.m, dimension: one.d, inputs: flat(one.X), labels: one.y };
  const walk = { variant: 'single', stepSize: 1e-4, noise: 1, steps: [0, 50, 100] } as const;
  const { result, rows } = await flowed({ ...base, weights: flat(one.theta0 ?? one.theta), times: [1e-9], walk });
  const { prediction } = result;
  expect(prediction?.timePerStep).toBeCloseTo(1e-8 / (2 * one.n), 20);
  const [plain, corrected] = ['plain', 'corrected'].map(rows);
  expect(plain.map(({ row }) => row.step)).toEqual([0, 50, 100]);
  expect(corrected.map(({ time }) => time)).toEqual(plain.map(({ row }) => row.step * (prediction?.timePerStep ?? 0)));
  const [a, b] = [plain, corrected].map((list) => list[2].row.values.manifoldTrace?.[0] as number);
  expect([a, b]).toEqual([prediction?.plainEnd, prediction?.correctedEnd]);
  const start = plain[0].row.values.manifoldTrace?.[0] as number;
  // Both fall, and the correction is of the order of stepSize / stepSizeBound.
  expect(start - a).toBeGreaterThan(0);
  expect(Math.abs((start - b) / (start - a) - 1)).toBeLessThan(3 * (walk.stepSize / (prediction?.stepSizeBound ?? 0)));
});

test('an interruption keeps the rows so far', async () => {
  const abort = new AbortController();
  engine ??= await openTestEngine();
  let rows = 0;
  const emit = (event: TaskEvent) => {
    if (event.kind !== 'row') return;
    rows++;
    abort.abort();
  };
  const options = { ...wishes, ...seven, points: 500, tolerance: 1e-13 };
  const result = await flowTask.run(engine, options, { emit, signal: abort.signal });
  expect(result.stopped).toBe('aborted');
  expect(rows).toBeGreaterThan(0);
  expect(rows).toBeLessThan(500);
});

test('what cannot be followed is refused in words', async () => {
  const walk = { variant: 'single', stepSize: 1, noise: 1, steps: [1] } as const;
  await expect(flowed({ ...seven, walk })).rejects.toThrow(/step size of 1 is beyond stability .*\n {2}Take smaller/);
  const twice = { activation: 'cubic', width: 1, dimension: 1, inputs: [1, 1], labels: [1, 2], weights: [1] };
  await expect(flowed(twice)).rejects.toThrow(/J J\^T is singular/);
  const flatStart = { activation: 'gelu', width: 2, dimension: 1, inputs: [1], labels: [1], weights: [1, 0.5] };
  await expect(flowed({ ...flatStart, metrics: ['gap'] })).rejects.toThrow(/'gap' does not exist here/);
});

test('where F* is not defined the reason is told, and nothing is NaN', async () => {
  const gelu = { activation: 'gelu', width: 2, dimension: 2, inputs: [1, 0], labels: [1], weights: [1, 0.3, 0.5, 0] };
  const { result } = await flowed(gelu);
  expect(result).toMatchObject({ optimum: null, predictedRate: null, decay: null });
  expect(result.notDefined).toMatchObject({
    optimum: expect.stringMatching(/no inverse/),
    predictedRate: expect.stringMatching(/no inverse/),
    decay: expect.stringMatching(/not defined/),
  });
  expect(result.finalMetrics).not.toHaveProperty('gap');
});

test('a kinked activation is told, and its F does not move', async () => {
  const relu = { activation: 'relu', width: 2, dimension: 1, inputs: [1], labels: [1], weights: [1, 0.5] };
  const { result } = await flowed(relu);
  expect(result.stopped).toBe('gradient');
  expect(result.notes).toContainEqual(expect.stringMatching(/relu has a kink/));
});
