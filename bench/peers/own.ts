/** The rows of the bar that are no comparison with a library, from the documents of the other suites. Pure. */
import type { BenchCase, BenchDocument } from '../document.ts';
import { shortNumber, timeText } from '../tables.ts';
import { type AdapterKind, judge } from './targets.ts';

/** Cases of kernels of which nearly all the arithmetic is a matrix product. */
const PRODUCTS = /^large\/(multiply|activate|project|combine|gram_matrix)/;

const titles: Record<AdapterKind, string> = { swiftshader: 'SwiftShader', lavapipe: 'lavapipe', gpu: 'GPU' };
/** Share of the adapter's own multiply-add rate. */
const shares: Record<AdapterKind, number> = { swiftshader: 0.4, lavapipe: 0.3, gpu: 0.6 };
/** Times that single probes may take, of what they take together. */
const together: Record<string, number> = { small: 20, large: 1 };
const ROWS_COST = 5;
const FIRST_ROW_NS = 2e9;

type Row = readonly [what: string, aim: string, measured: string, interval: string, verdict: string];

/** A line for each row on each adapter that was measured. */
export function ownTable(documents: Partial<Record<AdapterKind, BenchDocument>>): string {
  const lines = [
    '| row | adapter | aim | measured | 95 % interval | verdict |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  for (const kind of Object.keys(titles) as AdapterKind[]) {
    const document = documents[kind];
    if (!document) continue;
    for (const [what, ...rest] of [
      ...productRows(document, kind),
      ...figureRows(document),
      ...startRows(document, kind),
    ]) {
      lines.push(`| ${[what, titles[kind], ...rest].join(' | ')} |`);
    }
  }
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

function figureRows({ figures }: BenchDocument): Row[] {
  return figures.map(({ name, value, low = value, high = value, unit, note }): Row => {
    const interval = low === high ? '' : `${shortNumber(low)} to ${shortNumber(high)}`;
    const measured = `${shortNumber(value)} ${unit}`;
    const what = name.replace('/', ', ');
    if (name.includes('single over 64 together')) {
      const atLeast = together[name.split('/')[0]] ?? null;
      const verdict = judge({ median: value, low, high }, { atLeast });
      return [what, atLeast === null ? 'report' : `${atLeast}x`, measured, interval, bold(verdict)];
    }
    if (name.includes('cost of rows')) {
      const verdict = high <= ROWS_COST ? 'met' : low > ROWS_COST ? 'missed' : 'undecided';
      return [what, `under ${ROWS_COST} %`, measured, interval, bold(verdict)];
    }
    if (name.includes('peak memory')) {
      return [
        what,
        '1.2 times the buffers plus 200 MB',
        `${measured}; ${note}`,
        '',
        bold(note.includes('within') ? 'met' : 'missed'),
      ];
    }
    return [what, '', measured, interval, ''];
  });
}

function startRows({ cases }: BenchDocument, kind: AdapterKind): Row[] {
  const found = cases.find((one) => one.case === 'small/first row of a new process');
  if (!found?.time) return [];
  const { median, low, high } = found.time;
  const verdict = high <= FIRST_ROW_NS ? 'met' : low > FIRST_ROW_NS ? 'missed' : 'undecided';
  const aimed = kind === 'swiftshader';
  const interval = `${timeText(low)} to ${timeText(high)}`;
  return [
    [
      'small, first row of a new process',
      aimed ? 'under 2 s' : 'report',
      timeText(median),
      interval,
      aimed ? bold(verdict) : '',
    ],
  ];
}

function bold(verdict: string): string {
  return verdict === 'missed' ? '**missed**' : verdict === 'reported' ? '' : verdict;
}
