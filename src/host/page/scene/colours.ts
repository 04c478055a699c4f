/** The colours of the 3-D view: those of the page's two themes, and the scale that shows the sharpness. */
import { FlatwalkError } from '../../../model/errors.ts';
import type { Colour, ThemeColours } from './messages.ts';

/** `#rrggbb`, or `#rgb` as styles are shortened when they are built, as numbers. @throws BAD_ARGUMENT */
export function colour(text: string): Colour {
  const digits = /^#([0-9a-f]{6}|[0-9a-f]{3})$/i.exec(text)?.[1];
  if (!digits) throw new FlatwalkError('BAD_ARGUMENT', `'${text}' is not a colour`, 'Write it as #rrggbb.');
  const [r, g, b] = (digits.length === 3 ? [...digits].map((digit) => digit + digit) : digits.match(/../g)!).map(
    (two) => Number.parseInt(two, 16) / 255,
  );
  return [r, g, b];
}

export const LIGHT: ThemeColours = {
  surface: colour('#ffffff'),
  grid: colour('#d9dce0'),
  muted: colour('#59616b'),
  axes: [colour('#a63a2b'), colour('#1d7a3e'), colour('#6a4bb0')],
  chosen: colour('#1f5fa8'),
  others: colour('#9aa7b5'),
  marker: colour('#b4560a'),
};

export const DARK: ThemeColours = {
  surface: colour('#1b1f24'),
  grid: colour('#363d45'),
  muted: colour('#a2abb5'),
  axes: [colour('#ff9a8f'), colour('#74cf92'), colour('#b9a3f5')],
  chosen: colour('#7fb4ee'),
  others: colour('#8b98a6'),
  marker: colour('#f0a45c'),
};

/**
 * Viridis (S. van der Walt and N. Smith, 2015, public domain) at 16 places, to be joined by straight lines: equal steps look equally
 * large, and the lightness rises all along, so it reads without seeing hues and in print. Dark is flat.
 */
export const SCALE: readonly Colour[] = [
  '#440154',
  '#481a6c',
  '#472f7d',
  '#414487',
  '#39568c',
  '#31688e',
  '#2a788e',
  '#23888e',
  '#1f988b',
  '#22a884',
  '#35b779',
  '#54c568',
  '#7ad151',
  '#a5db36',
  '#d2e21b',
  '#fde725',
].map(colour);

/** The colour at a place of the scale, 0 to 1. */
export function scaleColour(place: number): Colour {
  const at = Math.max(0, Math.min(1, place)) * (SCALE.length - 1);
  const k = Math.min(SCALE.length - 2, Math.floor(at));
  const mixed = SCALE[k].map((c, channel) => c + (at - k) * (SCALE[k + 1][channel] - c));
  return [mixed[0], mixed[1], mixed[2]];
}
