/** Settings as users give them: by flags, by config files, and by what earlier runs have left. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readWeights } from '../../../src/host/files/node.ts';
import '../../gpu.ts';
import { stackTrace, useProgram } from '../program.ts';

const { flatwalk, folder } = useProgram();

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return name;
};
const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');
const summaryOf = (name: string) => JSON.parse(read(name, 'summary.json'));
/** As words of 32 bits: what is compared are bits. */
const bitsOf = (name: string) => {
  const { theta } = readWeights(join(folder, name, 'weights.npz'));
  return new Uint32Array(theta.buffer, theta.byteOffset, theta.length);
};
const good = file('good.csv', 'a,b,c,y\n1,0,0.5,2\n0,1,-1,-3\n0.6,0.8,0.1,2.5\n');

async function runs(...args: string[]): Promise<string> {
  const { code, out, err } = await flatwalk(['run', ...args]);
  expect(code, err).toBe(0);
  return out;
}

describe('what a run was is the same run again, bit for bit', () => {
  const generated = ['--generate', 'unit', '--n', '4', '--d', '6', '--labels', 'teacher', '--data-seed', '3'];
  const schedules = [
    '--step-size-schedule',
    'cosine,final=0.1,warmup=20',
    '--noise-schedule',
    'step,every=50,factor=0.5',
  ];
  const cases: [name: string, args: string[]][] = [
    ['generated data, schedules and replicas', [...generated, ...schedules, '--replicas', '3', '--noise', '0.5']],
    [
      'a table, scaled, in mini-batches',
      ['--data', good, '--target', 'y', '--scale', 'both', '--batch', '2', '--replicas', '2'],
    ],
  ];
  test.each(cases)('%s', async (name, args) => {
    const key = name.split(' ')[0];
    const all = [...args, '--width', '5', '--seed', '7', '--steps', '250'];
    await runs(...all, '--out', `${key}-first`);
    file(`${key}.json`, await runs(...all, '--print-config'));
    // What was open is decided: a run of any plan would do, and measured plans are not asked.
    const { config } = JSON.parse(read(`${key}.json`));
    expect(config).toMatchObject({ stepSize: expect.any(Number), every: 3, pin: { strategy: expect.any(String) } });
    await runs(`${key}.json`, '--out', `${key}-printed`);
    await runs(join(`${key}-first`, 'summary.json'), '--out', `${key}-again`);
    for (const again of [`${key}-printed`, `${key}-again`]) {
      expect(bitsOf(again)).toEqual(bitsOf(`${key}-first`));
      expect(read(again, 'metrics.ndjson')).toBe(read(`${key}-first`, 'metrics.ndjson'));
      expect(summaryOf(again).config).toEqual(summaryOf(`${key}-first`).config);
    }
    await runs(`${key}.json`, '--seed', '8', '--out', `${key}-other`);
    expect(bitsOf(`${key}-other`)).not.toEqual(bitsOf(`${key}-first`));
  });

  test('weights go from one run to the next', async () => {
    const args = ['--data', good, '--target', 'y', '--width', '2', '--second-layer', '1,0.5', '--steps', '0'];
    await runs(...args, '--replicas', '2', '--out', 'start');
    const from = ['--data', good, '--target', 'y', '--weights', 'start/weights.npz', '--steps', '0'];
    await runs(...from, '--out', 'taken');
    expect(bitsOf('taken')).toEqual(bitsOf('start'));
    expect(summaryOf('taken').config).toMatchObject({ width: 2, replicas: 2 });
    expect(summaryOf('taken').finalMetrics).toEqual(summaryOf('start').finalMetrics);
    await runs('taken/summary.json', '--out', 'taken-again');
    expect(bitsOf('taken-again')).toEqual(bitsOf('start'));
  });

  test('other data under the same name are refused', async () => {
    const data = file('changing.csv', read(good));
    file('changing.json', await runs('--data', data, '--target', 'y', '--steps', '5', '--print-config'));
    file(data, read(good).replace('2.5', '2.6'));
    const changed = await flatwalk(['run', 'changing.json', '--out', 'changed']);
    expect(changed).toMatchObject({
      code: 2,
      err: expect.stringContaining('The data in changing.csv are not those that'),
    });
    file(data, `${read(good)}1,1,1,1\n`);
    const longer = await flatwalk(['run', 'changing.json', '--out', 'changed']);
    expect(longer).toMatchObject({
      code: 2,
      err: expect.stringContaining('There are 4 data points, and the config was'),
    });
    expect(existsSync(join(folder, 'changed'))).toBe(false);
  });
});

