/** The settings of the experiment: a preset, and what a visitor has changed in it. */
import { computed, signal } from '@preact/signals';
import type { FlatwalkError } from '../../../engine/index.ts';
import { FlatwalkError as Refusal } from '../../../model/errors.ts';
import { resolve } from '../../config/resolve.ts';
import { entry, type Given, type Key, keys, type Settings } from '../../config/table.ts';
import { firstPreset, type PresetName, presetOf } from './presets.ts';

export const preset = signal<PresetName>(firstPreset);
/** What was changed; a setting that is undefined is left to the default of the command. */
export const changes = signal<Given>({});

/** Everything that is said: the preset with its changes. */
export const given = computed<Given>(() => tidy({ ...presetOf(preset.value).settings, ...changes.value }));

/** The settings of a run, or why these make none. */
export const settings = computed<Settings | FlatwalkError>(() => decide(given.value));

export function choosePreset(name: PresetName): void {
  preset.value = name;
  changes.value = {};
}

/** What was recorded of data, and is wrong of others. */
const recorded = { samples: undefined, dimension: undefined, dataChecksum: undefined };
const decidesData = (key: Key) => key === 'weights' || ['data', 'generated'].includes(entry(key).group);

/** Changes one setting; undefined takes it back to the default. */
export function change(key: Key, value: unknown): void {
  changes.value = { ...changes.value, ...(decidesData(key) && recorded), [key]: value };
}

/** Takes over settings as a whole: of a link, a cell of a diagram, dropped data. */
export function takeOver(whole: Given): void {
  const base = presetOf(preset.value).settings;
  const gone = Object.fromEntries(keys.filter((key) => key in base && !(key in whole)).map((key) => [key, undefined]));
  const same = (key: string) => JSON.stringify(whole[key as Key]) === JSON.stringify(base[key as Key]);
  changes.value = { ...gone, ...Object.fromEntries(Object.entries(whole).filter(([key]) => !same(key))) };
}

/** Without settings that have no part beside the others: of a file where data are generated, of a law that is not chosen. */
export function tidy(wanted: Given): Given {
  const merged: Record<string, unknown> = Object.fromEntries(
    Object.entries(wanted).filter(([, value]) => value !== undefined),
  );
  if ('data' in merged) delete merged.generate;
  for (const key of keys) if (!hasPart(key, merged)) delete merged[key];
  return merged as Given;
}

/** Whether a setting has a part beside the others: what it needs is as it must be, and has a part itself. */
function hasPart(key: Key, merged: Readonly<Record<string, unknown>>): boolean {
  const { needs } = entry(key);
  if (!needs) return true;
  const value = merged[needs.key] ?? entry(needs.key as Key).default;
  return (needs.of ? needs.of.includes(value) : value !== undefined) && hasPart(needs.key as Key, merged);
}

export function decide(wanted: Given): Settings | FlatwalkError {
  try {
    return resolve({ flags: wanted });
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
