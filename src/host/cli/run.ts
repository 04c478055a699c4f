import { join } from 'node:path';
import type { MetricValues } from '../../engine/index.ts';
import { givenFlags } from '../config/flags.ts';
import { trainOptions } from '../config/problem.ts';
import { runSummary } from '../results/document.ts';
import { SUMMARY } from '../results/names.ts';
import { readResumable } from '../results/resume.ts';
import type { RunConfiguration } from '../tasks/train.ts';
import { readRun } from './problem.ts';
import { refuseOthers } from './resume.ts';
import { type CommonOptions, type Job, perform } from './session.ts';

interface RunFlags extends CommonOptions {
  readonly out?: string;
  readonly force: boolean;
  readonly resume?: string;
  readonly printConfig: boolean;
}

export function runCommand(file: string | undefined, flags: RunFlags): Promise<void> {
  const { in: place, adapter, json, force, resume, printConfig } = flags;
  if (resume !== undefined) return resumeRun(file, flags, resume);
  const common = { in: place, adapter, json: json || printConfig };
  const { out, ...given } = givenFlags(flags);
  const config = { ...(file === undefined ? {} : { file }), ...given };
  const prepare = async () => {
    const { settings, data, weights, tuned, ...read } = await readRun(file, given);
    return { options: trainOptions(settings, data, weights, tuned), ...read, out: out ?? settings.out };
  };
  if (printConfig) {
    // What a run's document says before it has begun: the same fields, from the same code.
    const conclude = () => ({ summary: { outcome: { kind: 'planned' } }, exitCode: 0 });
    return perform({ command: 'run', task: 'configure', common, config, keep: null, prepare, conclude });
  }
  return perform({ command: 'run', task: 'train', common, config, keep: { out, force }, prepare, conclude });
}

/** Goes on in the folder of an interrupted run, with its settings. */
function resumeRun(file: string | undefined, flags: RunFlags, folder: string): Promise<void> {
  const { in: place, adapter, json } = flags;
  return perform({
    command: 'run',
    task: 'train',
    common: { in: place, adapter, json },
    config: { resume: folder },
    keep: {},
    async prepare() {
      const goesOn = readResumable(folder);
      refuseOthers(goesOn, file, flags);
      const { settings, data, weights, config, facts, notes, tuned } = await readRun(join(folder, SUMMARY), {});
      const { checkpoint } = goesOn;
      const text = `Going on from step ${checkpoint.step} of ${settings.steps}.`;
      return {
        // At step 0 there is nothing to go on from, and rows to be told.
        options: {
          ...trainOptions(settings, data, weights, tuned),
          resume: checkpoint.step > 0 ? checkpoint : undefined,
        },
        config,
        facts,
        notes: [...notes, text],
        goesOn,
      };
    },
    conclude,
  });
}

const conclude: Job<'train'>['conclude'] = (result, terminal) => {
  const { outcome, finalMetrics, seconds, weights, ...rest } = result;
  const columns = rest.request.replicas > 1 ? ['least', 'median', 'largest'] : ['value'];
  terminal.table(['metric', ...columns], summarise(finalMetrics));
  if (rest.traceOptimum !== null) terminal.say(`F* = ${rest.traceOptimum.toPrecision(6)}`);
  const said = {
    finished: () => `Finished ${outcome.step} step${outcome.step === 1 ? '' : 's'} in ${seconds.toFixed(1)} s.`,
    stopped: () => `Stopped at step ${outcome.step}${outcome.kind === 'stopped' ? `: ${outcome.reason}` : ''}.`,
    aborted: () => `Interrupted at step ${outcome.step}; rows so far are kept.`,
    diverged: () =>
      `DIVERGED at step ${outcome.step}: an update was not finite, or beyond 2^64. The weights kept are the last finite ones. ${smaller(rest, outcome.step)}`,
    lost: () => `The device was lost at step ${outcome.step}; rows so far are kept.`,
  }[outcome.kind];
  const calm = outcome.kind === 'finished' || outcome.kind === 'stopped';
  if (calm) terminal.remark(said());
  else terminal.say(said());
  return {
    summary: runSummary(result),
    weights,
    exitCode: { finished: 0, stopped: 0, diverged: 1, lost: 4, aborted: 130 }[outcome.kind],
  };
};

/** What to do about a run that has diverged. */
function smaller({ stepSize, stable }: Pick<RunConfiguration, 'stepSize' | 'stable'>, step: number): string {
  if (!stable && step === 0) return 'Use smaller weights at the start (--init-std), or a smaller --step-size.';
  if (!stable) return 'Use a smaller --step-size.';
  const short = (value: number) => value.toPrecision(3);
  if (stepSize > stable.stepSize) {
    return `The step size was ${short(stepSize)}; at the start those below ${short(stable.stepSize)} (${stable.rule}) are stable.`;
  }
  return `The step size of ${short(stepSize)} was stable at the start (${stable.rule} = ${short(stable.stepSize)}), and not later: use a smaller --step-size, or less --noise.`;
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