describe('a rule for stopping', () => {
  test('ends the run at the row that meets it in all replicas, and says so', async () => {
    const args = ['--generate', 'unit', '--n', '3', '--d', '5', '--width', '4', '--replicas', '2', '--noise', '0'];
    const rule = ['--metrics', 'stableRank', '--stop-when', 'loss<1e-3'];
    const out = await runs(...args, ...rule, '--steps', '100000', '--every', '50', '--out', 'stopped');
    const { outcome, config, finalMetrics } = summaryOf('stopped');
    expect(outcome).toEqual({ kind: 'stopped', step: expect.any(Number), reason: 'loss<0.001 in all replicas' });
    expect(out).toContain(`Stopped at step ${outcome.step}: loss<0.001 in all replicas.`);
    expect(config.metrics).toEqual(['stableRank', 'loss']);
    const rows = read('stopped', 'metrics.ndjson')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.at(-1).step).toBe(outcome.step);
    expect(rows.at(-1).loss).toEqual(finalMetrics.loss);
    for (const row of rows) expect(Math.max(...row.loss) < 1e-3, `step ${row.step}`).toBe(row.step === outcome.step);
  });
});

describe('is what it says', () => {
  const relu = ['--activation', 'relu', '--weights', file('one.json', '{"theta": [[1]]}'), '--metrics', 'loss'];

  test('labels as one column are labels', async () => {
    for (const y of ['[1, 2, 3]', '[[1], [2], [3]]']) {
      const data = file('column.json', `{"X": [[1], [2], [3]], "y": ${y}}`);
      await runs('--data', data, ...relu, '--steps', '0', '--out', 'column', '--force');
      expect(summaryOf('column').finalMetrics.loss).toEqual([0]);
    }
  });

  test('no step gives the start, and a step size of 0 keeps it', async () => {
    const args = ['--data', good, '--target', 'y', '--width', '3'];
    await runs(...args, '--steps', '0', '--out', 'none');
    await runs(...args, '--steps', '10', '--step-size', '0', '--out', 'still');
    expect(bitsOf('still')).toEqual(bitsOf('none'));
    expect(summaryOf('still').finalMetrics).toEqual(summaryOf('none').finalMetrics);
  });

  test('a run that diverges names its step size and a stable one, and its files stay JSON', async () => {
    const args = ['--data', good, '--target', 'y', '--step-size', '10', '--steps', '200', '--out', 'diverged'];
    const { code, out } = await flatwalk(['run', ...args]);
    expect(code).toBe(1);
    const { outcome, stable } = summaryOf('diverged');
    expect(outcome).toMatchObject({ kind: 'diverged', step: expect.any(Number) });
    expect(out).toContain(`DIVERGED at step ${outcome.step}`);
    expect(out).toContain(
      `The step size was 10.0; at the start those below ${stable.stepSize.toPrecision(3)} (1 / the`,
    );
    expect(out).toContain(`A step size of 10.0 is above ${stable.stepSize.toPrecision(3)}`);
    expect(out).not.toMatch(/NaN|Infinity/);
    for (const line of read('diverged', 'metrics.ndjson').trim().split('\n')) JSON.parse(line);
  });
});

