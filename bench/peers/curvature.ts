/** Curvature as flatwalk finds it, beside what torch.func and PyHessian find: see curvature_peers.py. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import {
  eigenpairs,
  frobeniusNorm,
  sharpness,
  spectralDensity,
  tangentKernel,
} from '../../src/engine/geometry/index.ts';
import type { Engine } from '../../src/engine/index.ts';
import { activation } from '../../src/model/activations.ts';
import { makeInputs, makeLabels, makeWeights } from '../../src/model/data.ts';
import { probeVector } from '../../src/model/draws.ts';
import { makeProblem, traceAbsTerms } from '../../src/reference/network.ts';

/** Odd shapes, several activations, more samples than dimensions and fewer, equal neurons. */
const shapes = [
  { name: 'x³ + x, m 7, n 5, d 13', m: 7, n: 5, d: 13, spec: 'cubic_linear:1' },
  { name: 'x³ + 0.1 x, m 16, n 8, d 32', m: 16, n: 8, d: 32, spec: 'cubic_linear:0.1' },
  { name: 'tanh, m 9, n 33, d 7', m: 9, n: 33, d: 7, spec: 'tanh' },
  { name: 'GELU, m 5, n 9, d 4', m: 5, n: 9, d: 4, spec: 'gelu' },
  { name: 'integrated squareplus, m 6, n 6, d 6', m: 6, n: 6, d: 6, spec: 'sqp' },
  { name: 'x³ + x, six equal neurons, n 4, d 3', m: 6, n: 4, d: 3, spec: 'cubic_linear:1', equal: true },
] as const;

const PAIRS = 5;
const SEED = 3;
const STARTS = 4;
const STEPS = 4;
const RADIUS = 0.05;

/**
 * Products in f32 are off by at most so much of the norm, and eigenvalues by no more (Weyl); traces, moments of degree p and the
 * Frobenius norm by as much of the sum of their terms' sizes, (p + 1) |H|^p and |H|_F.
 */
const PRODUCT = 5e-6;

/** A figure of ours beside theirs. */
export interface Agreement {
  readonly problem: string;
  readonly what: string;
  readonly by: 'torch.func' | 'PyHessian';
  readonly ours: number;
  readonly theirs: number;
  /** |ours - theirs|: of several numbers, where it is largest. */
  readonly error: number;
  readonly tolerance: number;
}

export interface CurvatureComparison {
  readonly version: string;
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
  readonly rows: readonly Agreement[];
}

interface Answer {
  readonly loss: number;
  readonly trace: number;
  readonly frobenius: number;
  readonly eigenvalues: readonly number[];
  readonly kernel: readonly number[];
  readonly ascentStep: number;
  readonly moments: readonly (readonly number[])[];
  readonly pyhessian?: { readonly largest: number; readonly trace: number; readonly standardError: number };
}

const problems = shapes.map(({ m, n, d, spec, ...rest }, k) => {
  const seed = k + 1;
  const one = makeWeights({ m: 'equal' in rest ? 1 : m, d, std: 0.5, seed });
  return {
    name: rest.name,
    m,
    n,
    d,
    spec,
    inputs: makeInputs({ kind: 'unit', n, d, seed }),
    labels: makeLabels({ n, low: 1, high: 2, seed }),
    weights: Float32Array.from({ length: m * d }, (_, i) => one[i % one.length]),
    secondLayer: Float32Array.from({ length: m }, (_, j) => (j % 3 === 2 ? -0.75 : 1)),
  };
});

/** Compares on `engine`. @throws what Python says where it has no PyTorch, or is not there */
export async function compareCurvature(engine: Engine, folder: string, python: string): Promise<CurvatureComparison> {
  const asked = problems.map(({ spec, inputs, labels, weights, secondLayer, ...shape }) => {
    const { name, parameter } = activation(spec);
    const starts = Array.from({ length: STARTS }, (_, k) => [
      ...probeVector(SEED, k, 0, shape.m * shape.d, 'rademacher'),
    ]).flat();
    const arrays = { inputs, labels, weights, secondLayer };
    const lists = Object.fromEntries(Object.entries(arrays).map(([key, values]) => [key, [...values]]));
    return { ...shape, ...lists, starts, radius: RADIUS, activation: { name, parameter } };
  });
  const text = await ask(python, join(folder, 'curvature_peers.py'), JSON.stringify({ problems: asked }));
  const { answers, version, missing } = JSON.parse(text) as CurvatureComparison & { answers: Answer[] };
  const rows: Agreement[] = [];
  for (const [k, answer] of answers.entries()) rows.push(...(await compareOne(engine, problems[k], answer)));
  return { version, missing, rows };
}

