import type { Label } from './messages.ts';

/** About the size of a letter of the labels, in CSS pixels, and the room around a label. */
const LETTER = { width: 6.6, height: 13 };
const ROOM = 3;

/** Labels without those numbers that would lie over a title or another number; titles and the mark all stay. */
export function legible(labels: readonly Label[]): Label[] {
  const kept: Label[] = [];
  const half = ({ text, kind }: Label) => (text.length * LETTER.width * (kind === 'axis' ? 1.15 : 1)) / 2 + ROOM;
  const meet = (a: Label, b: Label) =>
    Math.abs(a.x - b.x) < half(a) + half(b) && Math.abs(a.y - b.y) < LETTER.height + ROOM;
  // What lies over the picture itself is in nobody's way.
  for (const label of labels.filter(({ kind }) => kind !== 'tick')) kept.push(label);
  for (const label of labels.filter(({ kind }) => kind === 'tick')) {
    if (!kept.some((other) => other.kind !== 'marker' && meet(label, other))) kept.push(label);
  }
  return kept;
}
