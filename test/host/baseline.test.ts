import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { describeProblems } from '../../bench/problems.ts';
import { estimate } from '../../bench/statistics.ts';
import { type Baseline, withBaseline } from '../../src/host/cli/bench-baseline.ts';

const folder = mkdtempSync(join(tmpdir(), 'flatwalk-baseline-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

let said = '';
beforeEach(() => {
  said = '';
  const write = (text: string | Uint8Array) => {
    said += text;
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  vi.spyOn(console, 'log').mockImplementation((text) => write(`${text}\n`));
  vi.spyOn(console, 'error').mockImplementation((text) => write(`${text}\n`));
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** A document of a machine whose CPU is `cpu` and takes `reference` ns a multiply-add, and `step` ns a step. */
function documentOf(cpu: string, reference: number, step: number): string {
  const one = (suite: string, name: string, time: number) => {
    const samples = Array.from({ length: 20 }, (_, k) => time * (1 + 0.001 * ((k * 7) % 20)));
    const check = { passed: true, error: 0, tolerance: 1, note: '' };
    const work = { flops: 1, bytes: 1 };
    return { case: name, suite, unit: 'unit', work, check, time: { ...estimate(samples), samples, unitsPerSample: 1 } };
  };
  const adapter = {
    name: 'soft',
    vendor: '',
    architecture: '',
    device: '',
    description: '',
    driver: '',
    software: true,
  };
  return JSON.stringify({
    schema: 1,
    command: 'bench',
    environment: { flatwalk: '0', in: 'chrome', adapter, system: '', cpu },
    problem: describeProblems(false),
    outcome: { kind: 'finished' },
    noiseFloor: { inTurn: 0.01, drift: 0.01, share: 0.01 },
    cases: [one('roofline', 'large/multiply-add, scalar', reference), one('steps', 'small/one run', step)],
  });
}

const against = (file: string, rest: Partial<Baseline> = {}): Baseline => {
  return { file: at(file), threshold: 0.05, relative: false, update: false, ...rest };
};
const measuring = (text: string) => async (file: string | undefined) => writeFileSync(file ?? '', text);

test('a baseline is made when asked for, and only by a measurement that succeeded', async () => {
  const measure = measuring(documentOf('a', 1, 100));
  await withBaseline(against('made/base.json', { update: true }), at('1.json'), false, measure);
  expect(readFileSync(at('made/base.json'), 'utf8')).toBe(documentOf('a', 1, 100));
  const failing = async (file: string | undefined) => {
    await measure(file);
    process.exitCode = 1;
  };
  await withBaseline(against('none.json', { update: true }), at('2.json'), false, failing);
  expect(existsSync(at('none.json'))).toBe(false);
  expect(said).toContain('this measurement failed');
});

test('a measurement of nothing becomes no baseline, and passes against none', async () => {
  const empty = JSON.stringify({ ...JSON.parse(documentOf('a', 1, 100)), cases: [] });
  const made = withBaseline(against('empty.json', { update: true }), at('9.json'), false, measuring(empty));
  await expect(made).rejects.toThrow('nothing was measured');
  expect(existsSync(at('empty.json'))).toBe(false);
  writeFileSync(at('full.json'), documentOf('a', 1, 100));
  const compared = withBaseline(against('full.json'), at('10.json'), false, measuring(empty));
  await expect(compared).rejects.toThrow('no case is in both documents');
});

test('a measurement that was broken off keeps its exit code, and says what cannot be compared', async () => {
  writeFileSync(at('whole.json'), documentOf('a', 1, 100));
  const document = { ...JSON.parse(documentOf('a', 1, 100)), outcome: { kind: 'aborted' } };
  const broken = (cases: unknown) => async (file: string | undefined) => {
    writeFileSync(file ?? '', JSON.stringify({ ...document, cases }));
    process.exitCode = 130;
  };
  await withBaseline(against('whole.json'), at('11.json'), false, broken([]));
  expect(process.exitCode).toBe(130);
  expect(said).toContain('no case is in both documents');
  await withBaseline(against('whole.json'), at('12.json'), false, broken(document.cases));
  expect(process.exitCode).toBe(130);
  expect(said).toContain('did not finish (aborted)');
});

test('a baseline that is not there is met before anything is measured', async () => {
  const measure = vi.fn();
  const missing = withBaseline(against('missing.json'), at('3.json'), false, measure);
  await expect(missing).rejects.toMatchObject({ code: 'BAD_ARGUMENT', fix: expect.stringContaining('--update') });
  expect(measure).not.toHaveBeenCalled();
});

test('what became slower is named, and is exit 1; what did not is exit 0', async () => {
  writeFileSync(at('old.json'), documentOf('a', 1, 100));
  await withBaseline(against('old.json'), at('4.json'), false, measuring(documentOf('a', 1, 100)));
  expect(process.exitCode).toBeUndefined();
  expect(said).toContain('Nothing is slower');
  await withBaseline(against('old.json'), at('5.json'), false, measuring(documentOf('a', 1, 130)));
  expect(process.exitCode).toBe(1);
  expect(said).toMatch(/SLOWER by more than 5.0 %: small\/one run/);
});

test('another machine is refused, or held against by the multiply-adds of both', async () => {
  writeFileSync(at('fast.json'), documentOf('fast', 1, 100));
  const slowMachine = measuring(documentOf('slow', 2, 200));
  await expect(withBaseline(against('fast.json'), at('6.json'), false, slowMachine)).rejects.toThrow(/--relative/);
  const relative = against('fast.json', { relative: true });
  await withBaseline(relative, at('7.json'), false, slowMachine);
  expect(process.exitCode).toBeUndefined();
  expect(said).toContain('multiplied by 0.500');
  await withBaseline(relative, at('8.json'), false, measuring(documentOf('slow', 2, 260)));
  expect(process.exitCode).toBe(1);
});
