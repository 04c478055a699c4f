/** The chooser's decisions as pure functions: no adapter is opened here. */
import { describe, expect, test } from 'vitest';
import { describeAdapter, familyOf } from '../../src/engine/adapter.ts';
import {
  type Choice,
  choosePlan,
  explainPlan,
  LANE_CELLS,
  type PlanRequest,
  type PlanWish,
  resumedPlan,
} from '../../src/engine/plan.ts';
import { candidatesOf, faultsOf, planFields, sameChoice } from '../../src/engine/plans/candidates.ts';
import { predict } from '../../src/engine/plans/cost.ts';
import { duration } from '../../src/engine/plans/reason.ts';
import type { Measured, TunedEntry } from '../../src/engine/plans/tuned.ts';
import { chooseTile, possibleTiles } from '../../src/engine/products.ts';

const small: PlanRequest = {
  samples: 10,
  width: 10,
  dimension: 20,
  replicas: 1,
  batch: 1,
  fullBatch: false,
  activation: 'cubic',
  family: 'swiftshader',
  software: true,
  mostLanes: 256,
  largestBuffer: 2 ** 27,
};
const asked = (o: Partial<PlanRequest>): PlanRequest => ({ ...small, ...o });
const full = (samples: number, o: Partial<PlanRequest> = {}) =>
  asked({ samples, batch: samples, fullBatch: true, ...o });
const gpu = { family: 'gpu', software: false, mostLanes: 1024 } as const;
const llvmpipe = { family: 'llvmpipe', mostLanes: 1024 } as const;

describe('the plan of a shape', () => {
  const million = { steps: 1e6 };
  const cases: [string, PlanRequest, Choice['strategy'], Choice['space']][] = [
    ['small', asked(million), 'lane', 'data'],
    ['small, of unknown length', small, 'lane', 'data'],
    ['small, of unknown length, where compiling takes long', asked(llvmpipe), 'lane', 'data'],
    ['small, many replicas', asked({ replicas: 1024, ...million }), 'lane', 'data'],
    ['small, on a GPU', asked({ ...gpu, ...million }), 'lane', 'data'],
    ['many samples of few dimensions', asked({ samples: 500, dimension: 4, ...million }), 'lane', 'weight'],
    ['too much for registers', asked({ samples: 100, width: 64, dimension: 200, ...million }), 'group', 'data'],
    ['too much for registers, few dimensions', asked({ samples: 9000, width: 64, dimension: 90 }), 'group', 'weight'],
    ['mid', full(128, { width: 256, dimension: 256, steps: 1000 }), 'tiled', 'data'],
    ['large', full(512, { width: 1024, dimension: 1024, steps: 100 }), 'tiled', 'data'],
    ['large, on a GPU', full(512, { width: 1024, dimension: 1024, steps: 100, ...gpu }), 'tiled', 'data'],
    ['a full batch of few dimensions', full(4000, { width: 100, dimension: 10, steps: 100 }), 'tiled', 'weight'],
  ];
  test.each(cases)('%s', (_, request, strategy, space) => {
    expect(choosePlan(request)).toMatchObject({ strategy, space, basis: 'model' });
  });

  test('lanes: one of one replica, at least a vector and two workgroups on a software adapter, more on a GPU', () => {
    expect(choosePlan(small).lanes).toBe(1);
    for (const [replicas, lanes] of [
      [2, 4],
      [17, 8],
      [64, 32],
      [1024, 32],
    ]) {
      expect(choosePlan(asked({ replicas })).lanes).toBe(lanes);
    }
    expect(choosePlan(asked({ replicas: 64, ...gpu })).lanes).toBe(64);
    const group: PlanWish = { strategy: 'group' };
    expect(choosePlan(asked({ width: 48 }), group).lanes).toBe(4);
    expect(choosePlan(asked({ width: 2 }), group).lanes).toBe(2);
    expect(choosePlan(asked({ width: 48, ...gpu }), group).lanes).toBe(64);
    expect(choosePlan(asked({ width: 5000, ...gpu }), group).lanes).toBe(256);
  });
});

