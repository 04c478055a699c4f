/** What a part of the address asks for in vain. */
import { FlatwalkError } from '../../../model/errors.ts';
import { addressNotes, parts, setPart } from '../session/place.ts';

const LONGEST_SHOWN = 60;

/** What `read` makes of a part of the address; null where there is none, or where it is refused, which is told in words. */
export function readPart<T>(name: string, read: (text: string) => T): T | null {
  const text = parts.value.get(name);
  if (text === undefined) return null;
  try {
    return read(text);
  } catch (error) {
    if (!(error instanceof FlatwalkError)) throw error;
    const shown = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
    const note = `The address says ${name}=“${shown}”; it was left out. ${wordsOf(error)}`;
    addressNotes.value = [...addressNotes.value, note];
    setPart(name, '');
    return null;
  }
}

/** What is wrong and what to do, on one line. */
export const wordsOf = (error: Error) => error.message.replaceAll(/\s*\n\s*/g, ' ');
