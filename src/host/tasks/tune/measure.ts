import { measureInTurn } from '../../../../bench/measure.ts';
import { estimate } from '../../../../bench/statistics.ts';
import {
  type Choice,
  type Cost,
  duration,
  FEWEST_SAMPLES,
  FlatwalkError,
  inWords,
  type Measured,
} from '../../../engine/index.ts';

/** What is measured: the runs of one problem. */
export interface Subject {
  predict(choice: Choice): Cost;
  /** A run of so many steps, which goes on from wherever the last one ended. */
  run(choice: Choice, steps: number): Promise<void>;
  /** Does a short run from the start. Says how its result is wrong, or null. */
  check(choice: Choice): Promise<string | null>;
  /** Steps of that run. */
  readonly checkSteps: number;
}

export interface Verdict {
  readonly choice: Choice;
  readonly why: string;
}

export interface Findings {
  readonly measured: readonly Measured[];
  /** Plans that cannot be built here, or compute something else. */
  readonly refused: readonly Verdict[];
  /** Plans for which there was no time. */
  readonly skipped: readonly Verdict[];
}

export interface MeasureOptions {
  readonly budgetMs: number;
  readonly signal?: AbortSignal;
  readonly progress?: (share: number, label: string) => void;
}

/** A first look at a plan takes about this long. */
const LOOK_MS = 20;
const MOST_STEPS = 2 ** 24;
/** A sample of the timing in turn, and how many are taken where there is time: of plans that are close, and of the others. */
const near = { samples: 15, sampleMs: 60 };
const far = { samples: FEWEST_SAMPLES, sampleMs: LOOK_MS };
/** Plans whose steps take this many times as long as the fastest, seen and predicted, are not close. */
const CLOSE = 8;
/** Trials that a plan's timing begins with. */
const TRIALS = 4;
/** Of the time that is left, what one plan may be expected to take. */
const SHARE = 0.5;

/**
 * Builds, checks and times plans in the order given, the first of which must be the one that would be followed otherwise. What
 * is begun is finished, so a compiler may overrun the budget; a plan that is expected to is left out.
 * @throws BAD_ARGUMENT where there is no time even for the first, ABORTED, DEVICE_LOST, DISPOSED
 */
export async function measurePlans(
  subject: Subject,
  choices: readonly Choice[],
  { budgetMs, signal, progress }: MeasureOptions,
): Promise<Findings> {
  const began = performance.now();
  const left = () => Math.max(0, budgetMs - (performance.now() - began)) / 1000;
  const refused: Verdict[] = [];
  const skipped: Verdict[] = [];
  const looks: Look[] = [];
  for (const [k, choice] of choices.entries()) {
    checkSignal(signal);
    progress?.((0.7 * k) / choices.length, inWords(choice));
    const { compile, step } = subject.predict(choice);
    const expected = slowness(subject, looks) * (compile + (subject.checkSteps + 4) * step);
    if (expected > (k === 0 ? 1 : SHARE) * left()) {
      const why = `building and checking it would take about ${duration(expected)}, with ${duration(left())} left`;
      if (k === 0)
        throw new FlatwalkError('BAD_ARGUMENT', `No time for ${inWords(choice)}: ${why}`, 'Give a larger budget.');
      skipped.push({ choice, why });
      continue;
    }
    try {
      const compile = await compileTime(subject, choice);
      const wrong = await subject.check(choice);
      if (wrong) refused.push({ choice, why: wrong });
      else looks.push({ choice, compile, step: await firstLook(subject, choice, left) });
    } catch (error) {
      if (fatal(error)) throw error;
      refused.push({ choice, why: error instanceof Error ? error.message.split('\n')[0] : String(error) });
    }
  }
  checkSignal(signal);
  progress?.(0.7, 'timing them in turn');
  const { timed, late } = share(looks, left());
  const { close, distant } = apart(subject, timed);
  const measured = [
    ...(await inTurn(subject, close, near, left, signal)),
    ...(await inTurn(subject, distant, far, left, signal)),
  ];
  return { measured, refused, skipped: [...skipped, ...late] };
}

/** How many times longer than predicted things have taken here so far. */
function slowness(subject: Subject, looks: readonly Look[]): number {
  const took = looks.reduce((sum, { compile }) => sum + compile, 0);
  const predicted = looks.reduce((sum, { choice }) => sum + subject.predict(choice).compile, 0);
  return predicted > 0 ? Math.max(1, took / predicted) : 1;
}

