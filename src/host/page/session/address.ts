/** The state of the page as its address: settings in the words of the command line's flags, checked before they are believed. */
import { textOf } from '../../config/command.ts';
import { complaint } from '../../config/kinds.ts';
import { entry, type Given, type Key, keys } from '../../config/table.ts';
import { firstPreset, type PresetName, presetNames, presetOf } from './presets.ts';

/** What an address asks for. What it asks for in vain is told in words, which are text and nothing else. */
interface Address {
  readonly preset: PresetName;
  readonly changes: Given;
  /** Everything else: the tab, and what its tab makes of it. */
  readonly rest: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

/** Settings that belong to this machine or to one run, and have no place in a link. */
const private_: readonly Key[] = ['out', 'weights', 'keepEvery', 'plan'];
const shared = keys.filter((key) => !private_.includes(key));

/** Reads `?preset=walk&noise=2&seed=7`. Parts that are no settings are handed on. */
export function readAddress(search: string): Address {
  const query = new URLSearchParams(search);
  const notes: string[] = [];
  const changes: Record<string, unknown> = {};
  const rest = new Map<string, string>();
  const seen = new Set<string>();
  let preset = firstPreset;
  for (const [name, text] of query) {
    const all = query.getAll(name);
    if (all.length > 1 && seen.has(name)) continue;
    seen.add(name);
    if (all.length > 1)
      notes.push(`The address has ${quoted(name)} ${all.length} times; the first, ${quoted(text)}, counts.`);
    if (name === 'preset') {
      const found = presetNames.find((one) => one === text);
      if (found) preset = found;
      else
        notes.push(
          `The address asks for the preset ${quoted(text)}, which does not exist; there are ${presetNames.join(', ')}.`,
        );
    } else if (shared.includes(name as Key)) {
      const value = valueIn(name as Key, text);
      const wrong = complaint(entry(name as Key).kind, value);
      if (!wrong) changes[name] = value;
      else
        notes.push(
          `The address says ${name}=${quoted(text)}; it was left out. ${wrong.what && `${wrong.what}. `}${wrong.fix}`,
        );
    } else {
      rest.set(name, text);
    }
  }
  return { preset, changes: changes as Given, rest, notes };
}

/** The query of an address, without what goes without saying; '' if all does. */
export function writeAddress({ preset, changes, rest }: Omit<Address, 'notes'>): string {
  const query = new URLSearchParams();
  if (preset !== firstPreset) query.set('preset', preset);
  const base = presetOf(preset).settings;
  for (const key of shared) {
    if (!(key in changes)) continue;
    // What was taken out of the preset is as the command has it.
    const { default: usual, group } = entry(key);
    const value =
      changes[key] ?? (key in base && !(group === 'generated' && changes.data !== undefined) ? usual : undefined);
    if (value === undefined || JSON.stringify(value) === JSON.stringify(base[key])) continue;
    query.set(key, writtenIn(key, value));
  }
  for (const [name, text] of rest) query.set(name, text);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** As its flag has it; as JSON where that text would say something else, like a column whose name has a comma in it. */
function writtenIn(key: Key, value: unknown): string {
  const text = textOf(value);
  return JSON.stringify(valueIn(key, text)) === JSON.stringify(value) ? text : JSON.stringify(value);
}

/** What the text of a flag, or JSON, says; switches have none, and are written as yes or no. */
export function valueIn(key: Key, text: string): unknown {
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (/^["[{]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      // A name may begin like that, too.
    }
  }
  return entry(key).kind.read(text);
}

const LONGEST_SHOWN = 40;

function quoted(text: string): string {
  return `“${text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text}”`;
}
