/** The peers' libraries in Node, on Dawn: they look for WebGPU where a page has it. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openJax } from './jax-js.ts';
import type { Jax, Tensorflow } from './libraries.ts';
import type { Found, Library, Missing } from './peer.ts';
import { openPython, pythonProgram } from './python.ts';
import { openTensorflow } from './tensorflow.ts';

/** Every library that there is: those of JavaScript on `gpu`, those of Python in processes of their own. */
export async function findPeers(gpu: GPU, python?: string): Promise<Found> {
  const folder = peersFolder();
  if (folder === null) {
    const reason = 'what compares with it is in a clone of the repository only';
    const names = ['jax-js', 'TensorFlow.js', 'PyTorch', 'JAX'];
    return { libraries: [], missing: names.map((name) => ({ name, reason })) };
  }
  const here = await openInNode(folder, gpu);
  const beside = await openPython(folder, pythonProgram(python));
  return {
    libraries: [...here.libraries, ...beside.libraries],
    missing: [...here.missing, ...beside.missing],
  };
}

/** bench/peers of the package that this file belongs to, be it the source or a bundle. */
export function peersFolder(): string | null {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const peers = join(folder, 'bench/peers');
    if (existsSync(join(peers, 'protocol.py'))) return peers;
    if (folder === dirname(folder)) return null;
  }
}

/** The one command that installs the libraries of JavaScript. */
export function installCommand(folder: string): string {
  return `npm ci --prefix ${relative(process.cwd(), folder) || '.'}`;
}

/** Whether they are installed in the folder bench/peers. */
export function isInstalled(folder: string): boolean {
  return ['@jax-js/jax', '@tensorflow/tfjs', '@tensorflow/tfjs-backend-webgpu'].every((name) =>
    existsSync(join(folder, 'node_modules', name, 'package.json')),
  );
}

/** Opens the libraries on a `gpu` of Dawn's, which becomes `navigator.gpu`. */
export async function openInNode(folder: string, gpu: GPU): Promise<Found> {
  if (!isInstalled(folder)) {
    const missing = { reason: 'not installed', install: installCommand(folder) };
    return { libraries: [], missing: ['jax-js', 'TensorFlow.js'].map((name) => ({ name, ...missing })) };
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
