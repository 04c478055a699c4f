import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { planFields } from '../../src/engine/index.ts';
import type { Claim } from '../../src/host/experiments/claims.ts';
import { useBuilt } from '../built.ts';
import '../gpu.ts';
import { usePages, withoutBrowser } from '../page/pages.ts';

const folder = mkdtempSync(join(tmpdir(), 'flatwalk-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const program = useBuilt('cli');
if (!withoutBrowser) usePages();
const root = new URL('../..', import.meta.url).pathname;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Circumstances {
  readonly env?: Record<string, string>;
  /** Sent once, when there are rows in the results folder. */
  readonly signal?: { readonly name: NodeJS.Signals; readonly folder: string };
}

/** Not the user's own, which would decide plans. */
const tuned = { FLATWALK_TUNE_FILE: join(folder, 'tuned.json') };

function flatwalk(args: string[], { env, signal }: Circumstances = {}): Promise<Ended> {
  return new Promise((done) => {
    const options = { cwd: folder, env: { ...process.env, ...tuned, ...env }, maxBuffer: 2 ** 26 };
    const child = execFile(process.execPath, [program, ...args], options, (_, out, err) => {
      clearInterval(looking);
      done({ code: child.exitCode, out, err });
    });
    const looking = setInterval(() => {
      if (!signal || !existsSync(join(folder, signal.folder, 'metrics.ndjson'))) return;
      if (rowsOf(signal.folder).length === 0) return;
      clearInterval(looking);
      child.kill(signal.name);
    }, 20);
  });
}

/** The rows of a results folder. Every line must be a whole one. */
function rowsOf(name: string) {
  const lines = readFileSync(join(folder, name, 'metrics.ndjson'), 'utf8').split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line));
}

function summaryOf(name: string) {
  return JSON.parse(readFileSync(join(folder, name, 'summary.json'), 'utf8'));
}

