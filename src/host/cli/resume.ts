/** What must be the same where a run goes on, or its bits would be another's. */
import { FlatwalkError } from '../../engine/index.ts';
import { givenFlags } from '../config/flags.ts';
import { entry, type Key } from '../config/table.ts';
import type { Resumable } from '../results/resume.ts';
import type { Environment } from './where.ts';

/** @throws BAD_ARGUMENT for a config or flags that say something else than the folder */
export function refuseOthers({ path, summary }: Resumable, file: string | undefined, flags: object): void {
  if (file !== undefined) {
    throw new FlatwalkError('BAD_ARGUMENT', `${path} has its settings, so ${file} has no part in it`, 'Leave it out.');
  }
  const { config = {} } = summary;
  for (const [key, value] of Object.entries(givenFlags(flags))) {
    if (JSON.stringify(value) === JSON.stringify(config[key])) continue;
    const flag = entry(key as Key).flag?.split(' ')[0] ?? key;
    const was = config[key] === undefined ? `no ${flag}` : `${flag} ${wordOf(config[key])}`;
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `The run in ${path} is of ${was}, not ${wordOf(value)}: with that it would be another`,
      'Leave it out, or begin another run.',
    );
  }
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

type Was = Partial<Omit<Environment, 'in'> & { readonly in: string }>;

const browserOf = ({ browser }: Was) => browser?.replace(/^Headless/, '');

/** @throws BAD_ARGUMENT where something else would compute than has so far, with what is different */
export function checkEnvironment({ path, summary }: Resumable, now: Environment): void {
  const was = (summary.environment as Was | undefined) ?? {};
  const pairs: [what: string, was: unknown, is: unknown][] = [
    // A page for people computes as headless Chrome does, where the browser is the same.
    ['place', was.in === 'page' && now.in === 'chrome' ? now.in : was.in, now.in],
    ...Object.entries(now.adapter).map(([name, is]): [string, unknown, unknown] => [
      `adapter's ${name}`,
      was.adapter?.[name as keyof Environment['adapter']],
      is,
    ]),
    ['version of Dawn', was.dawn, now.dawn],
    ['browser', browserOf(was), browserOf(now)],
    ['fingerprint of the kernels', was.kernels, now.kernels],
  ];
  for (const [what, before, here] of pairs) {
    if (JSON.stringify(before) === JSON.stringify(here)) continue;
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `${path} cannot go on here with the same bits: the ${what} was ${wordOf(before ?? 'none')}, and is ${wordOf(here ?? 'none')}`,
      'Choose the same with --in and --adapter, or begin another run.',
    );
  }
}
