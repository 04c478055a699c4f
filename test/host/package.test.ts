/** What is shipped: the library as built, as plain modules and through a bundler, and how much of it has to be loaded. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, minify, type Rollup } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as flatwalk from '../../src/engine/index.ts';
import type { ProblemOptions } from '../../src/engine/index.ts';
import { makeInputs, makeLabels, makeWeights } from '../../src/model/data.ts';
import { openTestDevice } from '../gpu.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'flatwalk-package-'));
const library = join(folder, 'lib');
const file = join(library, 'flatwalk.js');

beforeAll(() => {
  execFileSync(process.execPath, ['build.mjs', 'lib', `--out=${folder}`], { cwd: root, stdio: 'inherit' });
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

test('there is a file for every entry of the package, with types', () => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { include } = JSON.parse(readFileSync(join(root, 'tsconfig.types.json'), 'utf8'));
  for (const [entry, target] of Object.entries<{ types: string; default: string } | string>(exports)) {
    if (typeof target === 'string') continue;
    expect(readdirSync(library), entry).toContain(basename(target.default));
    expect(include, entry).toContain(target.types.replace('./dist/types/', '').replace('.d.ts', '.ts'));
  }
});

describe('what npm packs', () => {
  const { exports, bin, files, scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const targets = Object.values<{ types: string; default: string } | string>(exports).flatMap((target) =>
    typeof target === 'string' ? [target] : [target.types, target.default],
  );
  // Headless Chrome opens a page of the package by its name.
  const named = [...targets, ...Object.values<string>(bin), './dist/page/runner.html'].map((path) => path.slice(2));

  test('is what its entries and its program name, and nothing else that was built', () => {
    const copy = join(folder, 'packed');
    for (const name of ['package.json', 'shaders', 'README.md', 'CHANGELOG.md', 'LICENSE']) {
      cpSync(join(root, name), join(copy, name), { recursive: true });
    }
    cpSync(library, join(copy, 'dist/lib'), { recursive: true });
    // Stand-ins: what is asked is which names are packed.
    const others = ['dist/flatwalk-gpu/node.gz', 'dist/bench/figures.js', 'dist/results-1/peers.json'];
    for (const path of [...named, ...others]) {
      if (path.includes('*') || existsSync(join(copy, path))) continue;
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), '');
    }
    const options = { cwd: copy, encoding: 'utf8', stdio: 'pipe' } as const;
    const [pack] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], options));
    const packed: string[] = pack.files.map(({ path }: { path: string }) => path);
    for (const path of named) {
      const whole = path.replace('*', 'multiply.wgsl');
      expect(packed, path).toContain(whole);
    }
    expect(packed).not.toEqual(expect.arrayContaining([expect.stringMatching(/^dist\/(?!(cli|lib|page|types)\/)/)]));
    const texts = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];
    expect(packed.filter((path) => !/^(dist|shaders)\//.test(path)).sort()).toEqual(texts);
  });

  test('is built before, all of it', () => {
    const folders = files.filter((name: string) => name.startsWith('dist/')).map((name: string) => basename(name));
    expect(scripts.prepack).toBe(`node build.mjs ${folders.join(' ')}`);
  });
});

/** Where to load the parts from that are not in the file itself. */
const partFiles = (code: string) => [...code.matchAll(/\bimport\(["'`]\.\/([a-z]+)/g)].map((match) => match[1]);

/** Whether a file of the library asks for another by `import()`. */
const loadsLater = (file: string, id: string) =>
  id.startsWith('./') && ['"', "'", '`'].some((q) => readFileSync(file, 'utf8').includes(`import(${q}${id}${q})`));

/** A file of the library with all that it imports, but for what it loads later, as one file. */
async function bundle(entry: string): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      lib: { entry: join(library, entry), formats: ['es'] },
      rollupOptions: {
        external: (id, importer) => importer !== undefined && loadsLater(importer, id),
      },
    },
  })) as Rollup.RollupOutput[];
  expect(built[0].output).toHaveLength(1);
  return built[0].output[0].code;
}

