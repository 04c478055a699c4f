import { distance } from 'fastest-levenshtein';

/** More edits than this, or more than this share of a word, make another word of it. */
const MOST_EDITS = 3;
const MOST_SHARE = 0.6;

/** The names that are meant by a word, nearest in the number of edits, if there are any. */
export function similar(word: string, names: readonly string[]): string[] {
  const near = [...new Set(names)].map((name) => ({
    name,
    edits: word.toLowerCase() === name.toLowerCase() ? 0 : distance(word, name),
  }));
  const least = near.reduce((least, { edits }) => Math.min(least, edits), MOST_EDITS);
  return near
    .filter(({ name, edits }) => edits === least && edits < MOST_SHARE * Math.max(word.length, name.length))
    .map(({ name }) => name)
    .sort();
}

/** The beginning of an advice: `Did you mean theta? `, or nothing. */
export function didYouMean(word: string, names: readonly string[]): string {
  const near = similar(word, names);
  return near.length === 0 ? '' : `Did you mean ${near.slice(0, 3).join(' or ')}? `;
}