describe('is refused, with what to do, exit 2, and leaves no folder', () => {
  file('nan.csv', 'x,y\n1,1\nNaN,1\n2,2\n');
  file('infinite.csv', 'x,y\n1,1\n2,Infinity\n');
  file('header.csv', 'x,y\n');
  file('two.json', '{"X": [[1], [2], [3]], "y": [1, 2]}');
  file('six.json', '{"X": [[1], [2], [3]], "y": [1, 2, 3, 4, 5, 6]}');
  file('twice.csv', 'a,b,c,y\n1,2,3,1\n1,2,3,2\n');
  file('misspelt.json', '{"data": "good.csv", "target": "y", "stepsize": 0.1}');
  file('broken.json', '{"data": "good.csv",\n "target": }');
  const csv = ['--data', good, '--target', 'y'];
  const unit = ['--generate', 'unit'];
  const cases: [args: string[], message: RegExp][] = [
    [[], /There is no problem\n {2}Give --data and --target, or --generate\./],
    [
      ['--data', good],
      /good\.csv: it is not said which column has the labels\n {2}Name it with --target\. Its columns/,
    ],
    [[...unit, '--n', '0'], /'--n <count>' argument '0' is invalid\n {2}It must be a whole number, 1 or more\./],
    [[...unit, '--d', '0'], /'--d <count>' argument '0' is invalid/],
    [[...unit, '--width', '0'], /'--width <m>' argument '0' is invalid/],
    [['--data', 'header.csv', '--target', 'y'], /there are no rows|it has no rows/],
    [['--data', 'nan.csv', '--target', 'y'], /line 3, column 'x': 'NaN' is not a number/],
    [['--data', 'infinite.csv', '--target', 'y'], /line 3, column 'y': 'Infinity' is not a number/],
    [['--data', 'two.json'], /X has 3 rows and y has 2 labels/],
    [['--data', 'six.json'], /X has 3 rows and y has 6 labels/],
    [[...csv, '--generate', 'unit'], /There are two data sets: --data and --generate\n {2}Leave out one of them\./],
    [[...csv, '--n', '3'], /There is no --generate, so --n has no part in it/],
    [[...csv, '--weights', 'one.json', '--init-std', '1'], /There are two starts: --weights and --init-std/],
    [[...csv, '--weights', 'one.json'], /one\.json: it has 1 weights a neuron, and the data have 3 dimensions/],
    [['misspelt.json'], /misspelt\.json: there is no setting 'stepsize'\n {2}Did you mean stepSize\?/],
    [['broken.json'], /broken\.json: line 2, column 12: it is no JSON/],
    [['brokn.json'], /Cannot read brokn\.json: there is no such file\n {2}Did you mean broken\.json\?/],
    [[...csv, '--stop-wehn', 'loss<1'], /unknown option '--stop-wehn'\n {2}Did you mean --stop-when\?/],
    [[...csv, '--stop-when', 'los<1'], /There is no metric 'los'\. Did you mean loss\?/],
    [[...unit, '--noise-schedule', 'step,every=0,factor=1'], /The schedule has every 0\. Give a whole number from 1/],
    [
      [...unit, '--step-size-schedule', 'cosine,warmup=50', '--steps', '50'],
      /stepSizeSchedule has a warmup of 50 of 50 steps/,
    ],
    [['--generate', 'orthonormal', '--n', '5', '--d', '3'], /no n = 5 orthonormal points in d = 3 dimensions/],
    [[...unit, '--n', '5', '--d', '3', '--init', 'sign-matched'], /linearly independent inputs, and 5 points in 3/],
    [['--data', 'twice.csv', '--target', 'y', '--init', 'sign-matched'], /Gram matrix of the data is singular/],
    [
      ['--data', 'twice.csv', '--target', 'y', '--retract-first'],
      /does not come to the zero-loss manifold|left the range/,
    ],
    [
      [...csv, '--metrics', 'gap', '--activation', 'tanh', '--width', '2'],
      /'gap' does not exist here: No z has .* = 1 for/,
    ],
    [[...unit, '--n', '100000', '--d', '100000'], /more than the 67108864 numbers .*\n {2}Take 671 points or fewer\./],
    [[...unit, '--d', '1000', '--width', '100000'], /more than 67108864 weights\n {2}Use --width 67108 at most/],
  ];
  test.each(cases)('%j', async (args, message) => {
    const { code, out, err } = await flatwalk(['run', ...args, '--out', 'refused']);
    expect(err).toMatch(message);
    expect(code).toBe(2);
    expect(out + err).not.toMatch(stackTrace);
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  });
});