/** Of an exception, not of a message. */
const stackTrace = /^\s+at .*[:(]/m;

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

const good = file('good.csv', 'a,b,y\n1,0,2\n0,1,-3\n0.6,0.8,2.5\n');
const run = ['run', '--data', good, '--target', 'y'];

describe('usage', () => {
  test('help teaches with an example, version is the package’s', async () => {
    const help = await flatwalk(['run', '--help']);
    expect(help.code).toBe(0);
    expect(help.out).toContain('Examples: flatwalk run');
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect((await flatwalk(['--version'])).out.trim()).toBe(version);
  });

  test('a wrong flag is met with the right one, exit 2', async () => {
    const { code, err } = await flatwalk([...run, '--widht', '3']);
    expect(code).toBe(2);
    expect(err).toContain('Did you mean --width?');
  });

  test('an unknown adapter is met with the names there are, exit 2', async () => {
    const asked = await flatwalk([...run, '--adapter', 'voodoo', '--out', 'adapter']);
    const inherited = await flatwalk([...run, '--out', 'adapter'], { env: { FLATWALK_ADAPTER: 'voodoo' } });
    for (const { code, err } of [asked, inherited]) {
      expect(code).toBe(2);
      expect(err).toContain('voodoo');
      expect(err).toContain('auto, hardware, lavapipe, swiftshader');
    }
    expect(existsSync(join(folder, 'adapter'))).toBe(false);
  });

  const values: [option: string, value: string, message: RegExp][] = [
    ...['--width', '--replicas', '--every'].flatMap((option): [string, string, RegExp][] => [
      [option, '0', /whole number, 1 or more\./],
      [option, '-1', /whole number, 1 or more\./],
      [option, '1.5', /whole number, 1 or more\./],
    ]),
    ['--batch', '0', /whole number, 1 or more, or 'full'\./],
    ['--step-size', '-1', /0 or more, within the range of f32, or 'auto'\./],
    ['--noise', '-0.1', /0 or more/],
    ['--noise', '1e39', /range of f32/],
    ['--init-std', '-1', /0 or more/],
    ['--init-std', 'NaN', /0 or more/],
    ['--steps', '4294967295', /4294967294 at most/],
    ['--steps', '', /whole number, 0 or more/],
  ];
  test.each(values)('%s %s is refused in the words of the option, exit 2', async (option, value, message) => {
    const { code, err } = await flatwalk([...run, option, value, '--out', 'usage']);
    expect(code).toBe(2);
    expect(err).toContain(`option '${option} <`);
    expect(err).toMatch(message);
    expect(existsSync(join(folder, 'usage'))).toBe(false);
  });

  test('a network too large is refused before anything is allocated', async () => {
    for (const width of ['100000000', '1000000000000']) {
      const { code, err } = await flatwalk([...run, '--width', width, '--out', 'large']);
      expect(code).toBe(2);
      expect(err).toContain(`--width ${width} with 2 input columns`);
      expect(err).toContain('Use --width 33554432 at most');
    }
  });

  test('what fails around it is exit 5', async () => {
    const file = await flatwalk([...run, '--steps', '1', '--out', `${good}/inside`]);
    expect(file).toMatchObject({ code: 5, err: expect.stringContaining('Cannot write results to') });
    if (process.platform === 'linux') {
      const proc = await flatwalk([...run, '--steps', '1', '--out', '/proc/none/results']);
      expect(proc).toMatchObject({ code: 5, err: expect.stringContaining('Cannot write results to /proc/none') });
    }
    const browser = await flatwalk(['verify', '--in', 'chrome'], {
      env: { FLATWALK_BROWSER: 'auto', PUPPETEER_EXECUTABLE_PATH: join(folder, 'no-browser') },
    });
    expect(browser).toMatchObject({ code: 5, err: expect.stringContaining('no-browser') });
    expect(file.err + browser.err).not.toMatch(stackTrace);
  });
});

describe('with --json a failure is one document on stdout', () => {
  const failed = async (args: string[], circumstances?: Circumstances) => {
    const { code, out, err } = await flatwalk([...args, '--json'], circumstances);
    expect(out + err).not.toMatch(stackTrace);
    return { code, document: JSON.parse(out) };
  };

  test('before there is an adapter: a file', async () => {
    const { code, document } = await failed(['run', '--data', 'nowhere.csv', '--target', 'y', '--width', '3']);
    expect(code).toBe(2);
    expect(document).toMatchObject({ schema: 2, command: 'run', config: { data: 'nowhere.csv', width: 3 } });
    expect(document.outcome).toEqual({
      kind: 'failed',
      code: 'BAD_ARGUMENT',
      message: expect.stringContaining('Cannot read nowhere.csv'),
      // In full, whatever the folder of temporary files is called.
      fix: expect.stringMatching(/^Check the path\. It is looked for in .*[^.]\.$/),
    });
  });

  test('before there is a command: a value', async () => {
    const { code, document } = await failed([...run, '--width', '0']);
    expect(code).toBe(2);
    expect(document).toMatchObject({ schema: 2, command: 'run', outcome: { kind: 'failed', code: 'BAD_ARGUMENT' } });
    expect(document.outcome.message).toContain("'--width <m>' argument '0' is invalid");
  });

  test('after there is an adapter: a metric', async () => {
    // tanh has no values beyond 1, and the labels are larger.
    const args = ['--metrics', 'gap', '--activation', 'tanh', '--width', '2', '--out', 'refused'];
    const { code, document } = await failed([...run, ...args]);
    expect(code).toBe(2);
    expect(document.environment.adapter.name).not.toBe('');
    expect(document.outcome).toMatchObject({
      kind: 'failed',
      code: 'NOT_DEFINED',
      message: expect.stringMatching(/^The metric 'gap' does not exist here: [^\n]*whose values fill \(-1, 1\)[^\n]*$/),
    });
  });
});

describe('bad data is refused with its place, and leaves no folder', () => {
  const cases: [name: string, text: string, message: RegExp][] = [
    ['empty cell', 'x,y\n1,\n3,4\n', /line 2, column 'y': the cell is empty/],
    ['spaces', 'x,y\n1,2\n3,   \n', /line 3, column 'y': the cell is empty/],
    ['NA', 'x,y\nNA,1\n', /line 2, column 'x': 'NA' is not a number/],
    ['NaN', 'x,y\n1,NaN\n', /line 2, column 'y': 'NaN' is not a number/],
    ['infinity', 'x,y\n1,Infinity\n', /'Infinity' is not a number/],
    ['semicolons', 'x;y\n1,5;2\n', /the separator looks like ';'\n {2}Save it with commas/],
    ['tabs', 'x\ty\n1\t2\n', /the separator looks like a tab\n {2}Save it with commas, or call it \.tsv/],
    [
      'comma in a number',
      'x,y\n"1,5",2\n',
      /line 2, column 'x': '1,5' is not a number\n {2}Write decimals with a point/,
    ],
    ['too large for f32', 'x,y\n1e39,2\n', /line 2, column 'x': 1e39 is outside the range of f32/],
    ['too small for f32', 'x,y\n1,2\n1,-4e38\n', /line 3, column 'y': -4e38 is outside the range of f32/],
    ['unequal rows', 'x,y\n1,2\n3\n', /line 3 has 1 cells, the header has 2/],
    ['only a header', 'x,y\n', /there are no rows/],
    ['empty file', '', /it is empty/],
    ['header twice', 'y,y\n1,2\n', /two columns are called 'y'/],
    ['no input', 'y\n1\n', /there is no input column/],
  ];
  for (const [name, text, message] of cases) {
    test(name, async () => {
      const data = file(`${name.replaceAll(' ', '-')}.csv`, text);
      const { code, err, out } = await flatwalk(['run', '--data', data, '--target', 'y', '--out', 'refused']);
      expect(code).toBe(2);
      expect(err).toMatch(message);
      expect(err + out).not.toMatch(stackTrace);
      expect(existsSync(join(folder, 'refused'))).toBe(false);
    });
  }

  test('an input named twice', async () => {
    const { code, err } = await flatwalk([...run, '--inputs', 'a, b,a', '--out', 'refused']);
    expect(code).toBe(2);
    expect(err).toContain("good.csv: 'a' is twice in --inputs");
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  });

  test('a metric that does not exist', async () => {
    const { code, err } = await flatwalk([...run, '--metrics', 'los', '--out', 'refused']);
    expect(code).toBe(2);
    expect(err).toContain("There is no metric 'los'");
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  });
});

describe('run', () => {
  test('a byte-order mark and CRLF change nothing', async () => {
    const args = ['--target', 'y', '--steps', '20', '--every', '10', '--width', '3', '--seed', '4'];
    const text = readFileSync(join(folder, good), 'utf8');
    file('bom.csv', `\uFEFF${text.replaceAll('\n', '\r\n')}`);
    expect((await flatwalk(['run', '--data', good, ...args, '--out', 'plain'])).code).toBe(0);
    expect((await flatwalk(['run', '--data', 'bom.csv', ...args, '--out', 'bom'])).code).toBe(0);
    expect(rowsOf('bom')).toEqual(rowsOf('plain'));
    expect(rowsOf('plain').map((row) => row.step)).toEqual([0, 10, 20]);
  });

  test('with --json, stdout is one document and nothing else', async () => {
    const { code, out, err } = await flatwalk([...run, '--steps', '5', '--json', '--out', 'json']);
    expect(code).toBe(0);
    const document = JSON.parse(out);
    expect(document).toMatchObject({ schema: 2, command: 'run', outcome: { kind: 'finished', step: 5 } });
    expect(document.environment.adapter.name).not.toBe('');
    expect(document.plan.reason).not.toBe('');
    expect(document).toEqual(summaryOf('json'));
    expect(err).toContain('Adapter:');
  });

  test('--print-config says all of a run before it, as the summary does after it, and trains nothing', async () => {
    const args = [...run, '--steps', '40', '--replicas', '2', '--batch', 'full', '--pin', 'space=data'];
    const { code, out } = await flatwalk([...args, '--out', 'configured', '--print-config']);
    expect(code).toBe(0);
    const { outcome, ...planned } = JSON.parse(out);
    expect(outcome).toEqual({ kind: 'planned' });
    expect(existsSync(join(folder, 'configured'))).toBe(false);
    const defaults = {
      width: 16,
      activation: 'cubic_linear:1',
      initStd: 0.3,
      noise: 0.1,
      noiseLaw: 'gaussian',
      seed: 0,
    };
    expect(planned.config).toMatchObject({ ...defaults, loss: 'mean', every: 1, inputs: ['a', 'b'], samples: 3 });
    expect(planned.config).toMatchObject({
      stepSize: planned.stepSize,
      dataChecksum: expect.stringMatching(/^\w{64}$/),
    });
    for (const field of planFields) expect(planned.config.pin[field], field).toBe(planned.plan[field]);
    expect(planned.config.metrics).toContain('trace');
    expect(planned.environment.adapter).toMatchObject({ name: expect.any(String), software: expect.any(Boolean) });
    expect(Object.keys(planned.plan)).toEqual([...planFields, 'basis', 'reason']);
    expect(planned.request).toMatchObject({ steps: 40, mostLanes: expect.any(Number), subgroup: expect.any(Number) });
    expect(planned.stepSize).toBeGreaterThan(0);
    expect((await flatwalk([...args, '--out', 'configured'])).code).toBe(0);
    const summary = summaryOf('configured');
    for (const [name, value] of Object.entries(planned)) expect(summary[name], name).toEqual(value);
  });

  test('--print-config refuses what the run would refuse', async () => {
    const { code, out } = await flatwalk([...run, '--metrics', 'los', '--print-config']);
    expect(code).toBe(2);
    expect(JSON.parse(out).outcome).toMatchObject({ kind: 'failed', code: 'BAD_ARGUMENT' });
  });

  test('a diverging run says so, exits 1, and its files stay JSON', async () => {
    const { code, out } = await flatwalk([...run, '--step-size', '1e3', '--steps', '100', '--out', 'diverged']);
    expect(code).toBe(1);
    expect(out).toMatch(/DIVERGED at step \d+/);
    expect(out).not.toMatch(/Infinity|NaN/);
    const { outcome } = summaryOf('diverged');
    expect(outcome.kind).toBe('diverged');
    expect(rowsOf('diverged').at(-1).diverged).toEqual(outcome.replicas);
  });

  test('results are never written over', async () => {
    const args = [...run, '--steps', '1', '--out', 'once'];
    expect((await flatwalk(args)).code).toBe(0);
    const again = await flatwalk(args);
    expect(again.code).toBe(2);
    expect(again.err).toContain('once already holds results');
  });

  const endless = [...run, '--steps', '4000000000', '--every', '1000'];

  test('Ctrl-C keeps what was computed, exit 130', async () => {
    const signal = { name: 'SIGINT', folder: 'stopped' } as const;
    const { code } = await flatwalk([...endless, '--out', 'stopped'], { signal });
    expect(code).toBe(130);
    const { outcome } = summaryOf('stopped');
    expect(outcome.kind).toBe('aborted');
    expect(rowsOf('stopped').at(-1).step).toBe(outcome.step);
  });

  test('a run that is killed leaves whole rows, and a summary that says it was running', async () => {
    const signal = { name: 'SIGKILL', folder: 'killed' } as const;
    const { code } = await flatwalk([...endless, '--out', 'killed'], { signal });
    expect(code).toBe(null);
    expect(summaryOf('killed')).toMatchObject({ schema: 2, command: 'run', outcome: { kind: 'running' } });
    expect(summaryOf('killed').environment.adapter.name).not.toBe('');
    const { plan, request, config } = summaryOf('killed');
    expect(Object.keys(plan)).toEqual([...planFields, 'basis', 'reason']);
    expect([request.steps, config.metrics[0]]).toEqual([4_000_000_000, 'loss']);
    expect(rowsOf('killed')[0]).toMatchObject({ run: 'train', step: 0 });
  });

  test.skipIf(withoutBrowser)(
    'headless Chrome ends at the same bits as Node',
    async () => {
      const args = [...run, '--steps', '300', '--width', '3', '--replicas', '2', '--adapter', 'swiftshader', '--json'];
      const weights = async (place: string) => {
        const { code, out } = await flatwalk([...args, '--in', place, '--out', place], {
          env: { FLATWALK_BROWSER: 'embedded' },
        });
        expect(code).toBe(0);
        const document = JSON.parse(out);
        expect(document.environment).toMatchObject({ in: place, adapter: { architecture: 'swiftshader' } });
        return readFileSync(join(folder, place, 'weights.npz'));
      };
      expect(await weights('chrome')).toEqual(await weights('node'));
    },
    120_000,
  );
});

describe('plans', () => {
  const group = ['--pin', 'strategy=group,space=data'];

  test('explain says which, why, and why not another', async () => {
    const { code, out, err } = await flatwalk(['explain', '--size', 'small', '--steps', '1000000', '--plan', 'model']);
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out).toMatch(/^Plan: One .* for 1000000 steps, as predicted/m);
    expect(out).toMatch(/^Basis: the model of \w+ adapters/m);
    expect(out).toContain('For: 10 samples (one of them a step), 10 neurons, 20 dimensions, cubic, 1 replica');
    expect(out).toMatch(/│ → │ (lane|subgroup|group) +│ data /);
    expect(out.match(/^- Not .* times as long in all/gm)?.length).toBeGreaterThan(1);
    expect(out).toMatch(/^Adapter facts: \w+ family \(\w+\), .*, \d+ lanes in a workgroup at most/m);
    const { request } = JSON.parse((await flatwalk(['explain', '--size', 'small', '--json'])).out);
    const subgroup = request.subgroup ? `subgroups of ${request.subgroup} lanes` : 'no subgroup operations';
    expect(out).toContain(`), ${subgroup}, `);
  });

  test('explain as JSON has every candidate, and is what run does', async () => {
    const same = [...run.slice(1), '--steps', '50', '--json'];
    const { code, out } = await flatwalk(['explain', ...same]);
    expect(code).toBe(0);
    const document = JSON.parse(out);
    expect(document).toMatchObject({ schema: 2, command: 'explain', outcome: { kind: 'finished' }, steps: 50 });
    expect(document.config).toMatchObject({ samples: 3, dimension: 2, plan: 'tuned' });
    expect(document.candidates[0]).toMatchObject({ lost: null, total: expect.any(Number) });
    const { strategy, space, lanes, draws, tile } = document.plan;
    expect(document.candidates[0].choice).toEqual({ strategy, space, lanes, draws, tile });
    expect(document.candidates.length).toBeGreaterThan(2);
    expect(document.plan).toEqual(JSON.parse((await flatwalk(['run', ...same, '--out', 'explained'])).out).plan);
  });

  test('tune measures and remembers; run follows, and says so, unless the model is to decide', async () => {
    const { code, out } = await flatwalk(['tune', ...run.slice(1), ...group, '--budget', '600']);
    expect(code).toBe(0);
    expect(out).toMatch(/^Basis: what was pinned; the rest by times that flatwalk tune measured here/m);
    expect(out).toMatch(/\d plans measured in \d+ s, checked against the float64 reference after 200 steps\. Kept in /);
    expect(out).not.toContain('REFUSED');
    expect(out).toMatch(/ \(.+ to .+, \d+ samples\) /);
    const plan = async (...more: string[]) => {
      const { out } = await flatwalk([...run, '--steps', '20', '--json', '--out', more.join('-'), ...more]);
      const document = JSON.parse(out);
      expect(summaryOf(more.join('-')).plan).toEqual(document.plan);
      return document.plan;
    };
    expect(await plan('--plan', 'tuned')).toMatchObject({ basis: 'tuned', strategy: 'group' });
    expect(await plan('--plan', 'model')).toMatchObject({ basis: 'model' });
    const pinned = await plan('--pin', 'lanes=2,strategy=group');
    expect(pinned).toMatchObject({ basis: 'pinned', strategy: 'group', lanes: 2 });
    const { out: told } = await flatwalk(['explain', ...run.slice(1), '--steps', '20']);
    expect(told).toMatch(/^Basis: times that flatwalk tune measured here on \d{4}-/m);
    expect(told).toMatch(/^- Not measured, and so not chosen from: .*one lane a replica/m);
  }, 300_000);

  test('a table that is damaged is named, and the model decides', async () => {
    file('damaged.json', '{"version": 1, "entr');
    const env = { FLATWALK_TUNE_FILE: join(folder, 'damaged.json') };
    const { code, out, err } = await flatwalk([...run, '--steps', '5', '--json', '--out', 'damaged'], { env });
    expect(code).toBe(0);
    expect(err).toMatch(/damaged\.json is ignored: it is not JSON/);
    expect(JSON.parse(out).plan.basis).toBe('model');
  });

  const wrong: [args: string[], message: RegExp][] = [
    [['explain'], /There is no problem\n {2}Give --data and --target, or --generate, or --size/],
    [['explain', '--size', 'small', '--width', '3'], /--size decides the problem, so --width has no part in it/],
    [['explain', '--size', 'tiny'], /Allowed choices are small, mid, large/],
    [['tune', '--size', 'small', '--budget', '0'], /whole number, 1 or more/],
    [[...run, '--pin', 'warp=3'], /like strategy=lane,space=data; the fields are strategy, space, lanes, draws/],
    [
      [...run, '--pin', 'strategy=fast', '--out', 'pin'],
      /strategy is 'fast'\n {2}It may be lane, subgroup, group, tiled/,
    ],
    [[...run, '--pin', 'strategy=tiled', '--out', 'pin'], /'tiled' is for the full batch/],
  ];
  test.each(wrong)('%j is refused, exit 2', async (args, message) => {
    const { code, err } = await flatwalk(args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toMatch(stackTrace);
    expect(existsSync(join(folder, 'pin'))).toBe(false);
  });
});

/** One network with its data, as JSON. */
const network = file(
  'network.json',
  JSON.stringify({
    activation: 'cubic_linear:1',
    theta: [
      [1, 0.5],
      [0.2, -1],
    ],
    X: [
      [1, 0],
      [0.5, 1],
    ],
    y: [2, -3],
    v: [
      [1, 0],
      [0, 1],
    ],
  }),
);

describe('inspect', () => {
  test('one document, on stdout and in a file, with a value or a reason for everything', async () => {
    const { code, out, err } = await flatwalk([
      'inspect',
      network,
      '--probes',
      '128',
      '--json',
      '--out',
      'inspected.json',
    ]);
    expect(code).toBe(0);
    const document = JSON.parse(out);
    expect(JSON.parse(readFileSync(join(folder, 'inspected.json'), 'utf8'))).toEqual(document);
    expect(document).toMatchObject({ schema: 2, command: 'inspect', outcome: { kind: 'finished' } });
    expect(document.config).toMatchObject({
      file: network,
      activation: 'cubic_linear:1',
      samples: 2,
      width: 2,
      probes: 128,
    });
    expect(document.environment.adapter.name).not.toBe('');
    for (const name of ['loss', 'gradientNorm', 'trace', 'traceOptimum', 'stableRank', 'disagreement']) {
      expect(document[name], name).toEqual(expect.any(Number));
    }
    expect(document.traceEstimate).toMatchObject({
      value: expect.any(Number),
      standardError: expect.any(Number),
      probes: 128,
    });
    for (const name of ['gradient', 'hvp']) expect(document[name].map((row: number[]) => row.length)).toEqual([2, 2]);
    expect(document.singularValues).toHaveLength(2);
    expect(err).toContain('Ends of the spectrum');
    expect(out).not.toMatch(/NaN|Infinity/);
  });

  test('a failure with --json is one document too', async () => {
    const bad = file('bad.json', '{"theta": [[1]], "X": [[NaN]], "y": [1]}');
    const { code, out } = await flatwalk(['inspect', bad, '--activation', 'tanh', '--json']);
    expect(code).toBe(2);
    const { outcome, config } = JSON.parse(out);
    expect(config).toMatchObject({ file: bad });
    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'NOT_FINITE',
      message: expect.stringContaining('row 0, column 0'),
    });
  });

  const wrong: [args: string[], message: RegExp][] = [
    [[], /missing required argument 'file'/],
    [['nowhere.npz'], /Cannot read nowhere\.npz.*\n {2}Check the path/],
    [['.'], /\.: it is a folder/],
    [[good], /good\.csv: its name must end in \.json, \.npz or \.safetensors/],
    [[network, '--activation', 'tanhh'], /no activation 'tanhh'\.\n {2}Did you mean tanh\?/],
    [[network, '--probes', '0'], /whole number, 1 or more/],
    [[network, '--relative-error', '0'], /It must be above 0/],
    [[network, '--kind', 'sign'], /Allowed choices are rademacher, gaussian, sphere/],
    [[network, '--only', 'traces'], /no group of instruments 'traces'\n {2}Did you mean trace\?/],
    [[network, '--no-density', '--density-steps', '5'], /There is --no-density, so --density-steps has no part in it/],
    [[network, '--largest', '5'], /m d = 4 rows has 4 eigenvalues/],
  ];
  test.each(wrong)('%j is refused, exit 2', async (args, message) => {
    const { code, err } = await flatwalk(['inspect', ...args]);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toMatch(stackTrace);
  });
});

