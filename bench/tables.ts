/** What people read of benchmarks: times, shares and tables as text. Pure; who prints decides where. */
import type { TextTable } from '../src/host/report/markdown.ts';
import type { CaseComparison, Verdict } from './compare.ts';
import type { BenchCase, Figure, SkippedCase } from './document.ts';
import type { Interval } from './statistics.ts';

const units = [
  { name: 's', size: 1e9 },
  { name: 'ms', size: 1e6 },
  { name: 'µs', size: 1e3 },
  { name: 'ns', size: 1 },
] as const;

/** Three digits, and never an exponent: 1.23, 45.6, 789, 12345. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return 'not finite';
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return digits > 6 ? value.toExponential(1) : value.toFixed(digits);
}

function unitOf(nanoseconds: number) {
  return units.find(({ size }) => nanoseconds >= size) ?? units[units.length - 1];
}

export function timeText(nanoseconds: number): string {
  const { name, size } = unitOf(nanoseconds);
  return `${shortNumber(nanoseconds / size)} ${name}`;
}

export function counted(cases: number): string {
  return cases === 1 ? '1 case' : `${cases} cases`;
}

/** The ends in the unit of the median: '1.20 to 1.31'. */
export function intervalText({ median, low, high }: Interval): string {
  const { size } = unitOf(median);
  return `${shortNumber(low / size)} to ${shortNumber(high / size)}`;
}

export function percentText(share: number): string {
  const percent = 100 * share;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  return `${Math.abs(percent) < 10 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

/** The cases of a suite; columns that none of them fills are left out. `mark` shows whether a check passed. */
export function caseTable(cases: readonly BenchCase[], mark: (passed: boolean) => string): TextTable {
  const units = new Set(cases.map(({ unit }) => unit));
  // A unit that all have is told once.
  const [unit] = units.size === 1 ? units : [''];
  const columns: [head: string, cell: (one: BenchCase) => string][] = [
    ['', ({ check }) => mark(check.passed)],
    ['case', (one) => one.case],
    [unit ? `time a ${unit}` : 'time', ({ time }) => (time ? timeText(time.median) : 'not given')],
    ['95 % interval', ({ time }) => (time ? intervalText(time) : '')],
    ['first', ({ first }) => (first ? timeText(first) : '')],
    ['unit', (one) => (unit ? '' : one.unit)],
    ['by device', ({ device }) => (device ? timeText(device.median) : '')],
    ['GFLOP/s', ({ rates }) => (rates && rates.gflops > 0 ? rateText(rates.gflops) : '')],
    ['GB/s', ({ rates }) => (rates && rates.gbs > 0 ? rateText(rates.gbs) : '')],
    ['roofline', ({ rates }) => (rates?.share === undefined ? '' : percentText(rates.share))],
    ['of tolerance', ({ check }) => errorText(check)],
  ];
  const filled = columns.filter(([head, cell]) => head === '' || cases.some((one) => cell(one) !== ''));
  return { head: filled.map(([head]) => head), rows: cases.map((one) => filled.map(([, cell]) => cell(one))) };
}

function rateText(rate: number): string {
  return rate < 0.001 ? '< 0.001' : rate < 1 ? rate.toFixed(3) : shortNumber(rate);
}

function errorText({ error, tolerance, passed }: BenchCase['check']): string {
  if (tolerance === 0) return passed ? 'exact' : 'not met';
  return Number.isFinite(error) ? percentText(error / tolerance) : 'not met';
}

/** The cases of a comparison; `mark` shows a verdict. */
export function comparisonTable(
  cases: readonly CaseComparison[],
  mark: (verdict: Verdict, failed: boolean) => string,
): TextTable {
  const time = (nanoseconds: number | null) => (nanoseconds === null ? 'not given' : timeText(nanoseconds));
  const change = (ratio: number) => `${ratio >= 1 ? '+' : '−'}${percentText(Math.abs(ratio - 1))}`;
  const rows = cases.map(({ case: name, old, new: now, ratio, verdict, failed, note }) => [
    mark(verdict, failed),
    name,
    time(old),
    time(now),
    ratio ? change(ratio.median) : '',
    ratio ? `${change(ratio.low)} to ${change(ratio.high)}` : '',
    note ? `${verdict}: ${note}` : verdict,
  ]);
  return { head: ['', 'case', 'old', 'new', 'change', '95 % interval', 'verdict'], rows };
}

export function figureTable(figures: readonly Figure[]): TextTable {
  const rows = figures.map(({ name, value, low, high, unit, note }) => {
    const number = (v: number) => (unit === '%' ? v.toFixed(1) : shortNumber(v));
    const interval = low === undefined || high === undefined ? '' : `${number(low)} to ${number(high)}`;
    return [name, `${number(value)} ${unit}`.trim(), interval, note];
  });
  return { head: ['figure', 'value', '95 % interval', ''], rows };
}

/** As many names as a line holds. */
const FEW = 4;

/** Which cases have no time by the device's clock, though it is real: a line a reason. */
export function noDeviceLines(cases: readonly BenchCase[]): string[] {
  const without = cases.flatMap(({ suite, case: name, noDevice }) =>
    noDevice ? [{ suite, case: name, reason: noDevice }] : [],
  );
  return skippedLines(without, "No time by the device's clock");
}

/** Why cases were not measured: a line a reason. */
export function skippedLines(skipped: readonly SkippedCase[], what = 'Not measured'): string[] {
  return [...new Set(skipped.map(({ reason }) => reason))].map((reason) => {
    const those = skipped.filter((one) => one.reason === reason);
    const bySuite = [...new Set(those.map(({ suite }) => suite))].map((suite) => {
      const names = those.filter((one) => one.suite === suite).map((one) => one.case);
      return `${suite}: ${names.length > FEW ? `${names.length} cases from ${names[0]} on` : names.join('; ')}`;
    });
    return `${what} (${reason}): ${bySuite.join('. ')}`;
  });
}
