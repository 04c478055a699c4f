/** Grids of settings: their axes as text, and their ensembles against runs of their own. */
import { afterAll, describe, expect, test } from 'vitest';
import type { Engine, MetricRow } from '../../src/engine/index.ts';
import { generateData } from '../../src/host/config/generate.ts';
import { axisValues, formatGrid, type Grid, parseGrid, suggestGrid } from '../../src/host/config/grid.ts';
import { problemOptions } from '../../src/host/config/problem.ts';
import { resolve } from '../../src/host/config/resolve.ts';
import type { Given } from '../../src/host/config/table.ts';
import { surveyGrid, trainGrid } from '../../src/host/tasks/grid.ts';
import {
  cellValues,
  ensemblesOf,
  type GridEvent,
  type GridOptions,
  type GridPlace,
  type GridResult,
} from '../../src/host/tasks/grid-cells.ts';
import { openSetup, startingWeights } from '../../src/host/tasks/setup.ts';
import { openTestEngine } from '../engine/support.ts';

const small: Given = {
  generate: 'unit',
  n: 3,
  d: 5,
  dataSeed: 1,
  width: 4,
  initStd: 0.5,
  seed: 2,
  steps: 200,
  noise: 1,
};
const settings = resolve({ flags: small });

describe('axes as text', () => {
  test('are read and written', () => {
    const text = 'stepSize:0.0001..0.01:5,noise:0.1..4:3';
    expect(formatGrid(parseGrid(text))).toBe(text);
    expect(parseGrid(' stepSize:1e-4..1e-2:5, noise:.1..4:3')).toEqual(parseGrid(text));
  });

  test('values are equal factors apart, and whole where they must be', () => {
    expect(axisValues(parseGrid('stepSize:1e-4..1e-2:5,n:2..4:3').x)).toEqual([1e-4, 3.16e-4, 1e-3, 3.16e-3, 1e-2]);
    expect(axisValues({ key: 'width', low: 2, high: 32, count: 5 })).toEqual([2, 4, 8, 16, 32]);
    expect(axisValues({ key: 'n', low: 2, high: 4, count: 9 })).toEqual([2, 3, 4]);
    expect(axisValues({ key: 'noise', low: 3, high: 3, count: 1 })).toEqual([3]);
  });

  test.each([
    ['', 'two axes'],
    ['stepSize:1..2:3', 'two axes'],
    ['stepSize:1..2:3,stepSize:1..2:3', 'Both axes are stepSize'],
    ['stepSize:1..2:3,nosie:1..2:3', 'Did you mean noise'],
    ['stepSize:1..2:3,__proto__:1..2:3', "'__proto__' cannot be an axis"],
    ['stepSize:0..2:3,noise:1..2:3', 'no range from 0 to 2'],
    ['stepSize:2..1:3,noise:1..2:3', 'no range from 2 to 1'],
    ['stepSize:1..Infinity:3,noise:1..2:3', 'no range from 1 to Infinity'],
    ['stepSize:1..2:17,noise:1..2:3', 'there cannot be 17 values'],
    ['stepSize:1..2:1e9,noise:1..2:3', 'there cannot be 1000000000 values'],
    ['stepSize:1..1:3,noise:1..2:3', '3 values from 1 to 1'],
    ['width:0.1..2:3,noise:1..2:3', '0 is not allowed'],
    ['stepSize:1..1e39:3,noise:1..2:3', 'is not allowed'],
    ['stepSize:x..y:z,noise:1..2:3', 'no range from NaN to NaN'],
    ['stepSize: .. : ,noise:1..2:3', 'is no axis'],
    ['<img src=x onerror=alert(1)>,noise:1..2:3', 'is no axis'],
  ])('%s is refused: %s', (text, words) => {
    expect(() => parseGrid(text)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
    expect(() => parseGrid(text)).toThrow(words);
  });

  test('the suggestion reaches beyond the stable step size, and can be read again', () => {
    const grid = suggestGrid(settings, 0.05, 6);
    const steps = axisValues(grid.x);
    expect(steps[0]).toBeLessThan(0.01);
    expect(steps[5]).toBeGreaterThan(0.05);
    expect(parseGrid(formatGrid(grid))).toEqual(grid);
    expect(parseGrid(formatGrid(suggestGrid({ ...settings, noise: 0 }, null, 4)))).toBeDefined();
  });
});

test('cells of one shape are one ensemble, every other shape has its own', () => {
  const grid = parseGrid('width:2..4:3,noise:1..2:2');
  expect(ensemblesOf(grid)).toEqual([
    { cells: [0, 3], shape: { width: 2 } },
    { cells: [1, 4], shape: { width: 3 } },
    { cells: [2, 5], shape: { width: 4 } },
  ]);
  expect(cellValues(grid, 4)).toEqual({ width: 3, noise: 2 });
  expect(ensemblesOf(parseGrid('stepSize:1..2:3,noise:1..2:2')).map(({ cells }) => cells)).toEqual([
    [0, 1, 2, 3, 4, 5],
  ]);
});

let engine: Engine | undefined;
afterAll(() => engine?.dispose());

interface Trained {
  readonly events: readonly GridEvent[];
  readonly result: GridResult;
  readonly rows: (ensemble: number) => MetricRow[];
}

async function trained(o: GridOptions, resume?: GridPlace | null, stopAt = Number.POSITIVE_INFINITY): Promise<Trained> {
  engine ??= await openTestEngine();
  const events: GridEvent[] = [];
  const stop = new AbortController();
  const emit = (event: GridEvent) => {
    events.push(event);
    if (event.kind === 'row' && event.row.step >= stopAt) stop.abort();
  };
  const result = await trainGrid(engine, o, generateData, { emit, signal: stop.signal }, resume);
  const rows = (ensemble: number) =>
    events.flatMap((event) =>
      event.kind === 'row' && event.ensemble === ensemble && !event.passing ? [event.row] : [],
    );
  return { events, result, rows };
}

const startOf = ({ events }: Trained, ensemble: number) => {
  const found = events.find((event) => event.kind === 'ensemble' && event.ensemble === ensemble);
  if (found?.kind !== 'ensemble') throw new Error(`ensemble ${ensemble} has not begun`);
  return found;
};

/** A run of so many replicas with the same settings for all, all from the starts of the cells. */
async function alone(given: Given, repeats: number, replicas: number): Promise<MetricRow> {
  engine ??= await openTestEngine();
  const own = resolve({ flags: { ...small, ...given, replicas: repeats } });
  const o = problemOptions(own, generateData(own), null);
  const starts = startingWeights(o);
  const weights = Float32Array.from(
    { length: (replicas / repeats) * starts.length },
    (_, k) => starts[k % starts.length],
  );
  const { problem, settings } = await openSetup(
    engine,
    { ...o, replicas, start: { kind: 'weights', weights } },
    () => {},
  );
  try {
    const metrics = ['loss', 'stableRank', 'disagreement', 'gap'] as const;
    let last: MetricRow | undefined;
    await problem.train({ ...settings, steps: own.steps, metrics }).finish((row) => {
      last = row;
    });
    if (!last) throw new Error('there was no row');
    return last;
  } finally {
    problem.dispose();
  }
}

describe('an ensemble', () => {
  const grid = parseGrid('stepSize:0.002..0.02:2,noise:0.5..2:2');
  const o: GridOptions = { settings, grid, repeats: 2 };

  test('has in each cell, bit for bit, what a run with its step size and noise has in the same replica', async () => {
    const found = await trained(o);
    expect(found.result).toMatchObject({ outcomes: [{ kind: 'finished', step: 200 }], next: null });
    const start = startOf(found, 0);
    expect(start).toMatchObject({ replicas: 8, samples: 3, dimension: 5, width: 4 });
    expect(start.stepSizes).toEqual([0.002, 0.02, 0.002, 0.02]);
    const rows = found.rows(0);
    expect(rows[0].step).toBe(0);
    expect(rows.at(-1)?.step).toBe(200);
    const last = rows.at(-1) as MetricRow;
    for (let cell = 0; cell < 4; cell++) {
      const single = await alone(cellValues(grid, cell), 2, 8);
      for (const [metric, values] of Object.entries(last.values)) {
        const same = single.values[metric as keyof MetricRow['values']];
        for (const replica of [2 * cell, 2 * cell + 1]) expect(values[replica], metric).toBe(same?.[replica]);
      }
    }
    // The cells are different runs.
    expect(new Set(last.values.loss).size).toBe(8);
  });

  test('begins all cells alike', async () => {
    const [first] = (await trained(o)).rows(0);
    for (const values of Object.values(first.values)) {
      for (const [replica, value] of values.entries()) expect(value).toBe(values[replica % 2]);
    }
  });

  test('that is paused goes on to the same rows', async () => {
    const whole = await trained(o);
    const part = await trained(o, null, 60);
    expect(part.result.next?.ensemble).toBe(0);
    const rest = await trained(o, part.result.next);
    expect(rest.result.next).toBeNull();
    expect(rest.events.some(({ kind }) => kind === 'ensemble')).toBe(false);
    expect([...part.rows(0), ...rest.rows(0)]).toEqual(whole.rows(0));
  });

  test('goes on without the cells that diverge', async () => {
    const wild = parseGrid('stepSize:0.002..20:2,noise:0.5..2:2');
    const found = await trained({ settings, grid: wild, repeats: 1 });
    const last = found.rows(0).at(-1) as MetricRow;
    expect(last.diverged.map(({ replica }) => replica)).toEqual([1, 3]);
    expect(last.step).toBe(200);
    for (const replica of [0, 2]) expect(Number.isFinite(last.values.loss?.[replica])).toBe(true);
  });
});

test('widths and numbers of samples have ensembles of their own shape, and auto is found for each', async () => {
  const grid = parseGrid('width:2..4:2,n:2..3:2');
  const found = await trained({ settings, grid, repeats: 1 });
  expect(found.result.outcomes.map(({ kind }) => kind)).toEqual(['finished', 'finished', 'finished', 'finished']);
  for (let cell = 0; cell < 4; cell++) {
    const start = startOf(found, cell);
    const { width, n } = cellValues(grid, cell);
    expect(start).toMatchObject({ width, samples: n, replicas: 1 });
    // One cell an ensemble: it is the run of the command with these settings.
    const single = await alone({ width, n, stepSize: start.stepSizes[0] }, 1, 1);
    expect(found.rows(cell).at(-1)?.values.loss).toEqual(single.values.loss);
  }
  const survey = await surveyGrid(engine as Engine, { settings, grid, repeats: 1 }, generateData);
  expect(survey.map(({ stepSizes }) => stepSizes)).toEqual([0, 1, 2, 3].map((cell) => startOf(found, cell).stepSizes));
  expect(survey[0].stable?.stepSize).toBeGreaterThan(0);
});

test('where there is no optimum there is no gap, and the rest is measured', async () => {
  // No tanh is as large as the share of a label that each neuron would have.
  const tanh = resolve({ flags: { ...small, activation: 'tanh', labelRange: [20, 30], steps: 20 } });
  const found = await trained({ settings: tanh, grid: parseGrid('stepSize:0.01..0.02:2,noise:1..2:1'), repeats: 1 });
  expect(startOf(found, 0).traceOptimum).toBeNull();
  expect(Object.keys(found.rows(0)[0].values)).toEqual(['loss', 'stableRank', 'disagreement']);
});

describe('too much is refused before anything is made', () => {
  const grid: Grid = parseGrid('stepSize:1e-3..1e-2:16,noise:1..2:16');
  const never = () => {
    throw new Error('data were made');
  };
  const refused = async (o: GridOptions, dataOf = generateData) => {
    engine ??= await openTestEngine();
    const before = engine.held.bytes;
    await trainGrid(engine, o, dataOf, { emit: never, signal: new AbortController().signal }).then(
      () => {
        throw new Error('it was not refused');
      },
      (error: unknown) => {
        expect(error).toMatchObject({ code: expect.stringMatching(/LIMIT|BAD_ARGUMENT/) });
      },
    );
    expect(engine.held.bytes).toBe(before);
  };

  test('curves of too many numbers', () => refused({ settings, grid, repeats: 200 }, never));
  test('too many weights', () =>
    refused({ settings: resolve({ flags: { ...small, d: 1000, width: 300 } }), grid, repeats: 1 }));
  test('samples of a file', () => {
    const file = resolve({ flags: { data: 'a.csv', target: 'y' } });
    return refused({ settings: file, grid: parseGrid('n:1..2:2,noise:1..2:2'), repeats: 1 }, never);
  });
  test('no replicas', () => refused({ settings, grid, repeats: 0 }, never));
});

test('a device that is lost ends it with its code, and the grid goes on from the last place that was told', async () => {
  const o: GridOptions = { settings, grid: parseGrid('width:2..4:2,noise:1..2:2'), repeats: 1 };
  const whole = await trained(o);
  const own = await openTestEngine();
  const events: GridEvent[] = [];
  const emit = (event: GridEvent) => {
    events.push(event);
    // In the second ensemble, which is begun again from its start.
    if (event.kind === 'row' && event.ensemble === 1 && event.row.step > 0) own.device.destroy();
  };
  const lost = trainGrid(own, o, generateData, { emit, signal: new AbortController().signal }, null);
  await expect(lost).rejects.toMatchObject({ code: 'DEVICE_LOST' });
  own.dispose();
  const places = events.flatMap((event) => (event.kind === 'place' ? [event.place] : []));
  expect(places.at(-1)).toEqual({ ensemble: 1, checkpoint: null });
  const rest = await trained(o, places.at(-1));
  expect(rest.result.next).toBeNull();
  expect(rest.rows(1)).toEqual(whole.rows(1));
});
