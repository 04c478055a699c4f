/** The peers' libraries in Node, on Dawn: they look for WebGPU where a page has it. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openJax } from './jax-js.ts';
import type { Jax, Tensorflow } from './libraries.d.ts';
import type { Library, Missing } from './peer.ts';
import { openTensorflow } from './tensorflow.ts';

export const INSTALL = 'npm ci --prefix bench/peers';

/** Whether the libraries are installed in the folder bench/peers. */
export function isInstalled(folder: string): boolean {
  return ['@jax-js/jax', '@tensorflow/tfjs', '@tensorflow/tfjs-backend-webgpu'].every((name) =>
    existsSync(join(folder, 'node_modules', name, 'package.json')),
  );
}

/** Opens the libraries on a `gpu` of Dawn's, which becomes `navigator.gpu`. */
export async function openInNode(folder: string, gpu: GPU): Promise<{ libraries: Library[]; missing: Missing[] }> {
  if (!isInstalled(folder)) {
    const reason = `not installed; install them: ${INSTALL}`;
    return { libraries: [], missing: ['jax-js', 'TensorFlow.js'].map((name) => ({ name, reason })) };
  }
  await offerWebGpu(gpu);
  const require = createRequire(join(folder, 'package.json'));
  const libraries: Library[] = [];
  const missing: Missing[] = [];
  const open = async (name: string, opening: () => Promise<Library>) => {
    try {
      libraries.push(await opening());
    } catch (error) {
      missing.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  };
  await open('jax-js', async () => {
    const root = join(folder, 'node_modules/@jax-js/jax');
    const { version, module } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return openJax((await import(/* @vite-ignore */ pathToFileURL(join(root, module)).href)) as Jax, version);
  });
  await open('TensorFlow.js', () => {
    const tf = require('@tensorflow/tfjs') as Tensorflow;
    require('@tensorflow/tfjs-backend-webgpu');
    return openTensorflow(tf);
  });
  return { libraries, missing };
}

async function offerWebGpu(gpu: GPU): Promise<void> {
  const { globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  // Node 20 has no navigator; later ones have one without a GPU. jax-js asks for the browser's name, too.
  const { navigator } = globalThis as { navigator?: Navigator };
  const value = { userAgent: navigator?.userAgent ?? 'Node', hardwareConcurrency: navigator?.hardwareConcurrency, gpu };
  Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
}
