/** The examples in docs/files.md do what they say, where there is a Python that has their packages. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { dtypes } from '../../src/host/files/dtypes.ts';
import { sampleEndings } from '../../src/host/files/kinds.ts';
import { parts } from '../../src/host/files/names.ts';
import { readWeights } from '../../src/host/files/node.ts';
import { scales } from '../../src/host/files/scale.ts';
import { weightEndings } from '../../src/host/files/weights.ts';
import { readResults } from '../../src/host/results/read.ts';
import { useBuilt } from '../built.ts';
import { missing, runPython } from '../host/files/python.ts';

const root = new URL('../..', import.meta.url).pathname;
const text = readFileSync(join(root, 'docs/files.md'), 'utf8');
const chapter = (title: string) => text.split(/^## /m).find((one) => one.startsWith(title)) ?? '';
const folder = mkdtempSync(join(tmpdir(), 'flatwalk-docs-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('every ending, name, dtype and scale is documented', () => {
  const [data, weights, numbers] = ['Data', 'Weights', 'Numbers'].map(chapter);
  for (const ending of sampleEndings) expect(data).toContain(`\`${ending}\``);
  for (const ending of weightEndings) expect(weights).toContain(`\`${ending}\``);
  for (const scale of scales) expect(data).toContain(`\`${scale}\``);
  for (const name of [...parts.X.also, ...parts.y.also]) expect(data).toContain(`\`${name}\``);
  for (const name of [...parts.theta.also, ...parts.a.also]) expect(weights).toContain(`\`${name}\``);
  const sizes = { f: [2, 4, 8], bf: [2], i: [1, 2, 4, 8], u: [1, 2, 4, 8], b: [1] };
  expect(Object.keys(dtypes).sort()).toEqual(
    Object.entries(sizes)
      .flatMap(([kind, bytes]) => bytes.map((size) => `${kind}${size}`))
      .sort(),
  );
  for (const name of ['float16', 'float32', 'float64', 'int8 to int64', 'uint8 to uint64', 'bool', 'BF16'])
    expect(numbers).toContain(name);
});

const reasons = { NumPy: missing('numpy'), PyTorch: missing('numpy', 'torch', 'safetensors') };
for (const reason of Object.values(reasons)) if (reason) console.log(reason);

describe.skipIf(reasons.NumPy && reasons.PyTorch)('there and back', () => {
  const program = useBuilt('cli');

  test.skipIf(reasons.NumPy)('NumPy', () => thereAndBack('From NumPy', 'start.npz', 'results'));
  test.skipIf(reasons.PyTorch)('PyTorch', () => thereAndBack('From PyTorch', 'start.safetensors', 'trained'));

  function thereAndBack(title: string, start: string, results: string): void {
    const blocks = [...chapter(title).matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, kind, code]) => ({ kind, code }));
    expect(blocks.map(({ kind }) => kind)).toEqual(['python', 'sh', 'python']);
    const python = (code: string) => {
      writeFileSync(join(folder, 'example.py'), code);
      return runPython(['example.py'], folder);
    };
    python(blocks[0].code);
    for (const line of blocks[1].code.trim().split('\n')) {
      const [npx, name, ...args] = line.split(/\s+/);
      expect([npx, name]).toEqual(['npx', 'flatwalk']);
      execFileSync(process.execPath, [program, ...args], { cwd: folder, stdio: 'pipe' });
    }
    const before = readWeights(join(folder, start));
    const after = readWeights(join(folder, results, 'weights.npz'));
    expect(after).toMatchObject({ replicas: 1, width: before.width, dimension: before.dimension });
    // What Python finds is what the run has said, in f32 and cancelling.
    const loss = Number(/^loss: ([\d.e-]+)$/m.exec(python(blocks[2].code))?.[1]);
    const [first, ...rest] = readResults(join(folder, results)).rows.map(({ values }) => Number(values.loss[0]));
    expect(loss / Number(rest.at(-1))).toBeCloseTo(1, 3);
    expect(loss).toBeLessThan(first);
  }
});
