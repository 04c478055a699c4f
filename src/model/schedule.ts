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

/** No run has more steps. */
const MOST_STEPS = 2 ** 32 - 1;
/** The largest f32. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** What each kind has beside `kind`. */
const fields: Readonly<Record<Schedule['kind'], readonly string[]>> = {
  constant: ['warmup'],
  cosine: ['steps', 'final', 'warmup'],
  step: ['every', 'factor', 'warmup'],
};

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

/** Whether the factor is 1 at every step. */
export function isConstant(schedule: Schedule): boolean {
  const { kind, warmup = 0 } = schedule;
  return warmup <= 1 && (kind === 'constant' || (kind === 'cosine' ? schedule.final === 1 : schedule.factor === 1));
}

/**
 * The schedule, if it is one; `name` says where it stands.
 * @throws BAD_ARGUMENT naming the field that is missing, too much, of the wrong type or out of its range
 */
export function checkSchedule(name: string, schedule: Schedule): Schedule {
  const given: Readonly<Record<string, unknown>> = { ...schedule };
  const known = Object.hasOwn(fields, String(given.kind)) ? fields[schedule.kind] : null;
  if (!known) {
    const kinds = Object.keys(fields).join(', ');
    const found = typeof schedule === 'object' && schedule ? `of the kind ${show(given.kind)}` : show(schedule);
    throw new FlatwalkError('BAD_ARGUMENT', `${name} is ${found}`, `Give it a kind: ${kinds}.`);
  }
  const { kind } = schedule;
  for (const field of Object.keys(given)) {
    if (field === 'kind' || known.includes(field)) continue;
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `${name}: a schedule of the kind '${kind}' has no '${field}'`,
      `It has ${known.join(', ')}.`,
    );
  }
  const whole = (least: number) => (value: number) => Number.isInteger(value) && value >= least && value <= MOST_STEPS;
  const steps = `a whole number of steps from 1 to ${MOST_STEPS}`;
  const check = (field: string, value: number | undefined, passes: (value: number) => boolean, range: string) => {
    if (typeof value === 'number' && passes(value)) return;
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `${name}: ${field} must be ${range}, not ${show(value)}`,
      `Change ${field}.`,
    );
  };
  const { warmup = 0 } = schedule;
  check('warmup', warmup, whole(0), `a whole number of steps from 0 to ${MOST_STEPS}`);
  if (kind === 'cosine') {
    const { steps: end, final = 0 } = schedule;
    check('steps', end, whole(1), steps);
    check('final', final, (value) => value >= 0 && value <= LARGEST, 'a number from 0 to the largest f32');
    if (warmup >= end) {
      throw new FlatwalkError(
        'BAD_ARGUMENT',
        `${name}: the warm-up takes ${warmup} of ${end} steps, so nothing is left of the cosine`,
        'Take a shorter warmup, or more steps.',
      );
    }
  } else if (kind === 'step') {
    check('every', schedule.every, whole(1), steps);
    check('factor', schedule.factor, (value) => value > 0 && value <= 1, 'a number above 0 and at most 1');
  }
  return schedule;
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
