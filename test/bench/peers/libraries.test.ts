/** The real libraries, where they are installed. */
import { spawnSync } from 'node:child_process';
import { afterAll, expect, test, vi } from 'vitest';
import { comparePeers } from '../../../bench/peers/compare.ts';
import { installCommand, isInstalled, openInNode, peersFolder } from '../../../bench/peers/node.ts';
import type { Library } from '../../../bench/peers/peer.ts';
import { openPython, pythonProgram } from '../../../bench/peers/python.ts';
import { Engine } from '../../../src/engine/index.ts';
import { openNodeGpu } from '../../../src/host/node/index.ts';
import '../../gpu.ts';

// They compile for long on some drivers.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 60_000 });

const folder = peersFolder() ?? '';
const installed = isInstalled(folder);
if (!installed) console.log(`skipped: jax-js and TensorFlow.js are not installed: ${installCommand(folder)}`);

const python = pythonProgram(undefined);
const can = (name: string) => spawnSync(python, ['-c', `import ${name}`], { stdio: 'ignore' }).status === 0;
const [torch, jax] = [can('torch'), can('jax')];
if (!torch) console.log(`skipped: ${python} has no PyTorch: FLATWALK_PYTHON names another`);
if (!jax) console.log(`skipped: ${python} has no JAX: FLATWALK_PYTHON names another`);

const { gpu } = await openNodeGpu();
const engine = await Engine.open({ gpu });
afterAll(() => engine.dispose());

async function everyAnswerIsRight(libraries: readonly Library[], filter: string, atLeast: number) {
  const { cases } = await comparePeers(engine, { libraries, missing: [] }, { filter, effort: 'tiny' });
  const found = cases.flatMap((one) => Object.entries(one.peers));
  expect(found.length).toBeGreaterThanOrEqual(atLeast);
  for (const [name, { check, time, ratio }] of found) {
    expect([name, check]).toEqual([name, expect.objectContaining({ passed: true })]);
    expect(time, name).toBeGreaterThan(0);
    expect(ratio?.median, name).toBeGreaterThan(0);
  }
}

test.skipIf(!installed)('jax-js and TensorFlow.js, on the adapter that flatwalk has', async () => {
  const { libraries, missing } = await openInNode(folder, gpu);
  expect(missing).toEqual([]);
  await everyAnswerIsRight(libraries, 'small/one run: jax-js, by hand', 3);
  await everyAnswerIsRight(libraries, 'small/one run: TensorFlow.js, by hand', 1);
  await everyAnswerIsRight(libraries, 'small/64 replicas: jax-js', 1);
});

test.skipIf(!torch && !jax)('PyTorch and JAX, in processes of their own', async () => {
  const { libraries } = await openPython(folder, python);
  try {
    expect(libraries.map(({ name }) => name)).toEqual([...(torch ? ['PyTorch'] : []), ...(jax ? ['JAX'] : [])]);
    if (jax) await everyAnswerIsRight(libraries, 'small/64 replicas: JAX', 3);
    if (jax) await everyAnswerIsRight(libraries, 'small/one run: JAX', 3);
    if (torch) await everyAnswerIsRight(libraries, 'small/one run: PyTorch, by hand', 1);
    if (torch) await everyAnswerIsRight(libraries, 'small/probe: PyTorch, ', 2);
  } finally {
    for (const library of libraries) await library.close();
  }
});
