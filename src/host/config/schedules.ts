/** Schedules as text: `constant,warmup=500`, `cosine,final=0.01`, `step,every=10000,factor=0.5`. */
import { FlatwalkError } from '../../engine/index.ts';
import { checkSchedule, type Schedule } from '../../model/schedule.ts';
import { didYouMean } from '../files/similar.ts';

const kinds = ['constant', 'cosine', 'step'];

/**
 * A schedule from its text. A cosine without `steps` ends with the run. @throws BAD_ARGUMENT for what is no schedule, in
 * the words of `name`
 */
export function parseSchedule(name: string, text: string, runSteps: number): Schedule {
  const [kind, ...parts] = text.split(',').map((part) => part.trim());
  if (!kinds.includes(kind)) {
    const fix = `${didYouMean(kind, kinds)}Write for instance cosine,final=0.01 or step,every=10000,factor=0.5.`;
    throw new FlatwalkError('BAD_ARGUMENT', `${name}: there is no schedule '${kind}'`, fix);
  }
  const fields: Record<string, number> = {};
  for (const part of parts) {
    const [field, value, ...rest] = part.split('=').map((side) => side.trim());
    if (!value || rest.length > 0) {
      throw new FlatwalkError('BAD_ARGUMENT', `${name}: '${part}' is no name=value`, `Write for instance warmup=500.`);
    }
    if (Object.hasOwn(fields, field)) {
      throw new FlatwalkError('BAD_ARGUMENT', `${name}: ${field} is given twice`, 'Leave out one of them.');
    }
    const number = Number(value);
    if (Number.isNaN(number)) {
      throw new FlatwalkError('BAD_ARGUMENT', `${name}: ${field} is '${value}'`, 'It must be a number.');
    }
    fields[field] = number;
  }
  const lacks = kind === 'step' && ['every', 'factor'].find((field) => !Object.hasOwn(fields, field));
  if (lacks) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `${name} needs ${lacks}`,
      'Write for instance step,every=10000,factor=0.5.',
    );
  }
  const whole = kind === 'cosine' ? { steps: Math.max(1, runSteps), ...fields } : fields;
  return checkSchedule(name, { kind, ...whole } as Schedule);
}

/** The text that `parseSchedule` reads as this schedule, whatever the run's steps. */
export function formatSchedule({ kind, ...fields }: Schedule): string {
  return [kind, ...Object.entries(fields).map(([name, value]) => `${name}=${value}`)].join(',');
}
