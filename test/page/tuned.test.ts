import { describe, expect, test, vi } from 'vitest';
import { runInChrome, withPage } from '../../src/host/chrome/index.ts';
import { decode, encode } from '../../src/host/chrome/wire.ts';
import type { ExplainResult } from '../../src/host/tasks/explain.ts';
import type { DataOptions } from '../../src/host/tasks/setup.ts';
import type { TrainTaskResult } from '../../src/host/tasks/train.ts';
import type { TuneOptions, TuneResult } from '../../src/host/tasks/tune.ts';
import { smallProblem } from '../host/training.ts';
import { pinned, usePages, withoutBrowser } from './pages.ts';

/** Compiling takes a software adapter seconds, and more where other tests run beside. */
vi.setConfig({ testTimeout: 240_000 });

const problem: DataOptions = { ...smallProblem, width: 3, replicas: 1 };
const tuning: TuneOptions = { ...problem, steps: 1000, plan: { strategy: 'group', space: 'data' }, budget: 600 };

describe.skipIf(withoutBrowser)('what is tuned in a page', () => {
  const pages = usePages();

  test('is kept in IndexedDB and followed by the next run; what is damaged there is named and left out', async () => {
    const told = await withPage(
      pages,
      '/runner.html',
      (page) =>
        page.evaluate(
          async (tuneText, planText, trainText) => {
            const messages: string[] = [];
            const end = (task: string, options: string) =>
              new Promise<string>((resolve) => {
                flatwalkRun(task, options, (message) => {
                  if (message.startsWith('{"kind":"event"')) messages.push(message);
                  if (/^{"kind":"(done|failed)"/.test(message)) resolve(message);
                });
              });
            const before = await end('explain', planText);
            const tuned = await end('tune', tuneText);
            const open = indexedDB.open('flatwalk', 1);
            await new Promise((resolve) => {
              open.onsuccess = resolve;
            });
            const table = open.result.transaction('tuned', 'readwrite').objectStore('tuned');
            table.put({ version: 7 }, 'damaged');
            await new Promise((resolve) => {
              table.transaction.oncomplete = resolve;
            });
            open.result.close();
            return {
              before,
              tuned,
              after: await end('explain', planText),
              run: await end('train', trainText),
              messages,
            };
          },
          encode(tuning),
          encode({ ...problem, steps: 1000 }),
          encode({ ...problem, steps: 10, every: 10 }),
        ),
      pinned,
    );
    const result = <T>(text: string) => (decode(text) as { result: T }).result;
    const { entry, refused } = result<TuneResult>(told.tuned);
    expect(refused).toEqual([]);
    expect(entry.place).toContain('Chrome/');
    expect(result<ExplainResult>(told.before).plan.basis).toBe('model');
    expect(result<ExplainResult>(told.after)).toMatchObject({ plan: { basis: 'tuned' }, tuned: entry });
    expect(result<TrainTaskResult>(told.run).plan).toMatchObject({ basis: 'tuned', strategy: 'group' });
    expect(told.messages.join()).toContain('A tuned entry is ignored: its version is 7, not 1.');
  });

  test('comes back to whoever started the browser, and holds in the next one', async () => {
    const chrome = { ...pinned, pages };
    const silent = { emit: () => {} };
    const { result } = await runInChrome<TuneOptions, TuneResult>('tune', tuning, silent, chrome);
    const options = { ...problem, steps: 1000, tuned: [result.entry] };
    const next = await runInChrome<typeof options, ExplainResult>('explain', options, silent, chrome);
    expect(next.result.plan.basis).toBe('tuned');
    expect(next.result.tuned).toEqual(result.entry);
  });
});
