import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import '../../gpu.ts';
import { median, sparkline } from '../../../src/host/figures/sparkline.ts';
import { Follower } from '../../../src/host/results/follow.ts';
import { until, useProgram } from '../program.ts';

vi.setConfig({ testTimeout: 120_000 });
const { flatwalk, folder: scratch, rowsIn, start } = useProgram();

const at = (...parts: string[]) => join(scratch, ...parts);
const line = (step: number) => `{"run":"train","step":${step},"loss":[${1 / (step + 1)}],"diverged":[]}\n`;
const summary = (outcome: object, more: object = {}) =>
  JSON.stringify({ schema: 2, command: 'run', config: { steps: 10 }, outcome, ...more });

/** A folder as a run leaves it. */
function folder(name: string, outcome: object, rows: string, more?: object): string {
  mkdirSync(at(name), { recursive: true });
  writeFileSync(at(name, 'metrics.ndjson'), rows);
  writeFileSync(at(name, 'summary.json'), summary(outcome, more));
  return name;
}

/** A process that there was. */
async function gone(): Promise<number> {
  const { process: child, ended } = start(['--version']);
  await ended;
  return child.pid as number;
}

describe('a line of numbers', () => {
  test('rises with them, on a logarithmic scale where they differ much', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 20)).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([1, 10, 100, 1000], 20)).toBe('▁▃▆█');
    expect(sparkline([2, 2, 2], 20)).toBe('▁▁▁');
    expect(sparkline([-5, 0, 5000], 20)).toBe('▁▁█');
  });

  test('has medians where there are more of them than places, and says what is not finite', () => {
    expect(sparkline([0, 0, 9, 7, 7, 7], 2)).toBe('▁█');
    expect(sparkline([1, Number.NaN, Number.POSITIVE_INFINITY, 2], 20)).toBe('▁××█');
    expect(sparkline([Number.NaN], 20)).toBe('×');
    expect(sparkline([], 20)).toBe('');
    expect([median([3, 1, 2]), median([1, 2]), median([Number.NaN, 1, 2])]).toEqual([2, 1, 2]);
    expect(median([])).toBe(Number.NaN);
  });
});

describe('a folder is followed', () => {
  const steps = ({ rows }: { rows: readonly { step: number }[] }) => rows.map(({ step }) => step);

  test('line by line, each told once, and a half one when its end is there', () => {
    const name = folder('lines', { kind: 'running' }, line(0));
    const follower = new Follower(at(name));
    expect(steps(follower.look())).toEqual([0]);
    expect(steps(follower.look())).toEqual([]);
    appendFileSync(at(name, 'metrics.ndjson'), line(1) + line(2).slice(0, 20));
    expect(steps(follower.look())).toEqual([1]);
    appendFileSync(at(name, 'metrics.ndjson'), line(2).slice(20));
    expect(follower.look()).toMatchObject({ rows: [{ step: 2 }], anew: false, state: 'unknown' });
  });

  test('from its beginning where another run writes there', () => {
    const name = folder('replaced', { kind: 'running' }, line(0) + line(1));
    const follower = new Follower(at(name));
    follower.look();
    writeFileSync(at(name, 'metrics.new'), line(0));
    renameSync(at(name, 'metrics.new'), at(name, 'metrics.ndjson'));
    expect(follower.look()).toMatchObject({ anew: true, rows: [{ step: 0 }] });
  });

  test('a damaged line is named', () => {
    const follower = new Follower(at(folder('damaged', { kind: 'running' }, `${line(0)}{"run"\n`)));
    expect(() => follower.look()).toThrow(/metrics\.ndjson, line 2 is damaged/);
  });

  test('and whether its run was killed is known on its own machine', async () => {
    const process = await gone();
    const state = (outcome: object) => new Follower(at(folder('state', outcome, ''))).look().state;
    expect(state({ kind: 'running', process, host: hostname() })).toBe('killed');
    expect(state({ kind: 'running', process, host: 'elsewhere' })).toBe('unknown');
    expect(state({ kind: 'running' })).toBe('unknown');
    expect(state({ kind: 'aborted', step: 3 })).toBe('ended');
  });
});

