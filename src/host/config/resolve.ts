/** Flags over a config file over defaults, and what has no part in a run. */
import { FlatwalkError } from '../../engine/index.ts';
import { entry, type Given, type Key, keys, type Settings } from './table.ts';

/** Sets of settings of which a run has one. The first key of each stands for it. */
const alternatives: readonly { readonly what: string; readonly sets: readonly (readonly Key[])[] }[] = [
  { what: 'data sets', sets: [['data', 'target', 'inputs'], ['generate']] },
  { what: 'starts', sets: [['weights'], ['init', 'initStd', 'initRange']] },
];

/** What decides the data, and with them what was recorded of them; what decides the plan of a run. */
const ofData: readonly Key[] = keys.filter((key) => ['data', 'generated'].includes(entry(key).group));
const ofPlan: readonly Key[] = [...ofData, 'weights', 'width', 'activation', 'batch', 'replicas'];

export interface Sources {
  readonly flags: Given;
  readonly file?: Given;
}

/**
 * The settings of a run. What is given by a flag takes the place of what the file says, and of what in the file only
 * belonged to that. @throws BAD_ARGUMENT for settings that exclude each other, or have no part in the run
 */
export function resolve({ flags, file = {} }: Sources): Settings {
  const merged: Record<string, unknown> = { ...withoutReplaced(flags, file), ...flags };
  const name = (key: Key) => nameOf(key, key in flags || !(key in file));
  for (const { what, sets } of alternatives) {
    const [one, other] = sets.flatMap((set) => set.find((key) => key in merged) ?? []);
    if (!other) continue;
    throw bad(`There are two ${what}: ${name(one)} and ${name(other)}`, 'Leave out one of them.');
  }
  for (const key of keys) {
    const { needs, unless, default: usual } = entry(key);
    const without = needs && !meets(merged[needs.key], needs.of);
    if (without && key in merged) {
      // A flag has taken away what this stood on.
      if (!(key in flags) && replaced(needs.key as Key, flags)) delete merged[key];
      else throw idle(key, merged, name);
    } else if (!without && !(key in merged) && usual !== undefined && (!unless || !(unless in merged))) {
      merged[key] = usual;
    }
  }
  return merged as unknown as Settings;
}

function withoutReplaced(flags: Given, file: Given): Given {
  const gone = new Set<string>();
  for (const { sets } of alternatives) {
    const chosen = sets.find((set) => set.some((key) => key in flags));
    for (const set of chosen ? sets : []) if (set !== chosen) for (const key of set) gone.add(key);
  }
  // Weights from a file are data, too: the checksum is of both.
  if (gone.has('weights') || [...ofData, 'weights' as const].some((key) => key in flags))
    for (const key of ['samples', 'dimension', 'dataChecksum']) gone.add(key);
  // The width that was recorded was that of the weights before.
  if ('weights' in flags && 'weights' in file) gone.add('width');
  if (ofPlan.some((key) => key in flags)) gone.add('pin');
  return Object.fromEntries(Object.entries(file).filter(([key]) => !gone.has(key)));
}

/** Whether a flag has decided a setting, or what that stands on, or what excludes it. */
function replaced(key: Key, flags: Given): boolean {
  if (key in flags) return true;
  if (alternatives.some(({ sets }) => sets.flat().includes(key) && sets.flat().some((other) => other in flags)))
    return true;
  const { needs } = entry(key);
  return needs !== undefined && replaced(needs.key as Key, flags);
}

function meets(value: unknown, of: readonly unknown[] | undefined): boolean {
  return of ? of.includes(value) : value !== undefined;
}

function idle(key: Key, merged: Readonly<Record<string, unknown>>, name: (key: Key) => string): FlatwalkError {
  const { needs } = entry(key);
  // Of a chain of needs, the first link that is missing.
  let needed = needs?.key as Key;
  while (merged[needed] === undefined && entry(needed).needs) needed = entry(needed).needs?.key as Key;
  const value = merged[needed];
  const what = value === undefined ? `There is no ${name(needed)}` : `${name(needed)} is ${String(value)}`;
  const other = value !== undefined && needs?.of ? `, or make it ${needs.of[0]}` : '';
  return bad(`${what}, so ${name(key)} has no part in it`, `Leave it out${other}.`);
}

/** As it was given: a flag, or a key of the file. */
function nameOf(key: Key, asFlag: boolean): string {
  const { flag } = entry(key);
  return asFlag && flag ? flag.split(' ')[0] : key;
}

function bad(what: string, fix: string): FlatwalkError {
  return new FlatwalkError('BAD_ARGUMENT', what, fix);
}
