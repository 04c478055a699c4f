import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Checkpoint, decodeCheckpoint, type FlatwalkError } from '../../../src/engine/index.ts';
import { type FolderFailure, type FolderOptions, ResultsFolder } from '../../../src/host/results/folder.ts';
import { readResults } from '../../../src/host/results/read.ts';
import type { TaskEvent } from '../../../src/host/tasks/task.ts';

const root = mkdtempSync(join(tmpdir(), 'flatwalk-folder-'));
const made: string[] = [root];
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

let count = 0;
const fresh = () => join(root, String(count++));
const head = { schema: 2, command: 'run', config: { width: 1 } };

const row = (step: number): TaskEvent => ({
  kind: 'row',
  run: 'train',
  row: { step, values: { loss: [step + 0.5] }, diverged: [] },
});
const features: TaskEvent = { kind: 'features', run: 'train', step: 0, samples: 1, width: 1, values: [3] };
const theta = { replicas: 1, width: 1, dimension: 2, theta: [1, 2] };
const weights = (step: number): TaskEvent => ({ kind: 'weights', run: 'train', step, ...theta });
const checkpoint = (step: number): TaskEvent => ({
  kind: 'checkpoint',
  run: 'train',
  checkpoint: {
    version: 1,
    step,
    plan: {},
    origin: Float32Array.of(1),
    state: Float32Array.of(2),
  } as unknown as Checkpoint,
});

/** A folder with what a whole run leaves, and what it told of failures. */
function written(path: string, options: FolderOptions = {}) {
  const failures: FolderFailure[] = [];
  const folder = new ResultsFolder(path, head, { ...options, onFailure: (failure) => failures.push(failure) });
  return { folder, failures };
}

function whole(path: string, options: FolderOptions = {}): void {
  const { folder } = written(path, options);
  for (const event of [features, row(0), row(1), weights(1), checkpoint(1)]) folder.keep(event);
  folder.writeWeights(theta);
  folder.writeSummary({ ...head, outcome: { kind: 'finished', step: 1 } });
  folder.close();
}

const names = (path: string) => readdirSync(path).sort();
const everything = ['checkpoint.bin', 'features.ndjson', 'metrics.ndjson', 'summary.json', 'weights', 'weights.npz'];

describe('a results folder', () => {
  test('can be read at any time while it is written', () => {
    const path = fresh();
    const { folder } = written(path);
    expect(readResults(path)).toMatchObject({ running: true, rows: [] });
    for (let step = 0; step < 3; step++) {
      folder.keep(row(step));
      expect(readResults(path).rows.at(-1)).toEqual({
        run: 'train',
        step,
        values: { loss: [step + 0.5] },
        diverged: [],
      });
    }
    folder.keep(features);
    expect(readResults(path).features[0].values).toEqual([3]);
    folder.writeSummary({ ...head, outcome: { kind: 'finished' } });
    expect(readResults(path).running).toBe(false);
    folder.close();
  });

  test('holds weights on the way and at the end, and the last checkpoint, and nothing half done', () => {
    const path = fresh();
    whole(path);
    expect(names(path)).toEqual(everything);
    expect(names(join(path, 'weights'))).toEqual(['step-1.npz']);
    expect(decodeCheckpoint(readFileSync(join(path, 'checkpoint.bin'))).step).toBe(1);
  });
});

const refusal = (action: () => unknown) => {
  try {
    action();
  } catch (error) {
    return error as FlatwalkError;
  }
  throw new Error('nothing was refused');
};

