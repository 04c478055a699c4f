/** Kinds of values that have a language of their own. */
import { z } from 'zod';
import { explained, type Kind } from './kinds.ts';
import { parseSchedule } from './schedules.ts';
import { parseStop } from './stop.ts';

export const scheduleText: Kind<string> = {
  // The steps of the run are not known here; a cosine is checked against them when they are.
  schema: z.string().superRefine(explained((given) => parseSchedule('The schedule', given, 2 ** 32 - 2))),
  read: (given) => given,
  allowed: 'a schedule, as in cosine,final=0.01,warmup=500',
};

export const stopText: Kind<string> = {
  schema: z.string().superRefine(explained(parseStop)),
  read: (given) => given,
  allowed: "a rule, as in 'loss<1e-6 and stableRank<1.001'",
};

export const secondLayer: Kind<'ones' | 'signs' | number[]> = {
  schema: z.union([z.literal('ones'), z.literal('signs'), z.array(z.number()).min(1)]),
  read(given) {
    const items = given.split(',').map((item) => item.trim());
    const numbers = items.map(Number);
    return items.every((item, k) => item !== '' && !Number.isNaN(numbers[k])) ? numbers : given;
  },
  allowed: "'ones', 'signs', or a list of numbers, one for each neuron",
};
