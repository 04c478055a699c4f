import type { Command } from 'commander';
import { problemOf, type SizeName } from '../../../bench/problems.ts';
import type { Walk } from '../../engine/geometry/index.ts';
import { FlatwalkError, type MetricValues } from '../../engine/index.ts';
import { makeWeights } from '../../model/data.ts';
import { refuseSize } from '../config/problem.ts';
import { readSamples } from '../files/node.ts';
import { similar } from '../files/similar.ts';
import { type FlowMetric, type FlowTaskResult, flowMetricNames } from '../tasks/flow.ts';
import type { InstanceOptions } from '../tasks/inspect/subject.ts';
import { number, numbers } from './inspect-report.ts';
import { checkActivation, type InstanceFlags, readFlags } from './instance.ts';
import { refuseFlags } from './options.ts';
import { type CommonOptions, perform } from './session.ts';
import { type Terminal, warning } from './terminal.ts';

/** Where a flow begins: a file with weights, or data and random weights, or a problem of the benchmarks. */
interface StartFlags extends InstanceFlags {
  readonly data?: string;
  readonly target?: string;
  readonly inputs?: string[];
  readonly width: number;
  readonly initStd: number;
  readonly seed: number;
  readonly size?: SizeName;
}

interface WalkFlags {
  readonly stepSize?: number;
  readonly noise?: number;
  readonly batch: number | 'full';
  readonly loss: 'mean' | 'sum';
  readonly steps: number;
  readonly every?: number;
}

interface FlowFlags extends CommonOptions, StartFlags, WalkFlags {
  readonly times?: number[];
  readonly until?: number;
  readonly points: number;
  readonly spacing: 'log' | 'linear';
  readonly tolerance: number;
  readonly gradientTolerance?: number;
  readonly mostSteps: number;
  readonly metrics?: string[];
  readonly out?: string;
  readonly force: boolean;
}

export function flowCommand(file: string | undefined, flags: FlowFlags, command: Command): Promise<void> {
  const { in: place, adapter, json, out, force, ...o } = flags;
  let notes: readonly string[] = [];
  let secondLayer: InstanceOptions['secondLayer'] = null;
  return perform({
    command: 'flow',
    task: 'flow',
    common: { in: place, adapter, json },
    config: { file, ...o },
    keep: { out, force },
    prepare() {
      refuseIdle(file, o, command);
      const start = startOf(file, o);
      notes = start.notes;
      secondLayer = start.options.secondLayer;
      const { points, spacing, tolerance, mostSteps, times = null, until = null, gradientTolerance = null } = o;
      const metrics = o.metrics ? checkMetrics(o.metrics) : null;
      const walk = walkOf(o);
      refuseRows(points, `Use --points ${MOST_ROWS} or fewer.`);
      const integration = { times, until, points, spacing, tolerance, gradientTolerance, mostSteps };
      return { options: { ...start.options, ...integration, metrics, walk }, config: configOf(file, o, start) };
    },
    conclude(result, terminal) {
      for (const text of notes) terminal.remark(text);
      report(result, terminal);
      const { stopped, seconds, time, weights: theta, ...found } = result;
      const kind = stopped === 'aborted' || result.prediction?.stopped === 'aborted' ? 'aborted' : 'finished';
      const whole = stopped === 'gradient' || stopped === 'time';
      const summary = { outcome: { kind, stopped, time }, seconds, ...found, notes: [...notes, ...result.notes] };
      const missing = 'prediction' in result.notDefined || (result.prediction?.stopped ?? null) !== null;
      const { width, dimension } = result.shape;
      const weights = { run: 'flow', replicas: 1, width, dimension, theta, secondLayer };
      return { summary, weights, exitCode: kind === 'aborted' ? 130 : whole && !missing ? 0 : 1 };
    },
  });
}

const ofData = ['target', 'inputs', 'width', 'initStd', 'seed'];
const ofWalk = ['batch', 'loss', 'steps', 'every'];
const ofTimes = ['until', 'points', 'spacing'];

/** @throws BAD_ARGUMENT for flags that have no part in what was asked for, and for two starts or none */
function refuseIdle(
  file: string | undefined,
  o: Omit<FlowFlags, keyof CommonOptions | 'out' | 'force'>,
  command: Command,
): void {
  const starts = [file, o.data, o.size].filter((one) => one !== undefined).length;
  if (starts === 0 || (o.data !== undefined && o.target === undefined)) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      'There is no problem',
      'Name a file, or give --data and --target, or --size.',
    );
  }
  if (starts > 1)
    throw new FlatwalkError('BAD_ARGUMENT', 'There are two problems', 'Give a file, --data or --size alone.');
  const refuse = (names: readonly string[], why: string) => refuseFlags(command, names, why);
  if (file !== undefined) refuse(ofData, 'The file has data and weights');
  if (file === undefined) refuse(['instance'], 'There is no file');
  if (o.size !== undefined) refuse([...ofData, 'activation'], '--size decides the problem');
  if (o.times !== undefined) refuse(ofTimes, '--times says all times');
  if ((o.stepSize === undefined) !== (o.noise === undefined)) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      'Predictions for SGD need both --step-size and --noise',
      'Give both, or neither for the flow alone.',
    );
  }
  if (o.stepSize === undefined) refuse(ofWalk, 'There is no --step-size with --noise');
}

interface Start {
  readonly options: InstanceOptions;
  readonly config: object;
  readonly notes: readonly string[];
}