describe('draws', () => {
  test.each([
    ['ahead, where one workgroup leaves the device idle', {}, 'ahead'],
    ['ahead, of a few replicas in one workgroup', { replicas: 4 }, 'ahead'],
    ['inside, where there are several workgroups', { replicas: 5 }, 'inside'],
    ['inside, where they are given', { recorded: true }, 'inside'],
    ['inside, of a group', { width: 100, samples: 100, dimension: 200 }, 'inside'],
  ] as const)('%s', (_, shape, draws) => {
    expect(choosePlan(asked(shape)).draws).toBe(draws);
  });
});

describe('the length of a run', () => {
  const strategy = (o: Partial<PlanRequest>) => choosePlan(asked(o)).strategy;

  test.each([
    ['SwiftShader', { family: 'swiftshader' }, 1_000],
    ['llvmpipe, which compiles a hundred times as long', llvmpipe, 100_000],
  ] as const)('short: what compiles quickly; long: a lane a replica. %s', (_, adapter, short) => {
    expect(strategy({ ...adapter, steps: short })).toBe('group');
    expect(strategy({ ...adapter, steps: 1000 * short })).toBe('lane');
  });

  const lengths: [string, Partial<PlanRequest>, [steps: number, strategy: Choice['strategy']][]][] = [
    [
      'SwiftShader',
      { subgroup: 4 },
      [
        [1e3, 'group'],
        [1e5, 'subgroup'],
        [1e9, 'subgroup'],
      ],
    ],
    [
      'SwiftShader, 64 replicas',
      { subgroup: 4, replicas: 64 },
      [
        [100, 'group'],
        [5e3, 'subgroup'],
        [1e6, 'lane'],
      ],
    ],
    [
      'llvmpipe',
      { ...llvmpipe, subgroup: 8 },
      [
        [1e5, 'group'],
        [1e7, 'subgroup'],
        [1e9, 'subgroup'],
      ],
    ],
    [
      'llvmpipe, 1024',
      { ...llvmpipe, subgroup: 8, replicas: 1024 },
      [
        [100, 'group'],
        [2e4, 'subgroup'],
        [1e6, 'lane'],
      ],
    ],
    [
      'a GPU',
      { ...gpu, subgroup: 32 },
      [
        [1e3, 'group'],
        [1e6, 'subgroup'],
        [1e9, 'subgroup'],
      ],
    ],
    [
      'a GPU that is full',
      { ...gpu, subgroup: 32, replicas: 4096 },
      [
        [100, 'group'],
        [5e4, 'subgroup'],
        [1e7, 'lane'],
      ],
    ],
  ];
  test.each(lengths)('where there are subgroups: %s', (_, adapter, chosen) => {
    for (const [steps, expected] of chosen) expect(strategy({ ...adapter, steps }), `${steps} steps`).toBe(expected);
  });

  test('there is one length at which the plan changes, and replicas make it shorter', () => {
    const change = (replicas: number) => {
      const plans = Array.from({ length: 60 }, (_, k) => strategy({ replicas, steps: Math.round(1.4 ** k) }));
      const at = plans.indexOf('lane');
      expect(plans.slice(0, at).every((s) => s === 'group')).toBe(true);
      expect(plans.slice(at).every((s) => s === 'lane')).toBe(true);
      return at;
    };
    expect(change(256)).toBeLessThan(change(1));
  });

  test('nobody is made to wait minutes for a compiler who has not asked for it', () => {
    const wide = asked({ ...llvmpipe, width: 50, samples: 20, dimension: 30, steps: 1e9 });
    const { plan, candidates } = explainPlan(wide);
    expect(plan.strategy).toBe('group');
    expect(candidates.find(({ choice }) => choice.strategy === 'lane')?.lost).toContain('would compile for about');
    expect(choosePlan(wide, { strategy: 'lane' }).strategy).toBe('lane');
    const unknown = asked({ width: 20, samples: 20, dimension: 30 });
    expect(20 * 20).toBeGreaterThan(LANE_CELLS);
    expect(choosePlan(unknown).strategy).toBe('group');
  });
});

