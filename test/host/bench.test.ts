import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { BenchDocument, BenchResult } from '../../bench/document.ts';
import { describeProblems } from '../../bench/problems.ts';
import { estimate } from '../../bench/statistics.ts';
import { suites } from '../../bench/suites/index.ts';
import { runInChrome } from '../../src/host/chrome/index.ts';
import { exitCodeOf, reportBench } from '../../src/host/cli/bench.ts';
import type { BenchOptions } from '../../src/host/tasks/bench.ts';
import type { TaskEvent } from '../../src/host/tasks/task.ts';
import { fingerprint } from '../../strip-wgsl.mjs';
import { useBuilt } from '../built.ts';
import '../gpu.ts';
import { pinned, usePages, withoutBrowser } from '../page/pages.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'flatwalk-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

const program = useBuilt('cli');

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Sends SIGINT once stderr has `interruptAt` in it. */
function flatwalk(args: string[], interruptAt?: string): Promise<Ended> {
  return new Promise((done) => {
    const options = { cwd: folder, env: process.env, maxBuffer: 2 ** 26 };
    const child = execFile(process.execPath, [program, ...args], options, (_, out, err) => {
      done({ code: child.exitCode, out, err });
    });
    let seen = '';
    const look = (text: string) => {
      seen += text;
      if (!interruptAt || !seen.includes(interruptAt)) return;
      child.stderr?.off('data', look);
      child.kill('SIGINT');
    };
    child.stderr?.on('data', look);
  });
}

const bench = (...args: string[]) => flatwalk(['bench', ...args]);

