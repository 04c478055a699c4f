import type { judged } from '../experiments/index.ts';

/** The runs of the page: with label noise, and without. */
export type RunName = keyof Pick<typeof judged, 'walk' | 'quiet'>;
export const runNames: readonly RunName[] = ['walk', 'quiet'];

/** Which runs each choice of noise stands for. */
export const noiseChoices = { both: ['walk', 'quiet'], on: ['walk'], off: ['quiet'] } as const satisfies Record<
  string,
  readonly RunName[]
>;
export type NoiseChoice = keyof typeof noiseChoices;

export interface Settings {
  readonly seed: number;
  readonly noise: NoiseChoice;
  /** Steps of the run with noise; the one without ends sooner. */
  readonly steps: number;
}

export const MOST_STEPS = 10_000_000;

/** The settings that an address asks for. What it asks for in vain is told in words. */
export interface Query {
  readonly settings: Settings;
  readonly autostart: boolean;
  readonly notes: readonly string[];
}

/** Reads `?seed=7&noise=off&steps=2000&autostart`; every part may be missing, and other parts are let be. */
export function readQuery(search: string, defaults: Settings): Query {
  const query = new URLSearchParams(search);
  const notes: string[] = [];
  const read = <T>(name: string, fallback: T, expected: string, parse: (text: string) => T | null): T => {
    const text = query.get(name);
    if (text === null) return fallback;
    const value = parse(text);
    if (value !== null) return value;
    notes.push(`The address says ${name}=${shorten(text)}, which is not ${expected}; it was left out.`);
    return fallback;
  };
  const settings = {
    seed: read('seed', defaults.seed, 'a whole number from 0 to 2⁵³ − 1', (t) => wholeNumber(t, 0)),
    noise: read('noise', defaults.noise, `one of ${Object.keys(noiseChoices).join(', ')}`, noiseChoice),
    steps: read('steps', defaults.steps, `a whole number from 1 to ${MOST_STEPS}`, (t) =>
      wholeNumber(t, 1, MOST_STEPS),
    ),
  };
  const autostart = read('autostart', false, 'yes or no', (t) => autostartChoices[t.toLowerCase()] ?? null);
  return { settings, autostart, notes };
}

/** The address of some settings, without what goes without saying. */
export function writeQuery(settings: Settings, defaults: Settings): string {
  const names = ['seed', 'noise', 'steps'] as const;
  const said = names.filter((name) => settings[name] !== defaults[name]).map((name) => [name, String(settings[name])]);
  return said.length > 0 ? `?${new URLSearchParams(said)}` : '';
}

export function wholeNumber(text: string, least: number, most = Number.MAX_SAFE_INTEGER): number | null {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : null;
}

export function noiseChoice(text: string): NoiseChoice | null {
  return Object.hasOwn(noiseChoices, text) ? (text as NoiseChoice) : null;
}

const autostartChoices: Readonly<Record<string, boolean>> = Object.assign(Object.create(null), {
  '': true,
  '1': true,
  yes: true,
  true: true,
  '0': false,
  no: false,
  false: false,
});

const LONGEST_SHOWN = 40;

function shorten(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
