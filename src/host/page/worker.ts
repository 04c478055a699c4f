/** Computes for the page, so that the page itself never waits. */
import { Engine, FlatwalkError, type Problem } from '../../engine/index.ts';
import { runExperiment } from '../experiments/experiment.ts';
import { judged } from '../experiments/index.ts';
import type { Failure, Features, FromWorker, PlannedRun, ToWorker } from './messages.ts';

const tell = (message: FromWorker) => postMessage(message);

let opened: Promise<Engine> | null = null;
let stop = new AbortController();

/** The engine, or a new one where the last could not be opened or has lost its device. */
function open(): Promise<Engine> {
  if (opened) return opened;
  const mine = Engine.open();
  opened = mine;
  const forget = () => {
    if (opened === mine) opened = null;
  };
  mine.then((engine) => {
    tell({ kind: 'opened', adapter: engine.adapter });
    engine.device.lost.then(() => {
      engine.dispose();
      forget();
    });
  }, forget);
  return mine;
}

async function start(runs: readonly PlannedRun[], seed: number, signal: AbortSignal): Promise<void> {
  const engine = await open();
  for (const { run, steps, every } of runs) {
    let features: Features = [];
    const result = await runExperiment(
      engine,
      { ...judged[run], steps, seed },
      (row) => tell({ kind: 'row', run, row }),
      signal,
      {
        every,
        started: async (problem, about) => {
          const optimum = Array.from(problem.optimumPreactivations());
          tell({ kind: 'started', run, start: about, features: await firstFeatures(problem), optimum });
        },
        ended: async (problem) => {
          features = await firstFeatures(problem);
        },
      },
    );
    const { outcome } = result;
    if (outcome.kind === 'lost') throw outcome.error;
    if (outcome.kind === 'aborted') return tell({ kind: 'stopped', run, step: outcome.step });
    tell({ kind: 'ended', run, result, features });
  }
  tell({ kind: 'done' });
}

async function firstFeatures(problem: Problem): Promise<Features> {
  const { width, samples } = problem.shape;
  const z = await problem.preactivations();
  return Array.from({ length: width }, (_, j) => Array.from(z.subarray(j * samples, (j + 1) * samples)));
}

function describe(error: unknown): Failure {
  if (!(error instanceof FlatwalkError)) {
    return { code: null, message: error instanceof Error ? (error.stack ?? error.message) : String(error), fix: '' };
  }
  const { code, message, fix } = error;
  // The message repeats the fix, which the page shows apart.
  return { code, message: message.endsWith(fix) ? message.slice(0, message.length - fix.length).trim() : message, fix };
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  const fail = (error: unknown) => tell({ kind: 'failed', failure: describe(error) });
  switch (data.kind) {
    case 'open':
      return void open().catch(fail);
    case 'start':
      stop = new AbortController();
      return void start(data.runs, data.seed, stop.signal).catch(fail);
    case 'stop':
      return stop.abort();
    default:
      return data satisfies never;
  }
});