describe('flatwalk bench', () => {
  test.each(suites.map(({ name }) => name))('%s: one document, on stdout and in the file', async (suite) => {
    const file = `${suite}.json`;
    const { code, out, err } = await bench('--tiny', '--suite', suite, '--json', '--out', file);
    const document: BenchDocument = JSON.parse(out);
    expect(document).toEqual(JSON.parse(readFileSync(join(folder, file), 'utf8')));
    expect(document).toMatchObject({ schema: 1, command: 'bench', outcome: { kind: 'finished' } });
    expect(document.cases.filter(({ check }) => !check.passed)).toEqual([]);
    expect(code).toBe(0);
    expect(document.cases.length).toBeGreaterThan(0);
    for (const one of document.cases) {
      expect(one).toMatchObject({ suite, case: expect.stringMatching(/^(small|mid|large)\//) });
      expect(one.time?.samples.length).toBe(one.time?.count);
    }
    const { environment, date } = document;
    expect(environment).toMatchObject({ in: 'node', node: process.version, dawn: expect.stringMatching(/^\d+\.\d+/) });
    expect(environment.adapter.name).not.toBe('');
    expect(environment.cpu).not.toBe('');
    expect(environment.kernels).toBe(fingerprint());
    expect(Number.isNaN(Date.parse(date))).toBe(false);
    expect(err).toContain('Adapter:');
    expect(err).toContain('every check passed');
  });

  test('a person reads tables on stdout, only of what was asked for', async () => {
    const { code, out } = await bench('--tiny', '--suite', 'roofline', 'steps', '--filter', 'small/barrier');
    expect(code).toBe(0);
    expect(out).toContain('time a barrier');
    expect(out).toMatch(/small\/barrier +│ [\d.]+ (ns|µs|ms)/);
    expect(out).not.toContain('small/read-back');
    expect(out).toContain('1 case measured');
  });

  test('what cannot be meant is refused, exit 2, before anything is measured', async () => {
    writeFileSync(join(folder, 'there.json'), '{}');
    const refused: [args: string[], message: string][] = [
      [['--quik'], 'Did you mean --quick?'],
      [['--suite', 'rofline'], 'roofline, kernels, steps'],
      [['compre', 'old.json', 'new.json'], "there is no 'compre' in bench\n  Did you mean compare?"],
      [['rofline'], "there is no 'rofline' in bench\n  Did you mean --suite roofline?"],
      [['roofline'], "'roofline' is a suite, no subcommand of bench\n  Write --suite roofline"],
      [['steps', 'probes'], '\n  Write --suite steps probes'],
      [['old.json', 'new.json'], '\n  Files: flatwalk bench compare OLD NEW; suites: --suite roofline kernels'],
      [['--filter', 'no such case'], "No case has 'no such case' in its name"],
      [['--suite', 'steps', '--filter', 'barrier'], "No case of steps has 'barrier' in its name"],
      [['--update'], '--update does nothing without --baseline'],
      [['--relative', '--threshold', '5%'], '--threshold and --relative do nothing without --baseline'],
      [['--python', 'python3'], '--python names the Python of the peers'],
      [['--out', 'there.json'], 'there.json exists already'],
      [['--out', join('there.json', 'below.json')], 'Cannot write'],
    ];
    for (const [args, message] of refused) {
      const { code, out, err } = await bench('--tiny', ...args);
      expect([args, code]).toEqual([args, message === 'Cannot write' ? 5 : 2]);
      expect(err).toContain(message);
      expect(out).not.toContain('measured');
    }
    expect(readFileSync(join(folder, 'there.json'), 'utf8')).toBe('{}');
  });

  test('so is a subcommand mistyped, with a document of the reason', async () => {
    const { code, out } = await bench('compre', 'old.json', 'new.json', '--json');
    expect(code).toBe(2);
    const [message, fix] = ["there is no 'compre' in bench", 'Did you mean compare?'];
    expect(JSON.parse(out)).toMatchObject({
      command: 'bench',
      outcome: { kind: 'failed', code: 'BAD_ARGUMENT', message, fix },
    });
  });

  test('Ctrl-C keeps what was measured, exit 130', async () => {
    const args = ['bench', '--suite', 'roofline', '--json', '--out', 'cut.json'];
    const { code, out } = await flatwalk(args, 'Adapter:');
    expect(code).toBe(130);
    const document: BenchDocument = JSON.parse(out);
    expect(document.outcome).toEqual({ kind: 'aborted' });
    expect(document.skipped.at(-1)?.reason).toBe('interrupted');
    expect(document).toEqual(JSON.parse(readFileSync(join(folder, 'cut.json'), 'utf8')));
    expect(existsSync(join(folder, 'cut.json.new'))).toBe(false);
  });
});

describe('flatwalk bench compare', () => {
  /** A document like that of the command, with the times of every case changed by a factor. */
  const write = (name: string, factor: number, change: (document: BenchDocument) => object = (d) => d) => {
    const samples = Array.from({ length: 20 }, (_, k) => 1000 * factor * (1 + 0.001 * ((k * 7) % 20)));
    const one = {
      case: 'small/a',
      suite: 'steps',
      unit: 'step',
      check: { passed: true, error: 0, tolerance: 1, note: '' },
      time: { ...estimate(samples), samples, unitsPerSample: 1 },
    };
    const adapter = { name: 'card', vendor: '', architecture: '', device: '', description: '', driver: '' };
    const document = {
      schema: 1,
      command: 'bench',
      environment: { flatwalk: '0', in: 'node', adapter: { ...adapter, software: false }, system: '', cpu: '' },
      problem: describeProblems(false),
      outcome: { kind: 'finished' },
      noiseFloor: { inTurn: 0.01, drift: 0.01, share: 0.01 },
      cases: [one],
    };
    writeFileSync(join(folder, name), JSON.stringify(change(document as unknown as BenchDocument)));
  };
  const compare = (...args: string[]) => flatwalk(['bench', 'compare', ...args]);

  test('exit 0 where nothing became slower, 1 where something did', async () => {
    write('old.json', 1);
    write('same.json', 1);
    write('slow.json', 1.5);
    const same = await compare('old.json', 'same.json');
    expect([same.code, same.err]).toEqual([0, '']);
    expect(same.out).toContain('Nothing is slower by more than 5.0 %.');
    const slow = await compare('old.json', 'slow.json', '--json');
    expect(slow.code).toBe(1);
    expect(slow.err).toContain('SLOWER by more than 5.0 %: small/a');
    const document = JSON.parse(slow.out);
    expect(document).toMatchObject({ schema: 2, command: 'bench compare', outcome: { kind: 'finished' } });
    expect(document).toMatchObject({ passed: false, cases: [{ case: 'small/a', verdict: 'slower', failed: true }] });
    expect((await compare('slow.json', 'old.json')).code).toBe(0);
    write('cut.json', 1, (d) => ({ ...d, outcome: { kind: 'aborted' } }));
    expect((await compare('old.json', 'cut.json')).code).toBe(1);
    expect((await compare('old.json', 'slow.json', '--threshold', '60%')).code).toBe(0);
  });

  test('what cannot be compared is exit 2, and a document with --json', async () => {
    write('mine.json', 1);
    write('other.json', 1, (d) => ({ ...d, problem: { ...d.problem, seed: 1 } }));
    write('run.json', 1, () => ({ schema: 1, command: 'run' }));
    write('none.json', 1, (d) => ({ ...d, cases: [] }));
    write('odd.json', 1, (d) => ({ ...d, cases: [{ case: 'x' }] }));
    writeFileSync(join(folder, 'text.json'), 'nothing');
    const refused: [args: string[], message: string][] = [
      [['mine.json', 'other.json'], "The problems' seed differs: 7 in the old one, 1 in the new one"],
      [['mine.json', 'run.json'], 'run.json is no document of flatwalk bench'],
      [['text.json', 'mine.json'], 'text.json is no JSON'],
      [['mine.json', 'none.json'], 'no case is in both documents'],
      [['mine.json', 'odd.json'], 'odd.json is damaged: cases[0]: suite is missing'],
      [['mine.json', 'nowhere.json'], 'Cannot read nowhere.json'],
      [['mine.json'], "missing required argument 'new'"],
      [['mine.json', 'mine.json', '--threshold', '5'], 'Is it 5%?'],
      [['mine.json', 'mine.json', '--treshold', '5%'], 'Did you mean --threshold?'],
    ];
    for (const [args, message] of refused) {
      const { code, out, err } = await compare(...args, '--json');
      expect([args, code]).toEqual([args, 2]);
      expect(err).toContain(message);
      expect(JSON.parse(out)).toMatchObject({ command: 'bench compare', outcome: { kind: 'failed' } });
    }
  });

  test('two runs of the command can be compared', async () => {
    for (const file of ['first.json', 'second.json']) {
      expect((await bench('--tiny', '--suite', 'roofline', '--out', file)).code).toBe(0);
    }
    const { out } = await compare('first.json', 'second.json', '--threshold', '10000%', '--json');
    const { cases, onlyOld, onlyNew } = JSON.parse(out);
    expect(cases.length).toBeGreaterThan(4);
    expect([onlyOld, onlyNew]).toEqual([[], []]);
  });
});

test('a failed check is told by name, without a time, and is exit 1', () => {
  const check = { passed: false, error: 3, tolerance: 1, note: 'number 1 is 5, not 2' };
  const result: BenchResult = {
    problem: describeProblems(false),
    outcome: { kind: 'finished' },
    clock: { resolution: 100, device: { real: false, resolution: null, reason: 'all timestamps are equal' } },
    noiseFloor: { inTurn: 0.3, drift: 0.1, share: 0.3 },
    cases: [{ case: 'small/wrong', suite: 'steps', unit: 'step', time: null, check }],
    figures: [],
    skipped: [{ case: 'large/slow', suite: 'steps', reason: 'the time was up' }],
    warnings: ['The machine is busy'],
    seconds: 1,
  };
  const said: string[] = [];
  reportBench(result, {
    say: (text) => said.push(text),
    table: (head, rows) => said.push([head, ...rows].map((row) => row.join(' | ')).join('\n')),
  });
  const text = said.join('\n');
  expect(text).toContain('small/wrong | not given');
  expect(text).toContain('FAILED: steps small/wrong: number 1 is 5, not 2. Its time is not given.');
  expect(text).toContain('Not measured (the time was up): steps: large/slow');
  expect(text).toContain('The machine is busy');
  expect(exitCodeOf(result)).toBe(1);
  expect(exitCodeOf({ ...result, cases: [] })).toBe(0);
  expect(exitCodeOf({ ...result, outcome: { kind: 'aborted' } })).toBe(130);
  expect(exitCodeOf({ ...result, outcome: { kind: 'lost', error: new Error('gone') } })).toBe(4);
});

describe.skipIf(withoutBrowser)('in headless Chrome', () => {
  const pages = usePages();

  test('the same suite, with its progress', async () => {
    const events: TaskEvent[] = [];
    const options: BenchOptions = { suites: ['roofline'], effort: 'tiny' };
    const context = { emit: (event: TaskEvent) => void events.push(event) };
    const { result } = await runInChrome<BenchOptions, BenchResult>('bench', options, context, { ...pinned, pages });
    expect(result.outcome).toEqual({ kind: 'finished' });
    expect(result.cases.length).toBeGreaterThan(4);
    expect(result.cases.filter(({ check, time }) => !check.passed || time === null)).toEqual([]);
    expect(events.some((event) => event.kind === 'progress' && event.label.startsWith('roofline: '))).toBe(true);
  });
});
