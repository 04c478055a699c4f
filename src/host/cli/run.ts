import type { MetricName, MetricValues } from '../../engine/index.ts';
import { type DataFlags, loadTuned, type PlanFlags, readData } from './problem.ts';
import { type CommonOptions, perform } from './session.ts';

interface RunOptions extends CommonOptions, DataFlags, PlanFlags {
  readonly metrics?: string[];
  readonly every?: number;
  readonly keepEvery?: number;
  readonly out?: string;
  readonly force: boolean;
  readonly printConfig: boolean;
}

export function runCommand({ in: place, adapter, json, out, force, printConfig, ...o }: RunOptions): Promise<void> {
  const common = { in: place, adapter, json };
  if (printConfig) return printConfiguration(common, o);
  return perform({
    command: 'run',
    task: 'train',
    common,
    config: o,
    keep: { out, force },
    prepare: () => settingsOf(o),
    conclude({ outcome, finalMetrics, seconds, weights, metrics: _, ...rest }, terminal) {
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
        summary: { outcome, ...rest, seconds, finalMetrics },
        weights,
        exitCode: { finished: 0, stopped: 0, diverged: 1, lost: 4, aborted: 130 }[outcome.kind],
      };
    },
  });
}

type Settings = Omit<RunOptions, 'out' | 'force' | 'printConfig' | keyof CommonOptions>;

/** What a run's document says before it has begun: the same fields, from the same code. */
function printConfiguration(common: CommonOptions, o: Settings): Promise<void> {
  return perform({
    command: 'run',
    task: 'configure',
    common: { ...common, json: true },
    config: o,
    keep: null,
    prepare: () => settingsOf(o),
    conclude: () => ({ summary: { outcome: { kind: 'planned' } }, exitCode: 0 }),
  });
}

async function settingsOf(o: Settings) {
  const { options, config } = readData(o);
  const metrics = o.metrics as MetricName[] | undefined;
  const every = o.every ?? Math.max(1, Math.ceil(o.steps / 100));
  const tuned = await loadTuned(o.plan);
  return { options: { ...options, metrics, every, plan: o.pin, tuned }, config: { ...config, every } };
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
