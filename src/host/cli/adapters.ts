/** `flatwalk adapters`: every adapter there is, which one would be used, and why the others are not there. */
import { describeMachine } from '../node/environment.ts';
import type { AdapterWish } from '../node/index.ts';
import { documentHead, outcomeOf } from '../results/document.ts';
import { NO_ADAPTER } from './exit.ts';
import { type Probed, probeAlone } from './probe.ts';
import { printDocument } from './session.ts';
import { type Chosen, chosen, type Surveyed, survey, whyNot } from './survey.ts';
import { Terminal, verdict, warning } from './terminal.ts';
import { type Place, places } from './where.ts';

interface AdaptersOptions {
  readonly in?: Place;
  readonly adapter: AdapterWish;
  readonly json: boolean;
  /** Seconds that an adapter has to open. */
  readonly patience: number;
}

export async function adaptersCommand({ in: place, adapter, json, patience }: AdaptersOptions): Promise<void> {
  const terminal = new Terminal(json);
  const head = documentHead('adapters', { in: place, adapter, patience });
  try {
    const machine = describeMachine();
    const asked = place ? [place] : places;
    const rows: Surveyed[] = [];
    for (const [k, one] of asked.entries()) {
      const found = await survey(
        one,
        machine,
        (where, wish) => probeAlone(where, wish, patience),
        (label) => terminal.event({ kind: 'progress', share: k / asked.length, label }),
      );
      rows.push(...found);
    }
    terminal.end();
    const choices = asked.map((one) =>
      chosen(
        one,
        rows.filter((row) => row.in === one),
        adapter,
        machine,
      ),
    );
    report(rows, choices, adapter, terminal);
    if (json)
      printDocument({ ...head, outcome: { kind: 'finished' }, adapters: rows.map(toDocument), chosen: choices });
    process.exitCode = choices.some(({ kind }) => kind !== null) ? 0 : NO_ADAPTER;
  } catch (error) {
    terminal.end();
    if (json) printDocument({ ...head, outcome: outcomeOf(error) });
    throw error;
  }
}

function toDocument({ found, failure, ...row }: Surveyed): object {
  const { adapter, ...traits } = found ?? { adapter: null };
  return { ...row, works: found !== null, ...adapter, ...traits, failure: failure ?? undefined };
}

function report(rows: readonly Surveyed[], choices: readonly Chosen[], wish: AdapterWish, terminal: Terminal): void {
  const isChosen = (row: Surveyed) => choices.some((one) => one.in === row.in && one.kind === row.kind);
  const works = rows.flatMap((row) => (row.found ? [{ row, found: row.found }] : []));
  if (works.length > 0) {
    terminal.table(
      ['', '--in', '--adapter', 'adapter', 'limits', 'features'],
      works.map(({ row, found }) => [isChosen(row) ? '→' : '', row.in, flag(row), ...cells(found)]),
    );
  }
  const missing = rows.filter(({ found }) => !found);
  if (missing.length > 0) terminal.say('\nNot there:');
  for (const row of missing) {
    terminal.say(`${verdict(row.failure ? false : null)} ${row.kind} in ${row.in}: ${whyNot(row)}`);
    if (row.failure?.fix) terminal.say(`    ${row.failure.fix}`);
  }
  terminal.say('');
  for (const { in: place, kind, reason } of choices) {
    const used = kind === null ? warning('none would be used') : `${kind} is used`;
    terminal.say(`In ${place}, with --adapter ${wish}, ${used}: ${reason}.`);
  }
}

/** What opens that one. */
function flag({ kind }: Surveyed): string {
  return kind === 'system' ? 'auto' : kind;
}

/** Features that people ask for, beside subgroups. */
const useful = ['shader-f16', 'timestamp-query'];

function cells({ adapter, by, limits, subgroups, features }: Probed): string[] {
  const { name, vendor, driver } = adapter;
  const { least, most } = subgroups ?? {};
  return [
    `${name}${vendor ? ` of ${vendor}` : ''}, ${adapter.software ? warning('SOFTWARE') : 'a GPU'}\n${driver || 'driver not told'}, by ${by}`,
    [
      `buffers of ${bytes(limits.maxStorageBufferBindingSize)}, ${limits.maxStorageBuffersPerShaderStage} a kernel`,
      `workgroups of ${limits.maxComputeInvocationsPerWorkgroup} lanes, ${bytes(limits.maxComputeWorkgroupStorageSize)}`,
    ].join('\n'),
    [
      subgroups ? `subgroups of ${least === most ? least : `${least} to ${most}`}` : 'no subgroups',
      useful.filter((name) => features.includes(name)).join(', '),
    ].join('\n'),
  ];
}

function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(count) / 10));
  return `${Number((count / 1024 ** unit).toPrecision(3))} ${units[unit]}`;
}
