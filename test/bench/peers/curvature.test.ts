/** Curvature beside torch.func, where there is a Python with it. */
import { spawnSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { compareCurvature, disagreements, isAbsent } from '../../../bench/peers/curvature.ts';
import { peersFolder } from '../../../bench/peers/node.ts';
import { pythonProgram } from '../../../bench/peers/python.ts';
import { openTestEngine } from '../../engine/support.ts';

vi.setConfig({ testTimeout: 300_000 });

const python = pythonProgram(undefined);
const torch = spawnSync(python, ['-c', 'import torch.func, numpy'], { stdio: 'ignore' }).status === 0;
if (!torch) console.log(`skipped: ${python} has no PyTorch with torch.func: FLATWALK_PYTHON names another`);

const engine = await openTestEngine();
const folder = peersFolder() ?? '';

test.skipIf(!torch)('traces, eigenvalues, densities and ascent steps agree with torch.func in float64', async () => {
  const found = await compareCurvature(engine, folder, python);
  expect(found.rows.filter(({ by }) => by === 'torch.func')).toHaveLength(6 * 7);
  expect(disagreements(found)).toEqual([]);
  if (found.missing.length > 0) console.log(`not compared: ${JSON.stringify(found.missing)}`);
});

test('a figure that is off, or no number, disagrees', () => {
  const row = { problem: 'a', what: 'b', by: 'torch.func', ours: 1, theirs: 2 } as const;
  const rows = [0.5, 1, 1.5, Number.NaN].map((error) => ({ ...row, error, tolerance: 1 }));
  expect(disagreements({ version: '', missing: [], rows })).toEqual(rows.slice(2));
});

test('where there is no such Python the reason is said; other failures are faults', async () => {
  const reason = (python: string, where: string) =>
    compareCurvature(engine, where, python).then(
      () => new Error('it did not fail'),
      (error: Error) => error,
    );
  const gone = await reason('/no/such/python', folder);
  expect([gone.message.includes('ENOENT'), isAbsent(gone)]).toEqual([true, true]);
  const broken = await reason(process.execPath, '/no/such/folder');
  expect([broken.message === 'it did not fail', isAbsent(broken)]).toEqual([false, false]);
  expect(isAbsent(new Error("ModuleNotFoundError: No module named 'torch'"))).toBe(true);
});
