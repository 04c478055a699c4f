/** What a part of the address asks for in vain. */
import { FlatwalkError } from '../../../model/errors.ts';
import { wordsOf } from '../kit/error-words.ts';
import { addressNotes, parts, setPart } from '../session/place.ts';

const LONGEST_SHOWN = 60;

/** What `read` makes of a part of the address; null where there is none, or where it is refused, which is told in words. */
export function readPart<T>(name: string, read: (text: string) => T): T | null {
  const text = parts.value.get(name);
  if (!text) return null;
  try {
    return read(text);
  } catch (error) {
    if (!(error instanceof FlatwalkError)) throw error;
    refusePart(name, text, wordsOf(error));
    return null;
  }
}

/** Leaves a part out of the address, and says so and why. */
export function refusePart(name: string, text: string, why: string): void {
  const shown = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  addressNotes.value = [...addressNotes.value, `The address says ${name}=“${shown}”; it was left out. ${why}`];
  setPart(name, '');
}