describe('results that are there', () => {
  test('are refused, and left as they are', () => {
    const path = fresh();
    whole(path);
    const before = readFileSync(join(path, 'metrics.ndjson'), 'utf8');
    const { code, message } = refusal(() => written(path));
    expect(code).toBe('BAD_ARGUMENT');
    expect(message).toMatch(
      /already holds results\n {2}Choose another folder with --out, or replace them with --force/,
    );
    expect(readFileSync(join(path, 'metrics.ndjson'), 'utf8')).toBe(before);
  });

  test('are replaced by force, all of them, and nobody else’s files', () => {
    const path = fresh();
    whole(path);
    writeFileSync(join(path, 'notes.txt'), 'mine');
    writeFileSync(join(path, 'weights', 'best.npz'), 'mine');
    writeFileSync(join(path, 'report.html'), 'of the run before');
    const { folder } = written(path, { force: true });
    expect(names(path)).toEqual(['metrics.ndjson', 'notes.txt', 'summary.json', 'weights']);
    expect(names(join(path, 'weights'))).toEqual(['best.npz']);
    expect(readResults(path)).toMatchObject({ running: true, rows: [], features: [] });
    folder.close();
  });

  const foreign: [name: string, content: string][] = [
    ['summary.json', '{"total": 3}'],
    ['metrics.ndjson', ''],
    ['weights.npz', 'mine'],
    ['report.html', 'mine'],
  ];
  test.each(foreign)('a %s of somebody else is refused even by force', (name, content) => {
    const path = fresh();
    mkdirSync(path);
    writeFileSync(join(path, name), content);
    for (const force of [false, true]) {
      const { message } = refusal(() => written(path, { force }));
      expect(message).toContain(`holds ${name} already, and no summary of flatwalk`);
    }
    expect(readFileSync(join(path, name), 'utf8')).toBe(content);
    expect(names(path)).toEqual([name]);
  });

  test('files of other names do not stand in the way', () => {
    const path = fresh();
    mkdirSync(path);
    writeFileSync(join(path, 'data.csv'), 'x,y\n');
    whole(path);
    expect(names(path)).toEqual(['checkpoint.bin', 'data.csv', ...everything.slice(1)]);
  });
});