function startOf(file: string | undefined, o: StartFlags): Start {
  if (file !== undefined) return readFlags(file, o);
  if (o.size !== undefined) {
    const { inputs, labels, weights, width, activation } = problemOf(o.size, 1).options;
    const dimension = inputs.length / labels.length;
    return {
      options: {
        activation,
        width,
        dimension,
        inputs,
        labels: labels as ArrayLike<number>,
        weights,
        secondLayer: null,
      },
      config: { activation, samples: labels.length, width, dimension },
      notes: [],
    };
  }
  const { inputs, labels, inputNames, samples, dimension } = readSamples(o.data as string, o);
  refuseSize(o.width, dimension, 1);
  const activation = checkActivation(o.activation ?? 'cubic_linear:1');
  const weights = makeWeights({ m: o.width, d: dimension, std: o.initStd, seed: o.seed });
  return {
    options: { activation, width: o.width, dimension, inputs, labels, weights, secondLayer: null },
    config: { activation, inputs: inputNames, samples, dimension },
    notes: [],
  };
}

/** The settings that have a part in it. */
function configOf(file: string | undefined, o: StartFlags & WalkFlags, { config }: Start): object {
  const idle = [...((file ?? o.size) ? ofData : []), ...(o.stepSize === undefined ? ofWalk : [])];
  const used = Object.entries(o).filter(([name]) => !idle.includes(name));
  return { ...Object.fromEntries(used), ...config };
}

function checkMetrics(names: readonly string[]): FlowMetric[] {
  const strange = names.find((name) => !(flowMetricNames as readonly string[]).includes(name));
  if (strange === undefined) return names as FlowMetric[];
  const [near] = similar(strange, flowMetricNames);
  throw new FlatwalkError(
    'BAD_ARGUMENT',
    `A flow has no metric '${strange}'`,
    `${near ? `Did you mean ${near}? ` : ''}Choose from: ${flowMetricNames.join(', ')}.`,
  );
}

/** The walk of `flatwalk run` with the same flags, at the steps of its rows. */
function walkOf({ stepSize, noise, batch, loss, steps, every }: WalkFlags): (Walk & { steps: number[] }) | null {
  if (stepSize === undefined || noise === undefined) return null;
  const apart = every ?? Math.max(1, Math.ceil(steps / 100));
  const count = Math.floor(steps / apart) + 1;
  refuseRows(count, `Use --every ${Math.ceil(steps / (MOST_ROWS - 1))} or more.`);
  const at = Array.from({ length: count }, (_, k) => k * apart);
  if (at[at.length - 1] < steps) at.push(steps);
  const common = { stepSize, noise, steps: at };
  if (batch === 1) return { ...common, variant: 'single' };
  if (batch !== 'full') return { ...common, variant: 'minibatch', batch };
  return { ...common, variant: loss === 'sum' ? 'fullSum' : 'fullMean' };
}

/** Rows of a flow, and of a prediction: more would fill the memory before the first is written. */
const MOST_ROWS = 100_000;

/** @throws LIMIT */
function refuseRows(count: number, fix: string): void {
  if (count <= MOST_ROWS) return;
  throw new FlatwalkError('LIMIT', `${count} rows are more than the ${MOST_ROWS} that are kept`, fix);
}

const said: Record<FlowTaskResult['stopped'], string> = {
  gradient: 'The Riemannian gradient is as small as was wished',
  time: 'The last time was reached',
  budget: 'STOPPED: the steps ran out (--most-steps), as on a stiff flow',
  stuck: 'STUCK: no step that time resolves meets the tolerance',
  aborted: 'Interrupted; rows so far are kept',
};

function report(result: FlowTaskResult, terminal: Terminal): void {
  const { firstMetrics, finalMetrics, optimum, predictedRate, decay, prediction } = result;
  const value = (values: MetricValues, name: string) => {
    const [one] = values[name as FlowMetric] ?? [];
    return typeof one === 'object' ? numbers(one) : number(one);
  };
  const names = Object.keys(finalMetrics);
  const rows = names.map((name) => [name, value(firstMetrics, name), value(finalMetrics, name)]);
  terminal.table(['metric', 'start', `time ${number(result.time)}`], rows);
  const { isMinimum } = optimum ?? {};
  terminal.say(`F* = ${number(optimum?.sharpness)}${isMinimum === false ? ', which need not be the least F' : ''}`);
  const fitted = decay ? `${number(decay.rate)}, ${number(decay.relativeToPrediction)} of that` : '–';
  const twice = predictedRate === null ? null : 2 * predictedRate;
  terminal.say(`F - F* should fall at the rate 2ρ = ${number(twice)}; fitted: ${fitted}`);
  if (!result.monotone) terminal.say(warning(`F rose by ${result.largestRise} of itself in a step.`));
  if (prediction) {
    const { plainEnd, correctedEnd, timePerStep } = prediction;
    terminal.say(
      `SGD, ${number(timePerStep)} of time a step: F = ${number(plainEnd)} by the flow, ${number(correctedEnd)} at this step size.`,
    );
  }
  for (const [name, why] of Object.entries(result.notDefined)) terminal.say(`- No ${name}: ${why.replace(/\.$/, '')}.`);
  const why = result.obstacle ? `: ${result.obstacle.replace('\n  ', ' ')}` : '';
  terminal.say(`${said[result.stopped]}${why}. ${result.steps} steps, ${result.rejected} taken back.`);
}
