import { describe, expect, test, vi } from 'vitest';
import type { TrainOptions } from '../../../src/engine/index.ts';
import { bits, made, openTestEngine, runFresh, runOn, subgroups } from './support.ts';

// Software adapters take their time to compile, all the more while other tests run.
vi.setConfig({ testTimeout: 120_000 });

const engine = await openTestEngine();
const data = made({ n: 3, d: 4, m: 3, replicas: 5 });
const settings: TrainOptions = { stepSize: 0.01, noise: 0.5, steps: 150, seed: 7 };
const spaces = ['data', 'weight'] as const;
const inRegisters = subgroups ? (['lane', 'subgroup'] as const) : (['lane'] as const);

async function weights(o: Partial<TrainOptions>): Promise<Uint32Array> {
  return bits((await runFresh(engine, data, { ...settings, ...o })).weights);
}

describe('plans that are equal to the bit on this adapter', () => {
  for (const space of spaces) {
    for (const batch of [1, 2, 'full'] as const) {
      test(`lane, ${space} space, batch ${batch}: wherever draws are made, on any number of lanes`, async () => {
        const of = (lanes: number, draws: 'inside' | 'ahead') =>
          weights({ batch, plan: { strategy: 'lane', space, lanes, draws } });
        const first = await of(1, 'inside');
        expect(await of(1, 'ahead')).toEqual(first);
        expect(await of(4, 'inside')).toEqual(first);
        expect(await of(8, 'ahead')).toEqual(first);
      });
    }
  }

  test.runIf(subgroups)('subgroup: wherever draws are made', async () => {
    for (const space of spaces) {
      const of = (draws: 'inside' | 'ahead') =>
        weights({ batch: 2, plan: { strategy: 'subgroup', space, lanes: 4, draws } });
      expect(await of('ahead'), `${space} space`).toEqual(await of('inside'));
    }
  });

  const cut = [
    ...inRegisters.flatMap((strategy) =>
      spaces.flatMap((space) =>
        (['inside', 'ahead'] as const).map((draws) => ({ strategy, space, lanes: 4, draws, batch: 1 }) as const),
      ),
    ),
    ...spaces.map((space) => ({ strategy: 'group', space, lanes: 2, draws: 'inside', batch: 1 }) as const),
    ...spaces.map((space) => ({ strategy: 'tiled', space, draws: 'inside', batch: 'full' }) as const),
  ];
  test.each(cut)('$strategy, $space space, draws $draws: in dispatches of any number of steps', async (one) => {
    const { batch, ...plan } = one;
    const whole = await weights({ plan, batch });
    for (const length of [1, 7, 64]) {
      const problem = await engine.problem(data);
      let resume: TrainOptions['resume'];
      for (let step = length; step < settings.steps; step += length) {
        // Few of them one step at a time: each is a submission.
        if (length === 1 && step > 12) break;
        resume = (await runOn(problem, { ...settings, plan, batch, steps: step, resume })).checkpoint;
      }
      const rest = await runOn(problem, { ...settings, plan, batch, resume });
      expect(bits(rest.weights), `${length} steps`).toEqual(whole);
      problem.dispose();
    }
  });
});

describe('plans that are equal up to rounding', () => {
  test('strategies and spaces', async () => {
    const run = async (plan: TrainOptions['plan']) => (await runFresh(engine, data, { ...settings, plan })).weights;
    const first = await run({ strategy: 'lane', space: 'data' });
    for (const strategy of [...inRegisters, 'group'] as const) {
      for (const space of spaces) {
        const other = await run({ strategy, space });
        const error = Math.max(...other.map((w, k) => Math.abs(w - first[k])));
        expect(error, `${strategy}, ${space} space`).toBeLessThan(1e-5);
      }
    }
  });
});