describe('flow', () => {
  test('rows of the flow and of the prediction, and a summary', async () => {
    const args = [
      'flow',
      network,
      '--points',
      '5',
      '--step-size',
      '1e-4',
      '--noise',
      '1',
      '--steps',
      '20',
      '--every',
      '10',
    ];
    const { code, out } = await flatwalk([...args, '--json', '--out', 'flow']);
    expect(code).toBe(0);
    const document = JSON.parse(out);
    expect(document).toEqual(summaryOf('flow'));
    expect(document).toMatchObject({
      schema: 2,
      command: 'flow',
      outcome: { kind: 'finished', stopped: 'time' },
      monotone: true,
    });
    expect(document.config).toMatchObject({ file: network, stepSize: 1e-4, every: 10, metrics: expect.any(Array) });
    expect(document.config).not.toHaveProperty('initStd');
    const rows = rowsOf('flow');
    expect(rows.filter((row) => row.run === 'flow').map((row) => row.step)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const run of ['plain', 'corrected']) {
      expect(rows.filter((row) => row.run === run).map((row) => row.step)).toEqual([0, 10, 20]);
    }
    expect(rows[5].time).toBe(document.outcome.time);
    expect(rows[5].manifoldTrace).toEqual(document.finalMetrics.manifoldTrace);
  });

  test('from a table, with random weights, as run has them', async () => {
    const args = ['flow', '--data', good, '--target', 'y', '--width', '4', '--times', '0,0.01', '--seed', '3'];
    const { code, out } = await flatwalk([...args, '--out', 'from-table']);
    // Three samples in two dimensions.
    expect(out).toContain('No predictedRate: The inputs are linearly dependent');
    expect(code).toBe(0);
    const { config } = summaryOf('from-table');
    expect(config).toMatchObject({
      inputs: ['a', 'b'],
      samples: 3,
      dimension: 2,
      seed: 3,
      width: 4,
      activation: 'cubic_linear:1',
    });
  });

  test('Ctrl-C keeps the rows so far, exit 130', async () => {
    const signal = { name: 'SIGINT', folder: 'flow-cut' } as const;
    const args = ['flow', '--size', 'mid', '--tolerance', '1e-12', '--points', '1000', '--out', 'flow-cut'];
    const { code } = await flatwalk(args, { signal });
    expect(code).toBe(130);
    expect(summaryOf('flow-cut').outcome.kind).toBe('aborted');
    expect(rowsOf('flow-cut').at(-1).time).toBe(summaryOf('flow-cut').outcome.time);
  });

  const wrong: [args: string[], message: RegExp][] = [
    [[], /There is no problem\n {2}Name a file, or give --data and --target, or --size/],
    [['--data', good], /There is no problem/],
    [[network, '--size', 'small'], /There are two problems/],
    [[network, '--width', '3'], /The file has data and weights, so --width has no part in it/],
    [['--size', 'small', '--activation', 'tanh'], /--size decides the problem, so --activation has no part/],
    [[network, '--times', '1,0.5'], /They must ascend/],
    [[network, '--times', '1', '--points', '3'], /--times says all times, so --points has no part/],
    [[network, '--step-size', '1e-3'], /need both --step-size and --noise/],
    [[network, '--batch', 'full'], /There is no --step-size with --noise, so --batch has no part/],
    [[network, '--metrics', 'gpa'], /no metric 'gpa'\n {2}Did you mean gap\?/],
    [[network, '--step-size', '1', '--noise', '1'], /step size of 1 is beyond stability/],
    [[network, '--tolerance', '1e-20'], /below what float64 resolves/],
    [[network, '--points', '1e12'], /1000000000000 rows are more than the 100000 that are kept/],
    [
      [network, '--step-size', '1e-3', '--noise', '1', '--steps', '4294967294', '--every', '1'],
      /4294967295 rows are more than the 100000 that are kept\n {2}Use --every 42951 or more/,
    ],
  ];
  test.each(wrong)('%j is refused, exit 2, and leaves no folder', async (args, message) => {
    const { code, err } = await flatwalk(['flow', ...args, '--out', 'flow-refused']);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toMatch(stackTrace);
    expect(existsSync(join(folder, 'flow-refused'))).toBe(false);
  });
});