/** A plan with one timing. Seconds. */
interface Look {
  readonly choice: Choice;
  readonly compile: number;
  readonly step: number;
}

/** Seconds of the first run of one step beyond the next: some drivers compile only when they first dispatch. */
async function compileTime(subject: Subject, choice: Choice): Promise<number> {
  const first = await timed(() => subject.run(choice, 1));
  return Math.max(0, first - (await timed(() => subject.run(choice, 1)))) / 1000;
}

/**
 * Seconds of a step: what a run takes beyond one of a single step, which is mostly its beginning and its end. Of two times
 * the lesser counts, so that one stall of the machine does not make a plan look slow.
 */
async function firstLook(subject: Subject, choice: Choice, left: () => number): Promise<number> {
  const twice = async (steps: number) => {
    const first = await timed(() => subject.run(choice, steps));
    return first > 1000 ? first : Math.min(first, await timed(() => subject.run(choice, steps)));
  };
  const one = await twice(1);
  const enough = LOOK_MS + 2 * one;
  let steps = 1;
  let took = one;
  while (took < enough && left() > 0 && steps < MOST_STEPS) {
    steps = Math.ceil(steps * Math.min(8, Math.max(2, (1.2 * enough) / Math.max(took, 0.01))));
    took = await twice(steps);
  }
  // A run as short as one step says only that a step is short.
  const share = steps > 1 ? Math.max(took - one, took / 100) / (steps - 1) : took;
  return share / 1000;
}

/**
 * Which are timed: the one that would be followed otherwise, whatever it costs, since without it nothing is decided; then the
 * fastest seen, as many as there is time to time often enough. One look is no measurement, and is not kept.
 */
function share(looks: readonly Look[], left: number): { timed: readonly Look[]; late: Verdict[] } {
  const [first, ...others] = looks;
  const cost = ({ step }: Look) => (TRIALS + FEWEST_SAMPLES) * Math.max(step, near.sampleMs / 1000);
  const late: Verdict[] = [];
  let spent = first ? cost(first) : 0;
  for (const look of others.toSorted((a, b) => a.step - b.step)) {
    if (spent + cost(look) <= left) {
      spent += cost(look);
      continue;
    }
    const why = `the budget is too small to time it ${FEWEST_SAMPLES} times; one look took ${duration(look.step)} a step`;
    late.push({ choice: look.choice, why });
  }
  return { timed: looks.filter((look) => !late.some(({ choice }) => choice === look.choice)), late };
}

function apart(subject: Subject, looks: readonly Look[]): { close: readonly Look[]; distant: readonly Look[] } {
  const predicted = ({ choice }: Look) => subject.predict(choice).step;
  const [fastest, meant] = [Math.min(...looks.map(({ step }) => step)), Math.min(...looks.map(predicted))];
  const isClose = (look: Look) => look.step <= CLOSE * fastest || predicted(look) <= CLOSE * meant;
  return { close: looks.filter(isClose), distant: looks.filter((look) => !isClose(look)) };
}

/** Against each other, so that drift meets all alike. */
async function inTurn(
  subject: Subject,
  looks: readonly Look[],
  often: { readonly samples: number; readonly sampleMs: number },
  left: () => number,
  signal?: AbortSignal,
): Promise<Measured[]> {
  const contenders = looks.map(({ choice }) => ({
    name: inWords(choice),
    run: (steps: number) => subject.run(choice, steps),
  }));
  const options = { ...often, budgetMs: 1000 * left(), least: FEWEST_SAMPLES, signal };
  const samples = await measureInTurn(contenders, options);
  return looks.map(({ choice, compile }, k) => {
    const { median, low, high, count } = estimate(samples[k].perUnit.map((ns) => ns / 1e9));
    return { choice, compile, step: { median, low, high }, samples: count };
  });
}

async function timed(action: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await action();
  return performance.now() - began;
}

function fatal(error: unknown): boolean {
  return error instanceof FlatwalkError && ['ABORTED', 'DEVICE_LOST', 'DISPOSED'].includes(error.code);
}

function checkSignal(signal?: AbortSignal): void {
  if (signal?.aborted) throw new FlatwalkError('ABORTED', 'Tuning was stopped', 'Run it again; nothing was stored.');
}