/** Those that are further apart than may be. A figure that is no number is. */
export function disagreements({ rows }: CurvatureComparison): Agreement[] {
  return rows.filter(({ error, tolerance }) => !(error <= tolerance));
}

/** Whether the failure means that there is no such Python, or no PyTorch in it; anything else is a fault. */
export function isAbsent({ message }: Error): boolean {
  return /ENOENT|EACCES|No module named/.test(message);
}

async function compareOne(engine: Engine, one: (typeof problems)[number], theirs: Answer): Promise<Agreement[]> {
  const { inputs, labels, weights, secondLayer, m: width, spec } = one;
  using problem = await engine.problem({ inputs, labels, width, activation: spec, weights, secondLayer });
  const rows: Agreement[] = [];
  const compare = (
    what: string,
    ours: ArrayLike<number>,
    want: ArrayLike<number>,
    tolerance: number | ((k: number) => number),
    by: Agreement['by'] = 'torch.func',
  ) => {
    const most = typeof tolerance === 'number' ? () => tolerance : tolerance;
    const share = (k: number) => Math.abs(ours[k] - want[k]) / most(k);
    const worst = Array.from(want, (_, k) => k).reduce((a, b) => (share(b) <= share(a) ? a : b), 0);
    const [mine, other] = [ours[worst], want[worst]];
    rows.push({
      ...{ problem: one.name, what, by, ours: mine, theirs: other },
      ...{ error: Math.abs(mine - other), tolerance: most(worst) },
    });
  };
  const all = theirs.eigenvalues;
  const norm = Math.max(...all.map(Math.abs));
  const size = all.length;
  const [trace] = await problem.trace();
  const terms = traceAbsTerms(
    makeProblem({ X: inputs, y: labels, theta: weights, m: width, activation: spec, secondLayer }),
  );
  compare('trace', [trace], [theirs.trace], PRODUCT * terms);
  compare('Frobenius norm', await frobeniusNorm(problem), [theirs.frobenius], PRODUCT * theirs.frobenius);
  const [ends] = await eigenpairs(problem, { largest: PAIRS, smallest: PAIRS, seed: SEED });
  const values = (pairs: typeof ends.largest) => pairs.map(({ value }) => value);
  compare(`${PAIRS} largest eigenvalues`, values(ends.largest), all.toReversed().slice(0, PAIRS), PRODUCT * norm);
  compare(`${PAIRS} smallest eigenvalues`, values(ends.smallest), all.slice(0, PAIRS), PRODUCT * norm);
  const [kernel] = await tangentKernel(problem);
  const largest = theirs.kernel[theirs.kernel.length - 1];
  compare('tangent kernel, eigenvalues', kernel.eigenvalues, theirs.kernel, 1e-12 * size * largest);
  const [density] = await spectralDensity(problem, { probes: STARTS, steps: STEPS, seed: SEED, kind: 'rademacher' });
  const moments = density.rules.flatMap(({ nodes, weights: own }) =>
    Array.from({ length: 2 * STEPS }, (_, p) => nodes.reduce((sum, node, k) => sum + own[k] * node ** p, 0)),
  );
  const degree = (k: number) => k % (2 * STEPS);
  compare(
    `density, moments up to degree ${2 * STEPS - 1}`,
    moments,
    theirs.moments.flatMap((row) => row.slice(0, 2 * STEPS)),
    (k) => (degree(k) + 1) * PRODUCT * norm ** degree(k),
  );
  const [{ values: measures }] = await sharpness(problem, { radius: RADIUS, probes: 1 });
  compare('SAM, ascent step', [measures.ascentStep ?? Number.NaN], [theirs.ascentStep], 1e-10 * (theirs.loss + 1));
  if (theirs.pyhessian) {
    const [top] = [ends.largest[0].value, ends.smallest[0].value].sort((a, b) => Math.abs(b) - Math.abs(a));
    // Its power iteration ends when a value changes by less than 1e-10 of itself, which need not be its error.
    compare('eigenvalue of largest size', [top], [theirs.pyhessian.largest], 1e-4 * norm, 'PyHessian');
    const chance = 4 * theirs.pyhessian.standardError;
    compare('trace, 400 probes of its own', [trace], [theirs.pyhessian.trace], chance, 'PyHessian');
  }
  return rows;
}

/** What a Python script answers to a document. @throws with its last words */
function ask(python: string, script: string, document: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err = (err + text).slice(-2000);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(err.trim().split('\n').at(-1) || `${python} ended with ${code}`));
    });
    // A program that has ended does not read; its end tells why.
    child.stdin.on('error', () => {});
    child.stdin.end(document);
  });
}
