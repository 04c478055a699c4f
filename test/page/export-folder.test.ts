/** A run as a page has it, taken away as a folder: what the command line would have left, and can go on with. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Checkpoint, Engine } from '../../src/engine/index.ts';
import { recordData } from '../../src/host/config/checksum.ts';
import { generateData } from '../../src/host/config/generate.ts';
import { trainOptions, writtenSettings } from '../../src/host/config/problem.ts';
import { resolve } from '../../src/host/config/resolve.ts';
import { openNodeGpu } from '../../src/host/node/gpu.ts';
import type { PageEnvironment } from '../../src/host/page/export/environment.ts';
import { configFile, csvFile, folderFiles, jsonFile } from '../../src/host/page/export/files.ts';
import { type PageRun, storedResults } from '../../src/host/page/export/results.ts';
import { zipFile } from '../../src/host/page/export/zip.ts';
import { buildReport } from '../../src/host/report/document.ts';
import { readResults } from '../../src/host/results/read.ts';
import type { StoredResults } from '../../src/host/results/schema.ts';
import type { TaskEvent, Told } from '../../src/host/tasks/task.ts';
import { type TrainTaskResult, train } from '../../src/host/tasks/train.ts';
import { useProgram } from '../host/program.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });
const { flatwalk, folder: scratch } = useProgram();
const at = (...parts: string[]) => join(scratch, ...parts);

const flags = '--generate unit --n 3 --d 5 --width 4 --noise 0.5 --seed 2 --replicas 2 --steps 4000 --every 500';
const given = {
  generate: 'unit',
  n: 3,
  d: 5,
  width: 4,
  noise: 0.5,
  seed: 2,
  replicas: 2,
  steps: 4000,
  every: 500,
} as const;

interface Had {
  readonly events: readonly TaskEvent[];
  readonly result: TrainTaskResult;
  readonly config: object;
}

/** The run of a page, which is told what the worker tells; ended at a step if one is given. */
async function have(engine: Engine, endAt?: number): Promise<Had> {
  const settings = resolve({ flags: given });
  const data = generateData(settings);
  const end = new AbortController();
  const events: TaskEvent[] = [];
  const emit = (event: TaskEvent) => {
    events.push(event);
    if (event.kind === 'row' && event.row.step === endAt) end.abort();
  };
  const config = writtenSettings({ ...settings, ...(await recordData(settings, data)) });
  const options = { ...trainOptions(settings, data, null, []), betweenCheckpoints: 0 };
  const result = await train.run(engine, options, { emit, signal: end.signal });
  return { events, result, config };
}

function runOf(name: string, { events, result, config }: Had, environment: unknown): PageRun {
  const told = <Kind extends TaskEvent['kind']>(kind: Kind) =>
    events.filter((event): event is Told<Kind> => event.kind === kind);
  const [{ settings, facts }] = told('configured');
  return {
    name,
    settings: { ...config, ...settings },
    facts,
    environment: environment as PageEnvironment,
    rows: told('row'),
    features: told('features'),
    outcome: result.outcome as unknown as PageRun['outcome'],
    traceOptimum: result.traceOptimum,
    seconds: result.seconds,
  };
}

const lastCheckpoint = ({ events }: Had): Checkpoint =>
  events.filter((event) => event.kind === 'checkpoint').at(-1)?.checkpoint as Checkpoint;

async function unpack(name: string, results: StoredResults, had: Had): Promise<void> {
  const parts = {
    results,
    weights: had.result.weights,
    checkpoint: lastCheckpoint(had),
    report: buildReport([results]),
  };
  const { name: file, bytes } = await zipFile(name, folderFiles(parts));
  expect(file).toBe(`${name}.zip`);
  for (const [path, content] of Object.entries(unzipSync(bytes))) {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
  }
}

