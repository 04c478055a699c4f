/** Variants of the present settings: one of them varied, in the words of `flatwalk sweep --vary`. */
import { FlatwalkError } from '../../../model/errors.ts';
import { textOf } from '../../config/command.ts';
import { entry, type Given, type Key, keys, type Settings } from '../../config/table.ts';
import { parseAxis } from '../../config/vary.ts';
import { decide, tidy } from '../session/settings.ts';

export interface Variation {
  readonly key: Key;
  readonly values: readonly unknown[];
}

export interface Variant {
  /** 'noise = 2'. */
  readonly name: string;
  readonly given: Given;
  /** Or why these make no run. */
  readonly settings: Settings | FlatwalkError;
}

/** As many colours there are to tell runs apart. */
const MOST_VARIANTS = 8;

/** What decides a file's data or belongs to one machine is not varied here. */
const fixed: readonly Key[] = ['weights', 'metrics', 'every', 'generate'];
const groups: readonly string[] = ['generated', 'network', 'training'];
export const varied: readonly Key[] = keys.filter((key) => groups.includes(entry(key).group) && !fixed.includes(key));

/** From `noise=0,2`. @throws BAD_ARGUMENT for what cannot be varied, for too few values and too many */
export function parseVariation(text: string): Variation {
  const { key, values } = parseAxis(text);
  if (!varied.includes(key)) {
    throw new FlatwalkError('BAD_ARGUMENT', `Pages do not vary ${key}`, `They vary: ${varied.join(', ')}.`);
  }
  const different = new Set(values.map((value) => JSON.stringify(value))).size;
  if (different < values.length) {
    throw new FlatwalkError('BAD_ARGUMENT', 'A value is there twice', 'Name each once.');
  }
  if (values.length < 2 || values.length > MOST_VARIANTS) {
    const fix = `Give 2 to ${MOST_VARIANTS}, with commas between them.`;
    throw new FlatwalkError('BAD_ARGUMENT', `There cannot be ${values.length} runs beside each other`, fix);
  }
  return { key, values };
}

export function formatVariation({ key, values }: Variation): string {
  const texts = values.map(textOf);
  return `${key}=${texts.join(texts.some((text) => text.includes(',')) ? ';' : ',')}`;
}

export function variantsOf({ key, values }: Variation, given: Given): Variant[] {
  return values.map((value) => {
    const own = tidy({ ...given, [key]: value });
    return { name: `${key} = ${textOf(value)}`, given: own, settings: decide(own) };
  });
}

interface Suggestion {
  readonly title: string;
  readonly variation: Variation;
}

/** What is worth comparing in most settings. `stable`: the largest step size that is stable at the start, where it is known. */
export function suggestions(settings: Settings, stable: number | null): Suggestion[] {
  const { noise, width, seed, dataSeed = 0, stepSize } = settings;
  const short = (value: number) => Number(value.toPrecision(2));
  const middle = typeof stepSize === 'number' && stepSize > 0 ? stepSize : stable && 0.2 * stable;
  const all: (Suggestion | false)[] = [
    { title: 'Label noise on and off', variation: { key: 'noise', values: [0, noise > 0 ? noise : 1] } },
    {
      title: 'Three strengths of noise',
      variation: { key: 'noise', values: [0.5, 1, 2].map((factor) => short(factor * (noise > 0 ? noise : 1))) },
    },
    middle !== null &&
      middle > 0 && {
        title: 'Three step sizes',
        variation: { key: 'stepSize', values: [middle / 4, middle, 3 * middle].map(short) },
      },
    { title: 'x³ + x against tanh', variation: { key: 'activation', values: ['cubic_linear:1', 'tanh'] } },
    {
      title: 'Three widths',
      variation: { key: 'width', values: width > 1 ? [Math.ceil(width / 2), width, 2 * width] : [1, 2, 4] },
    },
    { title: 'One sample a step, or all', variation: { key: 'batch', values: [1, 'full'] } },
    { title: 'Three seeds', variation: { key: 'seed', values: [seed, seed + 1, seed + 2] } },
    settings.generate !== undefined && {
      title: 'Three data sets',
      variation: { key: 'dataSeed', values: [dataSeed, dataSeed + 1, dataSeed + 2] },
    },
  ];
  return all.filter((one) => one !== false);
}