describe('flatwalk watch', () => {
  const plain = (name: string) => flatwalk(['watch', name]);

  test('of a run that goes on prints its rows as they come, and ends with it', async () => {
    writeFileSync(at('data.csv'), 'a,b,y\n1,0,2\n0,1,-3\n');
    const run = start(
      ['run', '--data', 'data.csv', '--target', 'y', '--steps', '4000000000', '--every', '5000'].concat(
        '--out',
        'live',
      ),
    );
    await until(() => {
      try {
        return readFileSync(at('live', 'metrics.ndjson'), 'utf8').includes('\n');
      } catch {
        // It has not begun.
        return false;
      }
    }, run);
    const watch = start(['watch', 'live']);
    let out = '';
    watch.process.stdout?.on('data', (text: string) => {
      out += text;
    });
    await until(() => out.includes('train step 10000 '), watch);
    const { out: now, code: going } = await flatwalk(['watch', 'live', '--json']);
    expect(going).toBe(0);
    expect(JSON.parse(now)).toMatchObject({ schema: 2, command: 'watch', state: 'running' });
    run.process.kill('SIGINT');
    await run.ended;
    const { code, out: all } = await watch.ended;
    expect(code).toBe(130);
    const rows = rowsIn('live');
    expect(all.match(/^train step \d+/gm)).toEqual(rows.map(({ step }) => `train step ${step}`));
    expect(all).toMatch(new RegExp(`loss [▁▂▃▄▅▆▇█]+ .*\nInterrupted at step ${rows.at(-1).step}\\.\n$`));
    expect(all).not.toContain('\u001b');
  });

  test('of one that was killed says so, since when, and how to go on; exit 1', async () => {
    const outcome = { kind: 'running', process: await gone(), host: hostname() };
    folder('killed', outcome, line(0) + line(1).slice(0, 9));
    writeFileSync(at('killed', 'checkpoint.bin'), '');
    const { code, out } = await plain('killed');
    expect(code).toBe(1);
    expect(out).toMatch(
      /KILLED: process \d+ is gone, and nothing was written since .*\d.* Go on with: flatwalk run --resume killed/,
    );
    const { out: json } = await flatwalk(['watch', 'killed', '--json']);
    expect(JSON.parse(json)).toMatchObject({ state: 'killed', rows: 1, last: { step: 0, loss: [1] } });
    expect(Number.isNaN(Date.parse(JSON.parse(json).written))).toBe(false);
  });

  const claims = [{ id: '4', statement: '', measured: '', expected: '', holds: false, values: {} }];
  const ends: [outcome: object, more: object, code: number, text: RegExp][] = [
    [{ kind: 'finished', step: 1 }, {}, 0, /Finished at step 1\./],
    [{ kind: 'stopped', step: 1, reason: 'loss<1' }, {}, 0, /Stopped by its rule at step 1\./],
    [{ kind: 'diverged', step: 1, replicas: [{ replica: 0, step: 1 }] }, {}, 1, /DIVERGED at step 1\./],
    [{ kind: 'lost', step: 1 }, {}, 4, /The device was lost at step 1\./],
    [
      { kind: 'failed', step: 1, code: 'HOST', message: 'No space', fix: 'Free some' },
      {},
      1,
      /FAILED at step 1: No space\./,
    ],
    [{ kind: 'finished' }, { command: 'reproduce', claims }, 1, /claims that FAILED: 4/],
  ];
  test.each(ends)('of one that ended with %j has its exit code', async (outcome, more, code, text) => {
    const { code: ended, out } = await plain(folder('ended', outcome, line(0) + line(1), more));
    expect(out).toMatch(text);
    expect(ended).toBe(code);
  });

  test('of something else is refused, exit 2', async () => {
    mkdirSync(at('empty'));
    for (const [name, message] of [
      ['empty', /holds no results/],
      ['nowhere', /There is no folder/],
    ] as const) {
      const { code, err } = await plain(name);
      expect(code).toBe(2);
      expect(err).toMatch(message);
      const { out } = await flatwalk(['watch', name, '--json']);
      expect(JSON.parse(out).outcome).toMatchObject({ kind: 'failed', code: 'BAD_ARGUMENT' });
    }
  });
});
