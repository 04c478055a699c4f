/** What documents show of comparisons: the ratio table as Markdown. Pure. */
import { shortNumber, timeText } from '../tables.ts';
import type { PeersResult } from './compare.ts';
import type { Measured } from './measured.ts';
import type { RowResult } from './rows.ts';

/** A document that `flatwalk bench --peers --out FILE` has written. */
export interface PeersDocument extends PeersResult {
  readonly date: string;
  readonly environment: {
    readonly flatwalk: string;
    readonly node: string;
    readonly dawn?: string;
    readonly system: string;
    readonly cpu: string;
  };
}

/** Every row of every adapter that was measured. */
export function ratioTable(documents: readonly Measured<PeersDocument>[]): string {
  const lines = ['| flatwalk against | adapter | at least | measured | 95 % interval | verdict | closest peer |'];
  lines.push(
    `| ${lines[0]
      .split('|')
      .slice(1, -1)
      .map(() => '---')
      .join(' | ')} |`,
  );
  const names = new Set(documents.flatMap(({ document }) => document.rows.map(({ row }) => row)));
  for (const name of names) {
    for (const { title, document } of documents) {
      const found = document.rows.find(({ row }) => row === name);
      if (found) lines.push(`| ${[name, title, ...cells(found)].join(' | ')} |`);
    }
  }
  return lines.join('\n');
}

function cells({ atLeast, ratio, verdict, why, peer }: RowResult): string[] {
  const target = atLeast === null ? 'report' : `${atLeast}x`;
  if (!ratio) return [target, '', '', `not measured: ${why}`, ''];
  const { median, low, high } = ratio;
  const shown = { met: 'met', missed: '**missed**', undecided: 'undecided', reported: '', 'not measured': '' }[verdict];
  return [target, `${shortNumber(median)}x`, `${shortNumber(low)} to ${shortNumber(high)}`, shown, peer ?? ''];
}

/** Every pair that was timed, on one adapter. */
export function pairsTable({ cases }: PeersDocument): string {
  const lines = [
    '| case | peer | its time | flatwalk | ratio | 95 % interval |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  for (const { case: name, ours, unit, peers } of cases) {
    for (const [peer, { time, ratio, check }] of Object.entries(peers)) {
      const times = [time, ours].map((t) => (t === null ? 'no time' : `${timeText(t)} a ${unit}`));
      const shown = ratio
        ? [`${shortNumber(ratio.median)}x`, `${shortNumber(ratio.low)} to ${shortNumber(ratio.high)}`]
        : [check.failure ?? 'its answer is wrong', ''];
      lines.push(`| ${[name, peer, ...times, ...shown].join(' | ')} |`);
    }
  }
  return lines.join('\n');
}

/** What the numbers were measured with. */
export function provenance({ environment, libraries, adapter, date }: PeersDocument): string {
  const { flatwalk, node, dawn, system, cpu } = environment;
  const all = libraries.map(({ name, version, device }) => `${name} ${version} (${device})`);
  const host = `Node ${node}${dawn ? `, Dawn ${dawn}` : ''}, ${system}, ${cpu}`;
  return `flatwalk ${flatwalk} on ${adapter.name} (${adapter.driver}), ${host}; ${all.join(', ')}; ${date.slice(0, 10)}.`;
}
