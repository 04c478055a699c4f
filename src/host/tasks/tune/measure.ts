import { measureInTurn } from '../../../../bench/measure.ts';
import { estimate } from '../../../../bench/statistics.ts';
import { type Choice, type Cost, duration, FlatwalkError, inWords, type Measured } from '../../../engine/index.ts';

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
/** A sample of the timing in turn. */
const SAMPLE_MS = 60;
/** Of the time that is left, what one plan may be expected to take. */
const SHARE = 0.5;
/** Plans whose steps take this many times as long as the fastest, seen and predicted, are not looked at more closely. */
const CLOSE = 8;

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
  return { measured: await inTurn(subject, looks, left, signal), refused, skipped };
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

/** The fast ones against each other, where there is time; the others as they were seen. */
async function inTurn(
  subject: Subject,
  looks: readonly Look[],
  left: () => number,
  signal?: AbortSignal,
): Promise<Measured[]> {
  const predicted = (look: Look) => subject.predict(look.choice).step;
  const [fastest, meant] = [Math.min(...looks.map(({ step }) => step)), Math.min(...looks.map(predicted))];
  const close = looks.filter((look) => look.step <= CLOSE * fastest || predicted(look) <= CLOSE * meant);
  const contenders = close.map(({ choice }) => ({
    name: inWords(choice),
    run: (steps: number) => subject.run(choice, steps),
  }));
  // Three rounds are taken whatever they cost.
  const sure = close.reduce((sum, { step }) => sum + 4 * Math.max(step, SAMPLE_MS / 1000), 0);
  const samples =
    contenders.length > 0 && sure < left()
      ? await measureInTurn(contenders, { samples: 15, sampleMs: SAMPLE_MS, budgetMs: 1000 * left(), signal })
      : [];
  return looks.map((look) => {
    const { choice, compile, step } = look;
    const taken = samples[close.indexOf(look)]?.perUnit.map((ns) => ns / 1e9) ?? [step];
    const { median, low, high } = estimate(taken);
    return { choice, compile, step: { median, low, high }, samples: taken.length };
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
