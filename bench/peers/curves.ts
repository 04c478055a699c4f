/** How the time grows as the work grows: replicas, and the length of a run. From the documents of the suite `steps`. Pure. */
import type { BenchCase, BenchDocument } from '../document.ts';
import { timeText } from '../tables.ts';
import type { Measured } from './measured.ts';

interface Point {
  readonly size: string;
  /** Replicas, or steps of a run. */
  readonly amount: number;
  readonly time: NonNullable<BenchCase['time']>;
}

/** A line for each point on each adapter: first replicas at once, then steps of a run. */
export function curveTable(documents: readonly Measured<BenchDocument>[]): string {
  const lines = [
    '| adapter | case | time of all | time of one | one, beside the point before |',
    '| --- | --- | --- | --- | --- |',
  ];
  for (const { title, document } of documents) {
    for (const [one, many, named] of curves) {
      let before: Point | null = null;
      for (const point of pointsOf(document.cases, named)) {
        const { size, amount, time } = point;
        // A unit is a step of a replica, or a step.
        const change = before?.size === size ? `${(time.median / before.time.median).toFixed(2)}x` : '';
        const all = timeText(amount * time.median);
        lines.push(
          `| ${title} | ${size}, ${amount} ${many} | ${all} | ${timeText(time.median)} a ${one} | ${change} |`,
        );
        before = point;
      }
    }
  }
  return lines.join('\n');
}

const curves: readonly (readonly [one: string, many: string, named: RegExp])[] = [
  ['step of a replica', 'replicas, a step of each', /^(\w+)\/(\d+) replicas$/],
  ['step', 'steps, a run', /^(\w+)\/run of (\d+) steps$/],
];

function pointsOf(cases: readonly BenchCase[], named: RegExp): Point[] {
  return cases.flatMap(({ suite, case: name, time }) => {
    const [, size, amount] = (suite === 'steps' && named.exec(name)) || [];
    return size && time ? [{ size, amount: Number(amount), time }] : [];
  });
}