describe('a run of a page', () => {
  let engine: Engine;
  let whole: StoredResults;
  beforeAll(async () => {
    const { gpu } = await openNodeGpu();
    engine = await Engine.open({ gpu });
    const { code, err } = await flatwalk(['run', ...flags.split(' '), '--out', 'whole', '--plan', 'model']);
    expect([code, err]).toEqual([0, expect.any(String)]);
    whole = readResults(at('whole'));
  });
  afterAll(() => engine?.dispose());

  test('has the summary, the rows and the matrices of the same run of the command line', async () => {
    const { seconds, config, ...summary } = whole.summary;
    const had = storedResults(runOf('whole', await have(engine), summary.environment));
    expect(had).toMatchObject({ path: 'whole', running: false, rows: whole.rows, features: whole.features });
    const { seconds: _, config: own, ...ownSummary } = had.summary;
    expect(ownSummary).toEqual(summary);
    expect({ ...own, plan: 'model' }).toEqual(config);
    expect(Object.keys(own ?? {})).toEqual(Object.keys(config ?? {}));
  });

  test('goes on in the terminal from a folder that was packed, and ends as if it had not been interrupted', async () => {
    const had = await have(engine, 1500);
    const results = storedResults(runOf('cut', had, whole.summary.environment));
    expect(results.summary.outcome).toMatchObject({ kind: 'aborted' });
    await unpack('cut', results, had);
    const report = readFileSync(at('cut/report.html'), 'utf8');
    expect(await flatwalk(['report', 'cut'])).toMatchObject({ code: 0 });
    expect(readFileSync(at('cut/report.html'), 'utf8')).toBe(report);
    expect(await flatwalk(['export', 'cut', '--out', 'cut.csv'])).toMatchObject({ code: 0 });
    expect(readFileSync(at('cut.csv'), 'utf8')).toBe(new TextDecoder().decode(csvFile(results).bytes));
    expect(await flatwalk(['export', 'cut', '--out', 'cut.safetensors'])).toMatchObject({ code: 0 });

    expect(await flatwalk(['run', '--resume', 'cut'])).toMatchObject({ code: 0 });
    const { rows, features, summary } = readResults(at('cut'));
    expect(rows).toEqual(whole.rows);
    expect(features).toEqual(whole.features);
    expect(summary.resumed).toEqual([lastCheckpoint(had).step]);
    expect(readFileSync(at('cut/weights.npz')).equals(readFileSync(at('whole/weights.npz')))).toBe(true);
  });

  test('does not go on where other bits would come out', async () => {
    const had = await have(engine, 1500);
    const environment = { ...whole.summary.environment, in: 'page', browser: 'Chrome/147.0.1.2' };
    await unpack('elsewhere', storedResults(runOf('elsewhere', had, environment)), had);
    const { code, err } = await flatwalk(['run', '--resume', 'elsewhere']);
    expect([code, err]).toEqual([2, expect.stringMatching(/the place was page, and is node[\s\S]*--in/)]);
  });

  test('is a config for another run, as a document or as its settings alone', async () => {
    const had = storedResults(runOf('again', await have(engine), whole.summary.environment));
    for (const { name, bytes } of [jsonFile(had), configFile(had)]) {
      writeFileSync(at(name), bytes);
      const { code, out } = await flatwalk(['run', name, '--print-config']);
      expect(code, name).toBe(0);
      expect(JSON.parse(out), name).toMatchObject({ config: had.summary.config, outcome: { kind: 'planned' } });
    }
  });

  test('that still goes on says so, and a row that no file may have is refused', async () => {
    const run = runOf('now', await have(engine, 1500), whole.summary.environment);
    const now = storedResults({ ...run, outcome: { kind: 'running' } });
    expect(now).toMatchObject({ running: true, summary: { outcome: { kind: 'running' } } });
    expect(now.summary).not.toHaveProperty('finalMetrics');
    expect(buildReport([now])).toContain('Not finished.');
    const [first] = run.rows;
    const strange = { ...first, row: { ...first.row, step: -1 } };
    expect(() => storedResults({ ...run, rows: [strange, first] })).toThrow(/^Row 1 is damaged: step/);
  });
});

test('what a page computed, headless Chrome of the same version goes on with', async () => {
  const { checkEnvironment } = await import('../../src/host/cli/resume.ts');
  const adapter = { name: 'one', software: false };
  const was = { flatwalk: '1', kernels: 'k', in: 'page', adapter, browser: 'Chrome/147.0.1.2' };
  const check = (now: object) => () =>
    checkEnvironment(
      { path: 'run', summary: { environment: was } } as never,
      { ...was, in: 'chrome', ...now } as never,
    );
  expect(check({ browser: 'HeadlessChrome/147.0.1.2', node: 'v20' })).not.toThrow();
  expect(check({ browser: 'Chrome/148.0.1.2' })).toThrow('browser');
  expect(check({ in: 'node' })).toThrow('place');
});
