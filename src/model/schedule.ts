import { FlatwalkError } from './errors.ts';

/**
 * How the step size, or the label noise, of a run changes with the number t of the step, counted from 0: by a factor that
 * is 1 where nothing is said. `warmup` w steps (none if not given) come first in each kind, with the factors 1/w, 2/w, ... 1. Then
 *
 * - constant: 1;
 * - cosine: from 1 along half a wave to `final` (0 if not given) at step `steps`, the warm-up included, and there it stays:
 *   final + (1 - final) (1 + cos(pi (t - w) / (steps - w))) / 2;
 * - step: times `factor` after each `every` steps: factor^floor((t - w) / every).
 */
export type Schedule =
  | { readonly kind: 'constant'; readonly warmup?: number }
  | { readonly kind: 'cosine'; readonly steps: number; readonly final?: number; readonly warmup?: number }
  | { readonly kind: 'step'; readonly every: number; readonly factor: number; readonly warmup?: number };

/** The factor at a step, in float64, of a schedule that `checkSchedule` has passed. */
export function scheduleFactor(schedule: Schedule, step: number): number {
  const { warmup = 0 } = schedule;
  if (step < warmup) return (step + 1) / warmup;
  switch (schedule.kind) {
    case 'constant':
      return 1;
    case 'cosine': {
      const { steps, final = 0 } = schedule;
      if (step >= steps) return final;
      // (1 + cos(pi u)) / 2 = sin^2(pi (1 - u) / 2): near the end, where it is small, nothing cancels.
      const left = Math.sin(((Math.PI / 2) * (steps - step)) / (steps - warmup));
      return final + (1 - final) * left * left;
    }
    case 'step':
      return schedule.factor ** Math.floor((step - warmup) / schedule.every);
    default:
      return schedule satisfies never;
  }
}

/**
 * The schedule itself; `name` says where it stands.
 * @throws BAD_ARGUMENT naming the field that is missing, too much, of the wrong type or out of its range
 */
export function checkSchedule(name: string, schedule: Schedule): Schedule {
  scheduleNumbers(name, schedule);
  return schedule;
}

/** Steps: no run has more. */
const MOST_STEPS = 2 ** 32 - 1;
const steps = (least: number) => [least, MOST_STEPS, `a whole number from ${least} to ${MOST_STEPS}`] as const;
const warmup = [...steps(0), 0] as const;

/** What each kind has beside its name: the least and the largest value, in words, and what is taken where none is given. */
const kinds: Readonly<Record<string, Readonly<Record<string, readonly [number, number, string, number?]>>>> = {
  constant: { warmup },
  cosine: { warmup, steps: steps(1), final: [0, 2 ** 127, 'a number from 0 to 2^127', 0] },
  step: { warmup, every: steps(1), factor: [Number.MIN_VALUE, 1, 'a number above 0, at most 1'] },
};

/**
 * A schedule as numbers, which are the same for schedules that are the same: of the kind, the warm-up, steps or every (0 for a
 * constant), final or factor (1 for a constant). The factor is 1 at every step where the warm-up is at most 1 and the last number is 1,
 * and is never above the larger of that and 1. @throws as checkSchedule
 */
export function scheduleNumbers(
  name: string,
  schedule: Schedule,
): readonly [kind: number, warmup: number, steps: number, level: number] {
  const wrong = (what: string, fix: string) => new FlatwalkError('BAD_ARGUMENT', `${name} ${what}`, fix);
  const { kind, ...given }: Record<string, unknown> = { ...schedule };
  const all = Object.keys(kinds);
  const index = all.indexOf(kind as string);
  if (index < 0) throw wrong(`is no schedule: its kind is ${kind}`, `The kinds are ${all.join(', ')}.`);
  const fields = kinds[all[index]];
  const odd = Object.keys(given).find((field) => !(field in fields));
  if (odd) throw wrong(`has no '${odd}'`, `A schedule '${kind}' has ${Object.keys(fields).join(', ')}.`);
  const [before, length = 0, level = 1] = Object.entries(fields).map(([field, [least, most, words, usual]]) => {
    const value = given[field] ?? usual;
    if (typeof value === 'number' && value >= least && value <= most && (most !== MOST_STEPS || value % 1 === 0)) {
      return value;
    }
    throw wrong(value === undefined ? `has no ${field}` : `has ${field} ${value}`, `Give ${words}.`);
  });
  if (index === 1 && before >= length) {
    throw wrong(`has a warmup of ${before} of ${length} steps`, 'Leave steps for the cosine.');
  }
  return [index, before, length, level];
}
