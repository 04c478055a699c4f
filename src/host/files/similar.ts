import { distance } from 'fastest-levenshtein';

/** More edits than this, or more than this share of a word, make another word of it. */
const MOST_EDITS = 3;
const MOST_SHARE = 0.6;

/** The names that are meant by a word, nearest in the number of edits, if there are any. */
export function similar(word: string, names: readonly string[]): string[] {
  const near = [...new Set(names)].map((name) => ({
    name,
    edits: editsBetween(word, name),
  }));
  const least = near.reduce((least, { edits }) => Math.min(least, edits), MOST_EDITS);
  return near
    .filter(({ name, edits }) => edits === least && edits < MOST_SHARE * Math.max(word.length, name.length))
    .map(({ name }) => name)
    .sort();
}

/** Letters that have changed places are one slip. */
function editsBetween(word: string, name: string): number {
  if (word.toLowerCase() === name.toLowerCase()) return 0;
  const sorted = (text: string) => [...text].sort().join('');
  return sorted(word) === sorted(name) ? 1 : distance(word, name);
}

/** The beginning of an advice: `Did you mean theta? `, or nothing. */
export function didYouMean(word: string, names: readonly string[]): string {
  const near = similar(word, names);
  return near.length === 0 ? '' : `Did you mean ${near.slice(0, 3).join(' or ')}? `;
}