describe('sizes', () => {
  test('the engine and each of its parts, minified and compressed', async () => {
    // With all instruments; who imports some of them gets no more than these.
    const most: Record<string, number> = { flatwalk: 32, geometry: 48, large: 25 };
    const sizes: Record<string, number> = {};
    for (const entry of Object.keys(most)) {
      const { code } = await minify(`${entry}.js`, await bundle(`${entry}.js`), {
        module: true,
        compress: true,
        mangle: { toplevel: true },
      });
      sizes[entry] = gzipSync(code, { level: 9 }).length;
    }
    console.log(`bytes, minified and compressed, each with all that it imports: ${JSON.stringify(sizes)}`);
    for (const [entry, size] of Object.entries(sizes)) expect(size, entry).toBeLessThanOrEqual(most[entry] * 1024);
  });

  test('the engine has in it what a small network needs, and loads the rest later', async () => {
    const code = await bundle('flatwalk.js');
    expect(partFiles(code).sort()).toEqual(['geometry', 'large', 'tables']);
    for (const own of ['fn sgd_lane(', 'fn observe(', 'fn multiply(']) expect(code).toContain(own);
    for (const later of ['fn sgd_group(', 'fn gram_matrix(', 'fn probe_vectors(', 'fn draw_table(']) {
      expect(code).not.toContain(later);
    }
    // Nor does it wait for anything while it is imported.
    expect(code).not.toMatch(/^import\s|\brequire\(|^[^\s*/].*\bawait\b/m);
  });
});

/** Small, with metrics of every part, and then a full batch that is too large for registers. */
async function tryOut({ Engine }: typeof flatwalk, device: GPUDevice, parts?: flatwalk.EngineOptions['parts']) {
  const engine = await Engine.open({ device, parts });
  const of = (n: number, d: number, width: number, activation: string): ProblemOptions => ({
    inputs: makeInputs({ kind: 'unit', n, d, seed: 1 }),
    labels: makeLabels({ n, low: 1, high: 2, seed: 1 }),
    width,
    activation,
    weights: makeWeights({ m: width, d, std: 0.5, seed: 1 }),
  });
  const small = await engine.problem(of(2, 3, 2, 'cubic'));
  const run = small.train({
    stepSize: 1e-3,
    steps: 10,
    metrics: ['loss', 'gradientNorm', 'traceEstimate'],
    plan: { strategy: 'lane' },
  });
  for await (const { values } of run) {
    for (const value of Object.values(values)) expect(Number.isFinite(value[0])).toBe(true);
  }
  const wide = (await engine.problem(of(8, 8, 8, 'cubic'))).train({
    stepSize: 1e-4,
    steps: 2,
    batch: 'full',
    plan: { strategy: 'tiled' },
  });
  expect(await wide.finish()).toMatchObject({ kind: 'finished', step: 2 });
  engine.dispose();
}

describe('the built library computes', () => {
  test('as plain modules', async () => {
    await tryOut(await import(/* @vite-ignore */ pathToFileURL(file).href), await openTestDevice());
  });

  test('with its parts given, where nothing can be loaded later', async () => {
    const { large } = await import(/* @vite-ignore */ pathToFileURL(join(library, 'large.js')).href);
    const { geometry } = await import(/* @vite-ignore */ pathToFileURL(join(library, 'geometry.js')).href);
    await tryOut(await import(/* @vite-ignore */ pathToFileURL(file).href), await openTestDevice(), {
      large,
      geometry,
    });
  });

  test('after a bundler, with chunks', async () => {
    const outDir = join(folder, 'app');
    await build({
      root: library,
      configFile: false,
      logLevel: 'warn',
      build: {
        outDir,
        emptyOutDir: true,
        ssr: true,
        minify: true,
        rollupOptions: { input: file, output: { entryFileNames: 'app.mjs', chunkFileNames: '[name].mjs' } },
      },
    });
    await tryOut(await import(/* @vite-ignore */ pathToFileURL(join(outDir, 'app.mjs')).href), await openTestDevice());
  });

  test('a part that is not there is named', async () => {
    const incomplete = join(folder, 'incomplete');
    cpSync(library, incomplete, { recursive: true, filter: (name) => !/^geometry/.test(basename(name)) });
    const { Engine }: typeof flatwalk = await import(
      /* @vite-ignore */ pathToFileURL(join(incomplete, 'flatwalk.js')).href
    );
    const engine = await Engine.open({ device: await openTestDevice() });
    const problem = await engine.problem({ inputs: [[1]], labels: [1], width: 1, activation: 'cubic', weights: [1] });
    await expect(problem.gradient()).rejects.toMatchObject({
      code: 'HOST',
      message: expect.stringContaining("part 'geometry'"),
    });
    expect(await problem.loss()).toEqual(Float64Array.of(0));
    engine.dispose();
  });
});
