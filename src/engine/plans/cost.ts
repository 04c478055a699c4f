import { activation } from '../../model/activations.ts';
import type { Choice, PlanRequest } from '../plan.ts';
import { cellsIn } from './candidates.ts';
import { type Coefficients, coefficients } from './coefficients.ts';

/** What a plan costs, in seconds. */
export interface Cost {
  /** Building the kernels of its steps, on a driver that has not seen them. */
  readonly compile: number;
  /** A step of all replicas. */
  readonly step: number;
}

/** Activations without an exponential, a tangent or an error function. */
const cheap: readonly string[] = ['cubic', 'cubic_linear', 'identity', 'leaky_relu', 'relu', 'square'];

/** The text that draws a sample and its noise, in multiply-adds. */
const DRAW = 10;

/** Share of the time of a draw that is left where it is made ahead, by all lanes of the device. */
const AHEAD = 0.2;

/**
 * What a plan is predicted to cost: counts of what its kernels do, times what each costs on this family of adapters
 * (coefficients.ts). It ranks plans; as a clock it is off by what this machine differs from the one that was measured.
 */
export function predict(choice: Choice, r: PlanRequest): Cost {
  const c = coefficients[r.family];
  const phi = cheap.includes(activation(r.activation).name) ? 1 : c.activation;
  return { lane, subgroup, group, tiled }[choice.strategy](choice, r, c, phi);
}

/** One replica an invocation; every multiply-add and every activation of a step is a piece of text of its own. */
function lane(
  { space, lanes, draws }: Choice,
  r: PlanRequest,
  { lane: c, parallel, vector }: Coefficients,
  phi: number,
): Cost {
  const { batch, width, replicas } = r;
  const cells = cellsIn(r, space);
  const text = batch * (2 * cells + phi * width + DRAW);
  const { base, cell, square, text: piece } = c.compile;
  const sample = draws === 'ahead' ? AHEAD * c.sample : c.sample;
  const one = batch * (sample + c.neuron * phi * width + c.product * 2 * cells);
  const vectors = Math.ceil(replicas / lanes) * Math.ceil(lanes / vector);
  return {
    compile: base + cell * cells + square * cells ** 2 + piece * text,
    step: one * Math.max(1, vectors / parallel),
  };
}

/** One replica a subgroup, whose lanes share the neurons and add up what they have by shuffles. */
function subgroup(
  { space, lanes, draws }: Choice,
  r: PlanRequest,
  { lane: c, parallel, vector }: Coefficients,
  phi: number,
): Cost {
  const { batch, width, replicas } = r;
  const rows = Math.ceil(width / lanes);
  const cells = (rows * cellsIn(r, space)) / width;
  const text = batch * (2 * cells + phi * rows + DRAW);
  const { base, cell, square, text: piece } = c.compile;
  const sample = draws === 'ahead' ? AHEAD * c.sample : c.sample;
  const shuffles = Math.log2(lanes) * Math.ceil(lanes / vector);
  const one = batch * (sample + c.shuffle * shuffles + c.neuron * phi * rows + c.product * 2 * cells);
  return {
    compile: base + cell * cells + square * cells ** 2 + piece * text,
    step: one * Math.max(1, replicas / parallel),
  };
}

/** One replica a workgroup, whose lanes share the neurons and wait for each other. */
function group(
  { space, lanes }: Choice,
  r: PlanRequest,
  { group: c, parallel, vector }: Coefficients,
  phi: number,
): Cost {
  const { batch, width, replicas } = r;
  // In data space an update moves one number a neuron, in weight space all of them.
  const products = cellsIn(r, space) * (space === 'data' ? 1 : 2);
  const turns = Math.ceil(width / lanes) * Math.ceil(lanes / vector);
  const waits = (2 + Math.log2(lanes)) * Math.ceil(lanes / vector);
  const one = batch * (c.sample + c.wait * waits + turns * (c.neuron * phi + (c.product * products) / width));
  return { compile: c.compile, step: one * Math.max(1, replicas / parallel) };
}

/** Matrix products of the full batch over the whole device. */
function tiled({ space }: Choice, r: PlanRequest, { tiled: c }: Coefficients, phi: number): Cost {
  const { samples, width, dimension, replicas } = r;
  const rows = replicas * width;
  const products = rows * samples * (space === 'data' ? samples : 2 * dimension);
  return { compile: c.compile, step: c.dispatches + c.product * products + c.activation * phi * rows * samples };
}
