import { expect, test, vi } from 'vitest';
import { compareNumbers } from '../../bench/check.ts';
import type { SuiteName } from '../../bench/document.ts';
import { runBench } from '../../bench/run.ts';
import type { HostPowers, Suite } from '../../bench/suite.ts';
import { FlatwalkError } from '../../src/engine/index.ts';
import { kernelNames } from '../../src/engine/registry.ts';
import { prepareKernelBench } from '../../src/host/tasks/verify/bench.ts';
import { openTestEngine } from '../engine/support.ts';

// Software adapters take their time to compile.
vi.setConfig({ testTimeout: 300_000 });

const engine = await openTestEngine();
const host: HostPowers = { prepareKernel: prepareKernelBench, open: openTestEngine };
const tiny = (suite: SuiteName) => runBench(engine, { suites: [suite], effort: 'tiny' }, host);

test.each(['roofline', 'steps', 'probes', 'end-to-end'] as const)(
  '%s: every case computes what it should, and has a time',
  async (suite) => {
    const { cases, skipped } = await tiny(suite);
    expect(skipped).toEqual([]);
    expect(cases.length).toBeGreaterThan(1);
    for (const one of cases) {
      expect(one.check, `${one.case}: ${one.check.note}`).toMatchObject({ passed: true });
      expect(one.time?.samples.length, one.case).toBeGreaterThan(0);
    }
  },
);

test('kernels: every kernel of the registry agrees with its oracle, and is held against the roofline', async () => {
  const { cases } = await tiny('kernels');
  const found = new Set(cases.map((one) => one.case.replace('small/', '')));
  // The small problem is one panel of a Cholesky factor, so that nothing is left to update.
  expect(kernelNames.filter((name) => !found.has(name))).toEqual(['cholesky_update']);
  for (const one of cases) {
    expect(one.check, `${one.case}: ${one.check.note}`).toMatchObject({ passed: true });
    expect(one.rates, one.case).toBeDefined();
  }
});

test('what computes something else has no time', async () => {
  const wrong: Suite = {
    name: 'roofline',
    quickSeconds: 1,
    groups: () => [
      {
        names: ['small/wrong'],
        prepare: async () => ({
          entries: [
            {
              name: 'small/wrong',
              unit: 'run',
              check: async () => compareNumbers([1, 2.5], [1, 2], 0.1, 'what it should be'),
              run: async () => {},
            },
          ],
          dispose() {},
        }),
      },
    ],
  };
  const { cases } = await runBench(engine, { effort: 'tiny' }, host, [wrong]);
  expect(cases).toEqual([
    expect.objectContaining({ case: 'small/wrong', time: null, check: expect.objectContaining({ passed: false }) }),
  ]);
  expect(cases[0].check.note).toContain('number 1 is 2.5, not 2');
});

test('a filter that fits nothing is refused', async () => {
  await expect(runBench(engine, { filter: 'no such case', effort: 'tiny' }, host)).rejects.toMatchObject({
    code: 'BAD_ARGUMENT',
  });
});

/** Suites of cases that do nothing, each a group of its own. */
function idle(names: readonly string[], onRun: (name: string) => void): Suite {
  return {
    name: 'steps',
    quickSeconds: 1,
    groups: () =>
      names.map((name) => ({
        names: [name],
        prepare: async () => ({
          entries: [
            {
              name,
              unit: 'run',
              check: async () => compareNumbers([1], [1], 0, 'one'),
              run: async () => onRun(name),
            },
          ],
          dispose() {},
        }),
      })),
  };
}

test('what was measured before an interruption is kept, and what was not is named', async () => {
  const stop = new AbortController();
  const suite = idle(['small/first', 'small/second', 'small/third'], (name) => {
    if (name === 'small/second') stop.abort();
  });
  const result = await runBench(engine, { effort: 'tiny', signal: stop.signal }, host, [suite]);
  expect(result.outcome).toEqual({ kind: 'aborted' });
  expect(result.cases.map((one) => one.case)).toEqual(['small/first']);
  expect(result.cases[0].time?.count).toBeGreaterThan(0);
  expect(result.skipped).toEqual(
    ['small/second', 'small/third'].map((name) => ({ case: name, suite: 'steps', reason: 'interrupted' })),
  );
  expect(result.noiseFloor).toMatchObject({ drift: null });
});

test('a device that goes away is an outcome', async () => {
  const suite = idle(['small/first', 'small/second'], (name) => {
    if (name === 'small/second') throw new FlatwalkError('DEVICE_LOST', 'The device is gone', 'Open another.');
  });
  const result = await runBench(engine, { effort: 'tiny' }, host, [suite]);
  expect(result.outcome).toMatchObject({ kind: 'lost', error: { code: 'DEVICE_LOST' } });
  expect(result.cases.map((one) => one.case)).toEqual(['small/first']);
  expect(result.skipped).toEqual([{ case: 'small/second', suite: 'steps', reason: 'device lost' }]);
});