describe('a folder that cannot be made', () => {
  test('below a file, and in place of one, also for root', () => {
    const file = fresh();
    writeFileSync(file, 'mine');
    for (const path of [join(file, 'inside'), join(file, 'far', 'inside'), file]) {
      const { code, message } = refusal(() => written(path));
      expect(code).toBe('HOST');
      expect(message).toContain(`Cannot write results to ${path}: ${path === file ? 'it is a file' : 'E'}`);
      expect(message).toContain('Choose another with --out');
    }
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test.skipIf(process.platform !== 'linux')('where the system takes no folders [Linux has /proc]', () => {
    expect(refusal(() => written('/proc/none/results')).message).toContain(
      'Cannot write results to /proc/none/results',
    );
  });

  test.skipIf(process.getuid?.() === 0)('without permission [root has all of them]', () => {
    const path = fresh();
    mkdirSync(path, { mode: 0o500 });
    expect(refusal(() => written(join(path, 'results'))).message).toContain('EACCES');
  });
});

/** What a run that is told of the failure still tells, and where it all is. */
function goOn(folder: ResultsFolder, failures: readonly FolderFailure[]) {
  expect(failures).toHaveLength(1);
  const [{ error, kept }] = failures;
  made.push(kept);
  expect(folder.failure).toBe(failures[0]);
  expect(folder.path).toBe(kept);
  expect(error.code).toBe('HOST');
  expect(error.message).toContain(`What was computed is in ${kept}`);
  folder.keep(checkpoint(3));
  folder.writeWeights(theta);
  folder.writeSummary({ ...head, outcome: { kind: 'failed', step: 3 } });
  folder.close();
  const stored = readResults(kept);
  expect(stored.summary.outcome).toEqual({ kind: 'failed', step: 3 });
  expect(names(kept)).toEqual(expect.arrayContaining(['checkpoint.bin', 'weights.npz']));
  return { error, steps: stored.rows.map(({ step }) => step), features: stored.features };
}

describe('nothing that was computed is lost', () => {
  test('when the folder is deleted while the run goes on', () => {
    const path = fresh();
    const { folder, failures } = written(path);
    for (const event of [features, row(0), row(1), checkpoint(1)]) folder.keep(event);
    rmSync(path, { recursive: true });
    for (const step of [2, 3]) folder.keep(row(step));
    const { error, steps, features: kept } = goOn(folder, failures);
    expect(error.message).toContain(`Cannot write to ${path}: it was deleted while the run went on`);
    expect(steps).toEqual([0, 1, 2, 3]);
    expect(kept).toHaveLength(1);
    expect(existsSync(path)).toBe(false);
  });

  test('when it is deleted after the last row, with weights and checkpoint in it', () => {
    const path = fresh();
    const { folder, failures } = written(path);
    for (const event of [row(0), row(1), row(2), row(3), checkpoint(3)]) folder.keep(event);
    folder.writeWeights(theta);
    rmSync(path, { recursive: true });
    folder.writeSummary({ ...head, outcome: { kind: 'finished', step: 3 } });
    expect(goOn(folder, failures).steps).toEqual([0, 1, 2, 3]);
  });

  test('when it is moved', () => {
    const path = fresh();
    const { folder, failures } = written(path);
    folder.keep(row(0));
    const away = fresh();
    renameSync(path, away);
    folder.keep(row(1));
    folder.keep(checkpoint(1));
    expect(goOn(folder, failures).steps).toEqual([0, 1]);
    expect(readResults(away).rows).toHaveLength(2);
  });

  test('when another run takes the folder by force', () => {
    const path = fresh();
    const { folder, failures } = written(path);
    folder.keep(row(0));
    const other = written(path, { force: true });
    other.folder.keep(row(10));
    folder.keep(row(1));
    expect(goOn(folder, failures).steps).toEqual([0, 1]);
    expect(readResults(path).rows.map(({ step }) => step)).toEqual([10]);
    other.folder.close();
  });

  const small = fresh();
  const mounted = mountSmall(small);
  test.skipIf(!mounted)('when the disk is full [where a small file system can be mounted]', () => {
    const path = join(small, 'results');
    const { folder, failures } = written(path);
    let step = 0;
    for (; failures.length === 0 && step < 10_000; step++) folder.keep(row(step));
    // Whoever has the disk sees whole lines only, and that the run was going on.
    const left = readResults(path);
    expect(left.running).toBe(true);
    expect(left.rows.map((one) => one.step)).toEqual(Array.from({ length: step - 1 }, (_, k) => k));
    expect(readFileSync(join(path, 'metrics.ndjson'), 'utf8').endsWith('\n')).toBe(true);
    const { error, steps } = goOn(folder, failures);
    expect(error.message).toContain('no space left on device');
    expect(steps).toEqual(Array.from({ length: step }, (_, k) => k));
  });

  test.skipIf(!mounted)(
    'and a file that does not fit leaves the one before [where a small file system can be mounted]',
    () => {
      const path = join(small, 'second');
      rmSync(join(small, 'results'), { recursive: true, force: true });
      const { folder, failures } = written(path);
      folder.keep(row(0));
      folder.keep(checkpoint(0));
      folder.writeWeights({ ...theta, dimension: 100_000, theta: new Float32Array(100_000) });
      expect(names(path)).toEqual(['checkpoint.bin', 'metrics.ndjson', 'summary.json']);
      made.push(failures[0].kept);
      expect(readFileSync(join(failures[0].kept, 'weights.npz')).length).toBeGreaterThan(400_000);
      folder.close();
    },
  );
  afterAll(() => {
    if (mounted) spawnSync('umount', [small]);
  });
});

/** 64 KiB. Only root may. */
function mountSmall(path: string): boolean {
  mkdirSync(path);
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', path], { stdio: 'ignore' });
    return true;
  } catch (error) {
    console.log(`No small file system: ${(error as Error).message}`);
    return false;
  }
}
