import { FlatwalkError, type MetricName, type MetricValues } from '../../engine/index.ts';
import { readSamples } from './csv.ts';
import { type CommonOptions, perform } from './session.ts';

interface RunOptions extends CommonOptions {
  readonly data: string;
  readonly target: string;
  readonly inputs?: string[];
  readonly width: number;
  readonly activation: string;
  readonly initStd: number;
  readonly retractFirst: boolean;
  readonly stepSize: number | 'auto';
  readonly noise: number;
  readonly noiseLaw: 'gaussian' | 'rademacher';
  readonly batch: number | 'full';
  readonly loss: 'mean' | 'sum';
  readonly steps: number;
  readonly replicas: number;
  readonly seed: number;
  readonly metrics?: string[];
  readonly every?: number;
  readonly out?: string;
}

/** 256 MiB of f32, and what the generator of the starting weights numbers. */
const MOST_WEIGHTS = 2 ** 26;

export function runCommand({ in: place, adapter, json, out, ...o }: RunOptions): Promise<void> {
  return perform({
    command: 'run',
    task: 'train',
    common: { in: place, adapter, json },
    config: o,
    keep: { out },
    prepare() {
      const { inputs, labels, inputNames } = readSamples(o.data, o.target, o.inputs);
      refuseSize(o.width, inputNames.length, o.replicas);
      const config = {
        ...o,
        inputs: inputNames,
        metrics: o.metrics as MetricName[] | undefined,
        every: o.every ?? Math.max(1, Math.ceil(o.steps / 100)),
      };
      return {
        options: { ...config, inputs, labels },
        config: { ...config, samples: labels.length, dimension: inputNames.length },
      };
    },
    conclude({ outcome, finalMetrics, seconds, weights, ...rest }, terminal) {
      const columns = o.replicas > 1 ? ['least', 'median', 'largest'] : ['value'];
      terminal.table(['metric', ...columns], summarise(finalMetrics));
      if (rest.traceOptimum !== null) terminal.say(`F* = ${rest.traceOptimum.toPrecision(6)}`);
      const said = {
        finished: () => `Finished ${outcome.step} steps in ${seconds.toFixed(1)} s.`,
        stopped: () => `Stopped at step ${outcome.step}.`,
        aborted: () => `Interrupted at step ${outcome.step}; rows so far are kept.`,
        diverged: () =>
          `DIVERGED at step ${outcome.step}: an update was not finite, or beyond 2^64. The weights kept are the last finite ones. Use a smaller --step-size.`,
        lost: () => `The device was lost at step ${outcome.step}; rows so far are kept.`,
      }[outcome.kind];
      terminal.say(said());
      return {
        summary: { outcome, ...rest, seconds, finalMetrics, weights },
        exitCode: { finished: 0, stopped: 0, diverged: 1, lost: 4, aborted: 130 }[outcome.kind],
      };
    },
  });
}

/** Before anything is allocated. @throws LIMIT */
function refuseSize(width: number, dimension: number, replicas: number): void {
  if (width * dimension * replicas <= MOST_WEIGHTS) return;
  const most = Math.floor(MOST_WEIGHTS / dimension / replicas);
  throw new FlatwalkError(
    'LIMIT',
    `--width ${width} with ${dimension} input columns and --replicas ${replicas} is more than ${MOST_WEIGHTS} weights`,
    most >= 1 ? `Use --width ${most} at most, or fewer replicas.` : 'Use fewer replicas.',
  );
}

function summarise(values: MetricValues): string[][] {
  return Object.entries(values).map(([name, perReplica]) => {
    const short = (v: number) => (Number.isFinite(v) ? v.toPrecision(5) : 'not finite');
    if (perReplica.length === 1) return [name, [perReplica[0]].flat().map(short).join(' ')];
    if (perReplica.some((v) => typeof v !== 'number')) return [name, `${perReplica.length} lists`, '', ''];
    const sorted = (perReplica as number[]).slice().sort((a, b) => a - b);
    return [name, sorted[0], sorted[sorted.length >> 1], sorted[sorted.length - 1]].map((v) =>
      typeof v === 'number' ? short(v) : v,
    );
  });
}