describe('what is predicted', () => {
  test('more is never cheaper', () => {
    const request = asked({ replicas: 64, width: 16, samples: 12, dimension: 24, batch: 2 });
    const larger: Partial<PlanRequest>[] = [
      { width: 24 },
      { samples: 20 },
      { dimension: 40 },
      { replicas: 128 },
      { batch: 4 },
      { activation: 'gelu' },
    ];
    for (const adapter of [{}, llvmpipe, gpu]) {
      for (const choice of candidatesOf({ ...request, ...adapter })) {
        const before = predict(choice, { ...request, ...adapter });
        for (const more of larger) {
          const after = predict(choice, { ...request, ...adapter, ...more });
          expect(after.compile).toBeGreaterThanOrEqual(before.compile);
          expect(after.step).toBeGreaterThanOrEqual(before.step);
        }
      }
    }
  });

  test('adapters by the names they give themselves', () => {
    const of = (info: Partial<GPUAdapterInfo>) => familyOf(describeAdapter({ info: info as GPUAdapterInfo }));
    expect(of({ vendor: 'google', architecture: 'swiftshader' })).toBe('swiftshader');
    expect(of({ vendor: 'mesa', device: 'llvmpipe (LLVM 15)', architecture: 'software' })).toBe('llvmpipe');
    expect(of({ description: 'Microsoft Basic Render Driver' })).toBe('swiftshader');
    expect(of({ vendor: 'nvidia', architecture: 'hopper' })).toBe('gpu');
  });
});

describe('wishes', () => {
  test('are kept, the rest is chosen, and the plan says so', () => {
    const plan = choosePlan(asked({ steps: 100 }), { space: 'weight' });
    expect(plan).toMatchObject({ space: 'weight', basis: 'pinned' });
    expect(plan.reason).toMatch(/^Pinned in part by the caller/);
    const all = { strategy: 'group', space: 'data', lanes: 8, draws: 'inside' } as const;
    expect(choosePlan(small, all)).toMatchObject(all);
    // What is left undefined is not wished for; a whole plan is a wish.
    expect(choosePlan(small, { space: undefined, lanes: undefined })).toEqual(choosePlan(small));
    expect(choosePlan(asked({ steps: 1e9 }), plan)).toMatchObject({ strategy: 'group', space: 'weight' });
  });

  const wrong: [PlanRequest, unknown, string][] = [
    [small, { strategy: 'tiled' }, "'tiled' is for the full batch"],
    [small, { strategy: 'group', lanes: 3 }, 'not a power of two'],
    [small, { strategy: 'group', lanes: 512 }, 'lanes is 512, but this device has at most 256'],
    [small, { lanes: 0 }, 'lanes must be a whole number of at least 1'],
    [small, { strategy: 'fast' }, "strategy is 'fast'\n  It may be lane, subgroup, group, tiled"],
    [small, { space: 'outer' }, "space is 'outer'"],
    [small, { warp: 3 }, "no 'warp'\n  It has strategy, space, lanes, draws"],
    [small, { strategy: 'group', draws: 'ahead' }, 'that keep the state in registers'],
    [asked({ recorded: true }), { draws: 'ahead' }, 'cannot be made ahead'],
    [asked({ width: 100, samples: 20 }), { strategy: 'lane' }, 'would compile for minutes'],
    [asked({ batch: 2000 }), { strategy: 'group' }, 'at most 1024 samples a step'],
    [asked({ batch: 1000, samples: 3000, width: 3000, dimension: 3000 }), {}, 'use smaller mini-batches'],
    [full(220, { width: 20_000, dimension: 120 }), { space: 'data' }, 'do not fit at once'],
  ];
  test.each(wrong)('that cannot be carried out are refused: %#', (request, wish, message) => {
    expect(() => choosePlan(request, wish as PlanWish)).toThrow(message);
  });

  test('a buffer too large is not chosen, and not refused where it is wished for: the device says so', () => {
    const long = asked({ samples: 6000, dimension: 5900, width: 64, largestBuffer: 2 ** 27 });
    expect(explainPlan(long).candidates.find(({ choice }) => choice.space === 'data')?.lost).toContain('too many');
    expect(choosePlan(long).space).toBe('weight');
    expect(choosePlan(long, { space: 'data' }).space).toBe('data');
  });

  test('of a checkpoint hold whatever the length, reason and basis included', () => {
    const plan = choosePlan(asked({ steps: 100 }));
    const longer = asked({ steps: 1e9 });
    expect(choosePlan(longer).strategy).not.toBe(plan.strategy);
    expect(resumedPlan(longer, plan).plan).toEqual(plan);
  });
});

