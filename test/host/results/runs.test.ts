import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import '../../gpu.ts';
import { until, useProgram } from '../program.ts';

vi.setConfig({ testTimeout: 180_000 });
const { file: program, flatwalk, folder: scratch, rowsIn, start, summaryIn } = useProgram();

const at = (...parts: string[]) => join(scratch, ...parts);
const bytes = (...parts: string[]) => readFileSync(at(...parts));
writeFileSync(at('data.csv'), 'a,b,y\n1,0,2\n0,1,-3\n0.6,0.8,2.5\n');
const small = ['run', '--data', 'data.csv', '--target', 'y', '--width', '3', '--replicas', '2', '--seed', '7'];
const steps = 200_000;
const run = [...small, '--steps', String(steps), '--every', '2000'];
const stackTrace = /^\s+at .*[:(]/m;

/** Starts a run and waits until the folder has so many rows. */
async function begun(args: string[], folder: string, rows: number) {
  const running = start([...args, '--out', folder]);
  await until(() => existsSync(at(folder, 'metrics.ndjson')) && rowsSoFar(folder) >= rows, running);
  return running;
}

const rowsSoFar = (folder: string) => bytes(folder, 'metrics.ndjson').toString().split('\n').length - 1;

describe('a run that goes on is the run that was not interrupted', () => {
  test('after Ctrl-C, and after it was killed, in new processes', async () => {
    expect((await flatwalk([...run, '--out', 'whole'])).code).toBe(0);

    const stopped = await begun(run, 'stopped', 5);
    stopped.process.kill('SIGINT');
    expect((await stopped.ended).code).toBe(130);
    const { outcome } = summaryIn('stopped');
    expect(outcome).toMatchObject({ kind: 'aborted', step: rowsIn('stopped').at(-1).step });
    expect(outcome.step).toBeLessThan(steps);
    expect(readdirSync(at('stopped')).sort()).toEqual([
      'checkpoint.bin',
      'features.ndjson',
      'metrics.ndjson',
      'report.html',
      'summary.json',
      'weights.npz',
    ]);

    // At a cadence that no row falls on, and killed in the middle of a line.
    const killed = await begun([...run, '--keep-every', '8300'], 'killed', 12);
    killed.process.kill('SIGKILL');
    expect((await killed.ended).code).toBe(null);
    writeFileSync(at('killed', 'metrics.ndjson'), `${bytes('killed', 'metrics.ndjson')}{"run":"train","st`);
    expect(summaryIn('killed').outcome).toMatchObject({ kind: 'running', process: killed.process.pid });

    for (const folder of ['stopped', 'killed']) {
      const { code, out } = await flatwalk(['run', '--resume', folder]);
      expect(code).toBe(0);
      const [step] = summaryIn(folder).resumed;
      expect(out).toContain(`Going on from step ${step} of ${steps}`);
      for (const file of ['metrics.ndjson', 'weights.npz', 'features.ndjson']) {
        expect(bytes(folder, file).equals(bytes('whole', file)), `${folder}/${file}`).toBe(true);
      }
      expect(summaryIn(folder)).toMatchObject({ outcome: { kind: 'finished', step: steps } });
      expect(summaryIn(folder).finalMetrics).toEqual(summaryIn('whole').finalMetrics);
    }
    expect(readdirSync(at('killed', 'weights')).length).toBe(Math.floor(steps / 8300));
  });

  test('twice', async () => {
    const first = await begun(run, 'twice', 3);
    first.process.kill('SIGTERM');
    expect((await first.ended).code).toBe(130);
    const before = rowsSoFar('twice');
    const second = start(['run', '--resume', 'twice']);
    await until(() => summaryIn('twice').resumed && rowsSoFar('twice') > before + 2, second);
    second.process.kill('SIGINT');
    expect((await second.ended).code).toBe(130);
    expect((await flatwalk(['run', '--resume', 'twice'])).code).toBe(0);
    expect(summaryIn('twice').resumed).toHaveLength(2);
    for (const file of ['metrics.ndjson', 'weights.npz']) {
      expect(bytes('twice', file).equals(bytes('whole', file)), file).toBe(true);
    }
  });

  test('after Ctrl-C before its first row', async () => {
    const early = await begun(run, 'early', 1);
    early.process.kill('SIGINT');
    expect((await early.ended).code).toBe(130);
    // As it is where nothing was faster than the keys: a state of step 0, and no row.
    expect((await flatwalk([...small, '--steps', '0', '--out', 'nothing'])).code).toBe(0);
    copyFileSync(at('nothing', 'checkpoint.bin'), at('early', 'checkpoint.bin'));
    writeFileSync(at('early', 'metrics.ndjson'), '');
    expect(await flatwalk(['run', '--resume', 'early'])).toMatchObject({
      code: 0,
      out: expect.stringContaining(`Going on from step 0 of ${steps}`),
    });
    for (const file of ['metrics.ndjson', 'weights.npz', 'features.ndjson']) {
      expect(bytes('early', file).equals(bytes('whole', file)), file).toBe(true);
    }
  });

  test('and is refused where it would be another, with what is different', async () => {
    const going = await begun([...small, '--steps', '4000000000', '--every', '1000'], 'going', 1);
    const meanwhile = await flatwalk(['run', '--resume', 'going']);
    going.process.kill('SIGKILL');
    expect(meanwhile).toMatchObject({ code: 2, err: expect.stringMatching(/process \d+ is still at it/) });
    const cut = await begun(run, 'cut', 3);
    cut.process.kill('SIGINT');
    await cut.ended;
    const copy = (name: string) => {
      rmSync(at(name), { recursive: true, force: true });
      cpSync(at('cut'), at(name), { recursive: true });
      return name;
    };
    const changed = (name: string, change: (summary: ReturnType<typeof summaryIn>) => void) => {
      const summary = summaryIn(copy(name));
      change(summary);
      writeFileSync(at(name, 'summary.json'), JSON.stringify(summary));
      return name;
    };
    const checkpoint = bytes('cut', 'checkpoint.bin');
    writeFileSync(at(copy('truncated'), 'checkpoint.bin'), checkpoint.subarray(0, checkpoint.length - 40));
    writeFileSync(at(copy('noise'), 'checkpoint.bin'), 'oh no');
    rmSync(at(copy('none'), 'checkpoint.bin'));
    mkdirSync(at('empty'));
    changed('flow', (summary) => {
      summary.command = 'flow';
    });
    changed('kernels', (summary) => {
      summary.environment.kernels = 'others';
    });
    changed('adapter', (summary) => {
      summary.environment.adapter.name = 'another GPU';
    });
    changed('width', (summary) => {
      summary.config.width = 4;
    });
    changed('eta', (summary) => {
      summary.config.stepSize = 0.001;
    });
    copyFileSync(at('data.csv'), at('other.csv'));
    changed('data', (summary) => {
      summary.config.data = 'other.csv';
    });
    writeFileSync(at('other.csv'), 'a,b,y\n1,0,2\n0,1,-3\n0.6,0.8,2.4\n');

    const refused: [args: string[], message: RegExp][] = [
      [['truncated'], /truncated cannot go on: checkpoint\.bin is damaged\. .* it has \d+ bytes instead of \d+/],
      [['noise'], /noise cannot go on: checkpoint\.bin is damaged/],
      [['none'], /none cannot go on: there is no checkpoint\.bin yet/],
      [['empty'], /empty holds no results/],
      [['nowhere'], /There is no folder nowhere/],
      [['data.csv'], /data\.csv is a file, not a results folder/],
      [['whole'], /whole cannot go on: it has finished/],
      [['flow'], /flow cannot go on: it is of flatwalk flow/],
      [['kernels'], /the fingerprint of the kernels was others, and is /],
      [['adapter'], /the adapter's name was another GPU, and is /],
      [['width'], /The checkpoint is of another problem: its width is 3, this one's is 4/],
      [['eta'], /The checkpoint does not fit this run: its step size/],
      [['data'], /The data in other\.csv are not those that the config was made for/],
      [['cut', '--width', '4'], /cut is of --width 3, not 4/],
      [['cut', '--steps', '100'], /cut is of --steps 200000, not 100/],
      [['cut', '--stop-when', 'loss<1'], /cut is of no --stop-when, not loss<1/],
    ];
    for (const [args, message] of refused) {
      const before = existsSync(at(args[0], 'metrics.ndjson')) && bytes(args[0], 'metrics.ndjson');
      const { code, err } = await flatwalk(['run', '--resume', ...args]);
      expect(err).toMatch(message);
      expect(err.trim().split('\n')).toHaveLength(2);
      expect(code).toBe(2);
      if (before) expect(bytes(args[0], 'metrics.ndjson').equals(before)).toBe(true);
    }
    // Saying the same again is no other run.
    expect((await flatwalk(['run', '--resume', 'cut', '--width', '3'])).code).toBe(0);
    expect(bytes('cut', 'weights.npz').equals(bytes('whole', 'weights.npz'))).toBe(true);
  });
});

describe('the results folder of a run', () => {
  const endless = [...small, '--steps', '4000000000', '--every', '1000'];

  test('deleted while it goes on: it ends, exit 5, and everything is elsewhere', async () => {
    const running = await begun(endless, 'deleted', 4);
    rmSync(at('deleted'), { recursive: true });
    const { code, err } = await running.ended;
    expect(code).toBe(5);
    expect(err).not.toMatch(stackTrace);
    const [, kept] = /What was computed is in (\S+)/.exec(err) ?? [];
    const read = (name: string) => readFileSync(join(kept, name), 'utf8');
    const { outcome, finalMetrics } = JSON.parse(read('summary.json'));
    expect(outcome).toMatchObject({ kind: 'failed', code: 'HOST', message: expect.stringContaining('deleted') });
    const rows = read('metrics.ndjson')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.slice(0, 4).map(({ step }) => step)).toEqual([0, 1000, 2000, 3000]);
    expect(rows.at(-1).step).toBe(outcome.step);
    expect(finalMetrics.loss).toEqual(rows.at(-1).loss);
    expect(readdirSync(kept).sort()).toEqual([
      'checkpoint.bin',
      'features.ndjson',
      'metrics.ndjson',
      'report.html',
      'summary.json',
      'weights.npz',
    ]);
    expect(existsSync(at('deleted'))).toBe(false);
    rmSync(kept, { recursive: true });
  });

  test('and with --json the document on stdout says so', async () => {
    const running = await begun([...endless, '--json'], 'gone', 2);
    rmSync(at('gone'), { recursive: true });
    const { code, out } = await running.ended;
    expect(code).toBe(5);
    const { outcome, finalMetrics } = JSON.parse(out);
    expect(outcome).toMatchObject({ kind: 'failed', code: 'HOST', step: expect.any(Number) });
    expect(finalMetrics.loss).toHaveLength(2);
    rmSync(/is in (\S+)/.exec(outcome.message)?.[1] as string, { recursive: true });
  });

  test('is replaced by --force, once the new run has begun', async () => {
    const args = [...small, '--out', 'again', '--steps'];
    expect((await flatwalk([...args, '10'])).code).toBe(0);
    writeFileSync(at('again', 'notes.txt'), 'mine');
    expect((await flatwalk([...args, '20'])).code).toBe(2);
    // Refused for its settings, it has replaced nothing.
    expect((await flatwalk([...args, '20', '--force', '--metrics', 'los'])).code).toBe(2);
    expect(summaryIn('again').outcome.step).toBe(10);
    expect((await flatwalk([...args, '20', '--force'])).code).toBe(0);
    expect(summaryIn('again').outcome.step).toBe(20);
    expect(bytes('again', 'notes.txt').toString()).toBe('mine');
  });

  test('is not taken from a run that goes on, even by --force', async () => {
    const running = await begun(endless, 'taken', 2);
    const { code, err } = await flatwalk([...small, '--steps', '10', '--out', 'taken', '--force']);
    expect(code).toBe(2);
    expect(err).toMatch(new RegExp(`Process ${running.process.pid} is still writing to taken\n  Wait for it`));
    // It has no checkpoint yet, so that nobody is told to go on from one.
    running.process.kill('SIGKILL');
    await running.ended;
    expect((await flatwalk(['watch', 'taken'])).out).toMatch(/KILLED: .*(?<!resume taken)\n$/);
    expect((await flatwalk(['export', 'taken', '--out', 'taken.npz'])).err).toMatch(
      /no weights\.npz\n {2}Begin the run again: flatwalk run taken\/summary\.json/,
    );
    expect((await flatwalk([...small, '--steps', '10', '--out', 'taken', '--force'])).code).toBe(0);
    expect(summaryIn('taken').outcome).toMatchObject({ kind: 'finished', step: 10 });
  });

  test.skipIf(process.platform === 'win32')('is whole where nobody reads what is printed any more', async () => {
    const running = start([...endless, '--out', 'unread']);
    running.process.stdout?.destroy();
    const { code, err } = await running.ended;
    expect(code).toBe(130);
    expect(err).toContain('nobody reads what is printed; ending, and keeping what was computed');
    expect(summaryIn('unread').outcome.kind).toBe('aborted');
    expect(readdirSync(at('unread'))).toContain('report.html');
  });

  test.skipIf(!existsSync('/dev/full'))('is whole where what is printed finds no room [/dev/full]', () => {
    const full = openSync('/dev/full', 'w');
    const args = [program, ...small, '--steps', '10', '--json', '--out', 'unprinted'];
    const { status, stderr } = spawnSync(process.execPath, args, {
      cwd: scratch,
      encoding: 'utf8',
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    expect(status).toBe(5);
    expect(stderr).toMatch(/flatwalk: Cannot write what is printed: ENOSPC.*\n {2}Free some space/);
    expect(stderr).not.toMatch(stackTrace);
    expect(summaryIn('unprinted').outcome).toMatchObject({ kind: 'finished', step: 10 });
    expect(readdirSync(at('unprinted'))).toContain('report.html');
  });

  test('a second Ctrl-C ends the process at once', async () => {
    const running = await begun(endless, 'at-once', 2);
    let err = '';
    running.process.stderr?.on('data', (text) => {
      err += text;
    });
    running.process.kill('SIGINT');
    await until(() => err.includes('once more'), running);
    running.process.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    // It may have come to its end before the second; what it leaves is whole lines in either case.
    expect(rowsIn('at-once').length).toBeGreaterThan(0);
  });
});
