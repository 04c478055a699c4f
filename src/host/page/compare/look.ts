/** How runs are told apart: by colour, and for those who do not see it by dashes. */
const dashes: readonly (readonly number[])[] = [
  [],
  [8, 4],
  [2, 3],
  [10, 3, 2, 3],
  [14, 4],
  [5, 2],
  [2, 6],
  [12, 3, 5, 3],
];

export const colourOf = (run: number) => `--run-${run % dashes.length}`;
/** None for a line in one piece. */
export const dashOf = (run: number) =>
  dashes[run % dashes.length].length > 0 ? dashes[run % dashes.length] : undefined;