describe('explanations', () => {
  test('have every candidate once, the chosen first, then by cost, what cannot be last', () => {
    const { plan, candidates, steps } = explainPlan(full(6, { width: 8, dimension: 12, steps: 5000 }));
    expect(steps).toBe(5000);
    expect(candidates[0].lost).toBeNull();
    expect(sameChoice(candidates[0].choice, plan)).toBe(true);
    expect(candidates).toHaveLength(6);
    expect(candidates.slice(1).every(({ lost }) => lost)).toBe(true);
    const totals = candidates.map(({ total }) => total ?? Number.NaN);
    expect(totals).toEqual(totals.toSorted((a, b) => a - b));
    for (const { total, predicted } of candidates) expect(total).toBe(predicted.compile + steps * predicted.step);
    const wide = explainPlan(full(40, { width: 80, dimension: 90, steps: 5000 })).candidates;
    expect(wide.slice(-2).map(({ choice }) => choice.strategy)).toEqual(['lane', 'lane']);
    expect(explainPlan(small).candidates.every(({ choice }) => choice.strategy !== 'tiled')).toBe(true);
  });

  test('say why in words', () => {
    const lost = (steps: number) => explainPlan(asked({ steps })).candidates.map((c) => c.lost ?? '');
    expect(lost(100).join()).toMatch(/its faster steps do not pay for \d+ ms of compiling/);
    expect(lost(1e8).join()).toMatch(/times as long in all: a step takes \d/);
    const { reason } = choosePlan(asked({ steps: 1_000_000 }));
    expect(reason).toMatch(
      /^One lane a replica, in data space, draws made ahead, 100 numbers in registers: about .* for 1000000 steps, as/,
    );
    expect(reason).toContain('The next best, ');
    const wide = choosePlan(full(220, { width: 20_000, dimension: 120, steps: 1 }));
    expect(wide.reason).toMatch(/Not matrix products .* in data space: .* do not fit at once/);
  });

  test('durations have two digits and a unit', () => {
    expect([2e-9, 1.54e-6, 0.00299, 0.25, 12.34, 345].map(duration)).toEqual([
      '2 ns',
      '1.5 µs',
      '3 ms',
      '250 ms',
      '12 s',
      '345 s',
    ]);
  });

  test('candidates of every field, the fewer the more is wished for', () => {
    expect(planFields).toEqual(Object.keys(candidatesOf(small)[0]));
    expect(candidatesOf(small, { strategy: 'lane', space: 'data', lanes: 1 })).toHaveLength(1);
    const every = candidatesOf(small, {}, true);
    expect(every.length).toBeGreaterThan(candidatesOf(small).length);
    expect(new Set(every.map((c) => JSON.stringify(c))).size).toBe(every.length);
    for (const choice of every) expect(faultsOf(choice, full(10))).toEqual([]);
  });
});

describe('the tile of matrix products', () => {
  const large = full(512, { width: 1024, dimension: 1024, steps: 100, subgroup: 4 });
  const tileOf = (o: Partial<PlanRequest>) => choosePlan({ ...large, ...o }).tile;

  test('is chosen by size and device, and none where nothing is multiplied', () => {
    expect(tileOf({})).toBe('quads 16x4');
    expect(tileOf({ subgroup: 0 })).toBe('registers 4x4');
    expect(tileOf(gpu)).toBe('workgroup 32x32');
    expect(tileOf({ ...gpu, width: 4096 })).toBe('workgroup 64x64');
    expect(tileOf({ ...gpu, width: 8192 })).toBe('workgroup 128x64');
    expect(choosePlan({ ...large, width: 16, samples: 128, batch: 128 }, { strategy: 'tiled' }).tile).toBe('quads 4x4');
    expect(chooseTile({ rows: 10_240, columns: 10, terms: 20 }, { software: true, subgroup: 4 })).toBe('quads 8x4');
    expect(chooseTile({ rows: 10_240, columns: 8, terms: 20 }, { software: true, subgroup: 4 })).toBe('quads 16x1');
    expect(choosePlan(small).tile).toBe('none');
  });

  test('may be any that the device can run, and only for products', () => {
    for (const tile of possibleTiles(large))
      expect(choosePlan(large, { tile })).toMatchObject({ tile, basis: 'pinned' });
    expect(() => choosePlan({ ...large, subgroup: 0 }, { tile: 'quads 16x4' })).toThrow(/cannot use the tile/);
    expect(() => choosePlan(small, { tile: 'quads 16x4' })).toThrow(/a tile is for the strategy 'tiled'/);
    expect(() => choosePlan(large, { strategy: 'tiled', tile: 'none' })).toThrow(/cannot use the tile 'none'/);
  });
});

