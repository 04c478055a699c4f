import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { Engine } from '../../src/engine/index.ts';
import { runInChrome, withPage } from '../../src/host/chrome/index.ts';
import { decode, encode } from '../../src/host/chrome/wire.ts';
import { openNodeGpu } from '../../src/host/node/index.ts';
import type { FingerprintOptions, FingerprintResult } from '../../src/host/tasks/fingerprint.ts';
import { type TaskOptions, type TaskResult, tasks } from '../../src/host/tasks/index.ts';
import type { TaskEvent } from '../../src/host/tasks/task.ts';
import { smallProblem } from '../host/training.ts';
import { pinned, usePages, withoutBrowser } from './pages.ts';

const silent = { emit: () => {} };
/** Compiling takes a software adapter seconds, and more where other tests run beside. */
vi.setConfig({ testTimeout: 90_000 });

const training: TaskOptions<'train'> = { ...smallProblem, steps: 300, every: 100 };

describe.skipIf(withoutBrowser)('tasks in headless Chrome', () => {
  const pages = usePages();
  const chrome = { ...pinned, pages };
  const scratch = mkdtempSync(join(tmpdir(), 'flatwalk-no-pages-'));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  const onNode = async <T>(action: (engine: Engine) => Promise<T>): Promise<T> => {
    const { gpu } = await openNodeGpu('swiftshader');
    using engine = await Engine.open({ gpu });
    return await action(engine);
  };

  test('Node and Chrome compute the same bits on the same adapter', async () => {
    const here = await onNode((engine) => tasks.fingerprint.run(engine, {}, silent));
    const there = await runInChrome<FingerprintOptions, FingerprintResult>('fingerprint', {}, silent, chrome);
    expect(there.adapter).toMatchObject({ architecture: 'swiftshader', software: true });
    expect(there.result.words).toEqual(here.words);
    expect(there.result.normals).toEqual(here.normals);
    expect(there.result.start).toEqual(here.start);
    for (const [k, run] of here.runs.entries()) expect(there.result.runs[k]).toEqual(run);
    expect(there.result.hash).toBe(here.hash);
    expect(new Set(here.runs.map(({ weights }) => weights.join())).size).toBe(here.runs.length);
  }, 120_000);

  test('a task tells the same there as here: adapter, rows, notes, result', async () => {
    const listen = () => {
      const events: TaskEvent[] = [];
      return { events, emit: (event: TaskEvent) => void events.push(event) };
    };
    const here = listen();
    const there = listen();
    const expected = await onNode((engine) => tasks.train.run(engine, training, here));
    const told: string[] = [];
    const { result, adapter, browser } = await runInChrome<TaskOptions<'train'>, TaskResult<'train'>>(
      'train',
      training,
      there,
      { ...chrome, onAdapter: (adapter, browser) => told.push(`${adapter.architecture} in ${browser}`) },
    );
    expect(told).toEqual([`${adapter.architecture} in ${browser}`]);
    expect(browser).toMatch(/Chrome\/\d+/);
    const timeless = (r: TaskResult<'train'>) => ({ ...r, seconds: 0 });
    expect(timeless(result)).toEqual(timeless(expected));
    // On the way typed arrays, as a checkpoint has, become plain ones.
    expect(there.events).toEqual(decode(encode(here.events)));
    expect(here.events.filter(({ kind }) => kind === 'row').length).toBe(4);
  });

  test('a run that diverges arrives with all its numbers', async () => {
    const wild = { ...training, stepSize: 50, steps: 40, every: 20 };
    const expected = await onNode((engine) => tasks.train.run(engine, wild, silent));
    const { result } = await runInChrome<TaskOptions<'train'>, TaskResult<'train'>>('train', wild, silent, chrome);
    expect(expected.outcome.kind).toBe('diverged');
    expect({ ...result, seconds: 0 }).toEqual({ ...expected, seconds: 0 });
  });

  test('an error of the task arrives as itself', async () => {
    const wrong = { ...training, activation: 'no$uch' };
    const error = await onNode((engine) => tasks.train.run(engine, wrong, silent)).catch((e: unknown) => e);
    const { code, message, fix } = error as FlatwalkErrorLike;
    await expect(runInChrome('train', wrong, silent, chrome)).rejects.toMatchObject({
      name: 'FlatwalkError',
      code,
      message,
      fix,
    });
    await expect(runInChrome('tame', {}, silent, chrome)).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
      message: expect.stringContaining("There is no task 'tame'"),
      fix: expect.stringContaining('reproduce'),
    });
  });

  test('the signal stops a task while it runs, and one that has not begun', async () => {
    const long = { ...training, steps: 50_000_000, every: 1000 };
    const stop = new AbortController();
    const emit = (event: TaskEvent) => {
      if (event.kind === 'row' && event.row.step > 0) stop.abort();
    };
    const { result } = await runInChrome<TaskOptions<'train'>, TaskResult<'train'>>(
      'train',
      long,
      { emit, signal: stop.signal },
      chrome,
    );
    expect(result.outcome.kind).toBe('aborted');
    expect(result.finalStep).toBeLessThan(long.steps);
    expect(result.weights?.theta.length).toBe(2 * 4 * 3);

    const before = await runInChrome<TaskOptions<'train'>, TaskResult<'train'>>(
      'train',
      long,
      { ...silent, signal: AbortSignal.abort() },
      chrome,
    );
    expect(before.result.outcome.kind).toBe('aborted');
  });

  test('one page opens an engine again and again, and two at once', async () => {
    const outcomes = await withPage(
      pages,
      '/runner.html',
      (page) =>
        page.evaluate(async (options) => {
          const end = () =>
            new Promise<string>((resolve) => {
              flatwalkRun('train', options, (message) => {
                if (/^{"kind":"(done|failed)"/.test(message)) resolve(message);
              });
            });
          const ends: string[] = [];
          for (let k = 0; k < 5; k++) ends.push(await end());
          return [...ends, ...(await Promise.all([end(), end()]))];
        }, encode(training)),
      pinned,
    );
    const weights = outcomes.map(
      (outcome) => (decode(outcome) as { result?: TaskResult<'train'> }).result?.weights?.theta,
    );
    expect(weights[0]?.length).toBe(2 * 4 * 3);
    for (const one of weights) expect(one).toEqual(weights[0]);
  });

  test('whoever listens may fail, and ends the run', async () => {
    const emit = () => {
      throw new RangeError('the disk is full');
    };
    await expect(runInChrome('train', training, { emit }, chrome)).rejects.toThrow(new RangeError('the disk is full'));
  });

  test('pages that are not built are an error that says what to do', async () => {
    mkdirSync(join(scratch, 'page'));
    await expect(runInChrome('train', training, silent, { ...chrome, pages: scratch })).rejects.toMatchObject({
      code: 'HOST',
      message: expect.stringContaining(scratch),
      fix: expect.stringContaining('npm run build'),
    });
  });
});

interface FlatwalkErrorLike {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}
