/** The rows of the bar that are no comparison with a library, from the documents of the other suites. Pure. */
import type { BenchCase, BenchDocument, Figure } from '../document.ts';
import { type SizeName, sizeNames } from '../problems.ts';
import type { Interval } from '../statistics.ts';
import { shortNumber, timeText } from '../tables.ts';
import type { Measured } from './measured.ts';
import { type AdapterKind, judge } from './targets.ts';

/** Cases of kernels of which nearly all the arithmetic is a matrix product. */
const PRODUCTS = /^large\/(multiply|activate|project|combine|gram_matrix)/;

/** Share of the adapter's own multiply-add rate. */
const shares: Record<AdapterKind, number> = { swiftshader: 0.4, lavapipe: 0.3, gpu: 0.6 };
/** Times that single probes may take, of what they take together. */
const together: Partial<Record<SizeName, number>> = { small: 20, large: 1 };
const ROWS_COST = 5;
const FIRST_ROW_NS = 2e9;

type Row = readonly [what: string, aim: string, measured: string, interval: string, verdict: string];

/** A line for each row on each adapter that was measured. */
export function ownTable(documents: readonly Measured<BenchDocument>[]): string {
  const lines = [
    '| row | adapter | aim | measured | 95 % interval | verdict |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  for (const { kind, title, document } of documents) {
    for (const [what, ...rest] of [
      ...productRows(document, kind),
      ...figureRows(document),
      ...startRows(document, kind),
    ]) {
      lines.push(`| ${[what, title, ...rest].join(' | ')} |`);
    }
  }
  for (const { title, document } of documents) lines.push('', noiseLine(document, title));
  return lines.join('\n');
}

/** The multiply-add rate by the fastest sample: a bound must not be slowed by what else went on. */
function peak(cases: readonly BenchCase[]): number {
  const rates = cases.map(({ suite, case: name, time, work }) =>
    suite === 'roofline' && name.includes('multiply-add') && time && work ? work.flops / Math.min(...time.samples) : 0,
  );
  return Math.max(0, ...rates);
}

function productRows({ cases }: BenchDocument, kind: AdapterKind): Row[] {
  const most = peak(cases);
  const found = cases.filter(({ suite, case: name }) => suite === 'kernels' && PRODUCTS.test(name));
  const aim = `${100 * shares[kind]} %`;
  if (found.length === 0) return [['large, matrix products', aim, '', '', 'not measured']];
  return found.map(({ case: name, time, work }): Row => {
    const what = `${name.replace('/', ', ')}, share of the multiply-add rate`;
    if (!time || !work || most === 0) return [what, aim, '', '', 'not measured'];
    const { flops } = work;
    const share = (time: number) => flops / time / most;
    const { median, low, high } = time;
    const interval = { median: share(median), low: share(high), high: share(low) };
    const percent = (value: number) => (100 * value).toFixed(0);
    const rate = `${percent(interval.median)} % (${shortNumber(flops / median)} of ${shortNumber(most)} GFLOP/s)`;
    const verdict = judge(interval, { atLeast: shares[kind] });
    return [what, aim, rate, `${percent(interval.low)} to ${percent(interval.high)} %`, bold(verdict)];
  });
}

/** Rows that a suite has as figures, at each size. */
const rules: readonly {
  readonly what: string;
  readonly aim: (size: SizeName) => string;
  readonly verdict: (figure: Figure & Interval, size: SizeName) => string;
}[] = [
  {
    what: 'single over 64 together',
    aim: (size) => (together[size] ? `${together[size]}x` : 'report'),
    verdict: (figure, size) => judge(figure, { atLeast: together[size] ?? null }),
  },
  {
    what: 'cost of rows',
    aim: () => `under ${ROWS_COST} %`,
    verdict: (figure) => under(figure, ROWS_COST),
  },
  {
    what: 'peak memory',
    aim: () => '1.2 times the buffers plus 200 MB',
    verdict: ({ note }) => (note.includes('within') ? 'met' : 'missed'),
  },
];

function figureRows({ figures }: BenchDocument): Row[] {
  return rules.flatMap(({ what, aim, verdict }) =>
    sizeNames.map((size): Row => {
      const found = figures.find(({ name }) => name.startsWith(`${size}/`) && name.includes(what));
      if (!found) return [`${size}, ${what}`, aim(size), '', '', 'not measured'];
      const { name, value, low = value, high = value, unit, note } = found;
      const interval = low === high ? '' : `${shortNumber(low)} to ${shortNumber(high)}`;
      const measured = `${shortNumber(value)} ${unit}${what === 'peak memory' ? `; ${note}` : ''}`;
      const judged = verdict({ ...found, median: value, low, high }, size);
      return [name.replace('/', ', '), aim(size), measured, interval, bold(judged)];
    }),
  );
}

function startRows({ cases }: BenchDocument, kind: AdapterKind): Row[] {
  const what = 'small, first row of a new process';
  const aimed = kind === 'swiftshader';
  const aim = aimed ? 'under 2 s' : 'report';
  const time = cases.find((one) => one.case === 'small/first row of a new process')?.time;
  if (!time) return [[what, aim, '', '', 'not measured']];
  const interval = `${timeText(time.low)} to ${timeText(time.high)}`;
  return [[what, aim, timeText(time.median), interval, aimed ? bold(under(time, FIRST_ROW_NS)) : '']];
}

function under({ low, high }: Interval, most: number): string {
  return high <= most ? 'met' : low > most ? 'missed' : 'undecided';
}

/** How far identical work lay apart meanwhile: no verdict within it says anything. */
function noiseLine({ noiseFloor, date, config }: BenchDocument, title: string): string {
  const effort = 'effort' in config && config.effort === 'quick' ? ', with `--quick`' : '';
  const noise = noiseFloor
    ? `identical work differed by ${(100 * noiseFloor.share).toFixed(0)} %`
    : 'the noise is not known';
  return `${title}: ${noise} (${date.slice(0, 10)}${effort}).`;
}

function bold(verdict: string): string {
  return verdict === 'missed' ? '**missed**' : verdict === 'reported' ? '' : verdict;
}