describe('a plan from measurements', () => {
  const of = (choice: Choice, compile: number, step: number): Measured => ({
    choice,
    compile,
    step: { median: step, low: step, high: step },
    samples: 10,
  });
  const lane: Choice = { strategy: 'lane', space: 'weight', lanes: 1, draws: 'ahead', tile: 'none' };
  const eight: Choice = { strategy: 'group', space: 'data', lanes: 8, draws: 'inside', tile: 'none' };
  // What the model prefers for long and for short runs is among them.
  const usual: Choice = { strategy: 'lane', space: 'data', lanes: 1, draws: 'ahead', tile: 'none' };
  const four: Choice = { strategy: 'group', space: 'data', lanes: 4, draws: 'inside', tile: 'none' };
  const entry = {
    date: '2026-01-02T03:04:05Z',
    measured: [of(lane, 2, 1e-6), of(eight, 0.5, 3e-6), of(usual, 9, 2e-6), of(four, 1, 5e-6)],
  } as Pick<TunedEntry, 'date' | 'measured'> as TunedEntry;

  test('is the cheapest of what was measured, for the length of the run', () => {
    const long = choosePlan(asked({ steps: 1e7 }), {}, entry);
    expect(long).toMatchObject({ ...lane, basis: 'tuned' });
    expect(long.reason).toContain('about 12 s for 10000000 steps, as measured here on 2026-01-02');
    expect(choosePlan(asked({ steps: 1e4 }), {}, entry)).toMatchObject({ ...eight, basis: 'tuned' });
  });

  test('shows both, and says of the others that they were not measured', () => {
    const { candidates, tuned } = explainPlan(asked({ steps: 1e7 }), {}, entry);
    expect(tuned).toBe(entry);
    expect(candidates.find((c) => sameChoice(c.choice, eight))).toMatchObject({
      measured: entry.measured[1],
      lost: '2.5 times as long in all: a step takes 3 µs instead of 1 µs',
    });
    const other = candidates.find(({ choice }) => choice.strategy === 'group' && choice.space === 'weight');
    expect(other).toMatchObject({ total: null, lost: 'it was not measured' });
  });

  test('is made only where what the model prefers was measured; otherwise the model decides, and it is told', () => {
    const few = { ...entry, measured: entry.measured.slice(0, 2) };
    const { plan, tuned, missing } = explainPlan(asked({ steps: 1e7 }), {}, few);
    expect(plan).toMatchObject({ ...usual, basis: 'model' });
    expect({ tuned, missing }).toEqual({ tuned: null, missing: usual });
    expect(explainPlan(asked({ steps: 1e7 }), {}, entry).missing).toBeNull();
  });

  test('does not rest on single looks, which older findings may be; they are shown', () => {
    const steps = { steps: 1e7 };
    const looked = (choice: Choice) => ({
      ...entry,
      measured: entry.measured.map((m) => (sameChoice(m.choice, choice) ? { ...m, samples: 5 } : m)),
    });
    // The fastest one was only looked at: the next of what was measured.
    const { plan, candidates } = explainPlan(asked(steps), {}, looked(lane));
    expect(plan).toMatchObject({ ...usual, basis: 'tuned' });
    const shown = candidates.find((c) => sameChoice(c.choice, lane));
    expect(shown).toMatchObject({ measured: { samples: 5 }, total: null, lost: '5 of 6 samples decide nothing' });
    // What the model prefers was only looked at: the model.
    expect(explainPlan(asked(steps), {}, looked(usual))).toMatchObject({
      plan: { ...usual, basis: 'model' },
      tuned: null,
      missing: usual,
    });
  });

  test('keeps wishes, and falls back on the model where nothing measured fits them', () => {
    expect(choosePlan(asked({ steps: 1e7 }), { strategy: 'group', space: 'data' }, entry)).toMatchObject({
      ...eight,
      basis: 'pinned',
    });
    const { plan, tuned } = explainPlan(asked({ steps: 1e7 }), { strategy: 'group', space: 'weight' }, entry);
    expect(plan).toMatchObject({ strategy: 'group', space: 'weight', lanes: 4, basis: 'pinned' });
    expect(tuned).toBeNull();
  });
});
