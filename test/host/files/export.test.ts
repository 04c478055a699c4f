/** The weights of a results folder as other files. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportWeights } from '../../../src/host/cli/export-weights.ts';
import { readWeights } from '../../../src/host/files/node.ts';
import { openSafetensors } from '../../../src/host/files/safetensors.ts';
import { encodeWeights } from '../../../src/host/files/weights.ts';
import { folder } from './support.ts';

const theta = Float32Array.of(0.1, 1 / 3, -1e-45, 3.4e38, 2 ** -24, 0);
const weights = { theta, replicas: 1, width: 2, dimension: 3 };

function results(name: string, kind: string, withWeights: boolean): string {
  const path = join(folder, name);
  mkdirSync(path);
  const config = { activation: 'tanh' };
  writeFileSync(
    join(path, 'summary.json'),
    JSON.stringify({ schema: 2, command: 'run', config, outcome: { kind, step: 5 } }),
  );
  writeFileSync(join(path, 'metrics.ndjson'), '');
  if (withWeights) writeFileSync(join(path, 'weights.npz'), encodeWeights('weights.npz', weights));
  return path;
}

describe('weights of a results folder', () => {
  const done = results('done', 'finished', true);

  test.each(['theta.npz', 'theta.safetensors', 'theta.npy'])('as %s, to the bit', (name) => {
    const out = join(folder, name);
    expect(exportWeights(done, out, false)).toEqual({ replicas: 1, width: 2, dimension: 3 });
    expect(readWeights(out)).toEqual({ ...weights, notes: [] });
  });

  test('safetensors say what they are of', () => {
    const out = join(folder, 'said.safetensors');
    exportWeights(done, out, false);
    expect(openSafetensors(out, readFileSync(out)).metadata).toEqual({ activation: 'tanh', step: '5' });
  });

  test('a file that is there is kept, unless it is to be replaced', () => {
    const out = join(folder, 'there.npz');
    writeFileSync(out, 'mine');
    expect(() => exportWeights(done, out, false)).toThrow(/there\.npz exists already\n.*--force/);
    expect(readFileSync(out, 'utf8')).toBe('mine');
    exportWeights(done, out, true);
    expect(readWeights(out).theta).toEqual(theta);
  });

  test('a folder without weights', () => {
    const out = join(folder, 'none.npz');
    expect(() => exportWeights(results('going', 'running', false), out, false)).toThrow(
      /has no weights\.npz\n {2}Wait/,
    );
    expect(() => exportWeights(results('other', 'finished', false), out, false)).toThrow(/has no weights\.npz/);
  });
});