describe('reproduce', () => {
  test('the claims hold, exit 0, in one document', async () => {
    const { code, out } = await flatwalk(['reproduce', '--quick', '--json', '--out', 'claims']);
    const document = JSON.parse(out);
    const claims: Claim[] = document.claims;
    expect(claims.filter(({ holds }) => holds === false)).toEqual([]);
    expect(code).toBe(0);
    expect(document).toMatchObject({ schema: 2, command: 'reproduce', config: { quick: true } });
    expect(document.outcome).toEqual({ kind: 'finished' });
    expect(document).toEqual(summaryOf('claims'));
    const ids = claims.map(({ id }) => id);
    expect(ids.slice(0, 4)).toEqual(['1', '2', '3', '4']);
    expect(ids.slice(4).filter((id) => !/^(5\.\w+|[678]|[79]\.\w+|10|10\.moreSamples)$/.test(id))).toEqual([]);
    for (const id of ['6', '7.single', '7.constant', '8', '9.fullSum', '10']) {
      const tables = Object.values(claims.find((claim) => claim.id === id)?.series ?? {});
      expect(tables.flatMap((columns) => Object.values(columns).flat()).length, id).toBeGreaterThan(0);
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(claims.filter(({ holds }) => holds).length).toBeGreaterThan(4);
    const runs: { name: string }[] = document.runs;
    expect([...new Set(rowsOf('claims').map((row) => row.run))]).toEqual(runs.map(({ name }) => name));
  }, 300_000);

  test('Ctrl-C is an outcome of its own, in the folder and on stdout', async () => {
    const signal = { name: 'SIGINT', folder: 'cut' } as const;
    const { code, out } = await flatwalk(['reproduce', '--quick', '--json', '--out', 'cut'], { signal });
    expect(code).toBe(130);
    expect(JSON.parse(out)).toMatchObject({ schema: 2, command: 'reproduce', outcome: { kind: 'aborted' } });
    expect(summaryOf('cut')).toEqual(JSON.parse(out));
    expect(rowsOf('cut').length).toBeGreaterThan(0);
  }, 60_000);
});
