import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'flatwalk-import-'));
const file = join(folder, 'flatwalk.mjs');

beforeAll(async () => {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir: folder,
      emptyOutDir: true,
      minify: false,
      lib: { entry: 'src/engine/index.ts', formats: ['es'], fileName: () => 'flatwalk.mjs' },
    },
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a plain Node process, which knows no WebGPU, prints after importing the engine. */
const watch = (action: string) => `
  const touched = [];
  for (const name of ['window', 'document', 'navigator', 'self', 'GPUBufferUsage', 'GPUMapMode', 'GPUShaderStage']) {
    Object.defineProperty(globalThis, name, { configurable: true, get() { touched.push(name); return undefined; } });
  }
  const names = () => Object.getOwnPropertyNames(globalThis).sort().join();
  const before = names();
  const engine = await import(${JSON.stringify(pathToFileURL(file).href)});
  const found = { touched: [...touched], sameGlobals: names() === before };
  ${action}
  console.log(JSON.stringify(found));
`;

function inPlainNode(action: string): unknown {
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', watch(action)], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 20_000,
  });
  return JSON.parse(output);
}

test('importing the engine in plain Node touches nothing and leaves nothing running', () => {
  // That the process ends by itself shows that nothing is left running.
  expect(inPlainNode('')).toEqual({ touched: [], sameGlobals: true });
});

test('an error appears when an engine is asked for', () => {
  expect(inPlainNode('found.code = await engine.Engine.open().catch((error) => error.code);')).toMatchObject({
    code: 'NO_WEBGPU',
  });
});

test('the engine is one file without imports, its shaders inside', () => {
  const source = readFileSync(file, 'utf8');
  expect(source).not.toMatch(/^\s*import\s|\bimport\(|\brequire\(/m);
  expect(source).toContain('fn sgd_lane(');
});
