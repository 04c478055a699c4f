/** Rules of the code base that no compiler checks. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compose as composeFile, fileOf as fileAmong } from '../../src/engine/compose.ts';
import { geometry } from '../../src/engine/geometry/geometry.ts';
import type { Kernel } from '../../src/engine/kernel.ts';
import { core } from '../../src/engine/kernels.ts';
import { large } from '../../src/engine/large/index.ts';
import { tileVariant } from '../../src/engine/products.ts';
import { compose, fileOf, type KernelName, kernelNames, kernels, shaderFiles } from '../../src/engine/registry.ts';
import { tables } from '../../src/engine/tables.ts';
import { activationNames } from '../../src/model/activations.ts';

const textOf = (file: string) => shaderFiles.get(file) ?? '';
const kernelFiles = kernelNames.map(fileOf);
const fragments = [...shaderFiles.keys()].filter((file) => !kernelFiles.includes(file));
const slots = {
  activation: 'tanh',
  space: 'data',
  draws: 'sampled',
  law: 'gaussian',
  schedule: 'varying',
  tile: 'quads',
};
const tile = tileVariant('quads 4x4').constants;
const sizes = { WIDTH: 1, SAMPLES: 1, STATE: 1, BATCH: 1, LANES: 1, ROWS: 1, HALVINGS: 1, SCHEDULED: 1, ...tile };
const parts = { large, geometry, tables };
const code = (text: string) => text.replaceAll(/\/\/.*$/gm, '');

describe.each(kernelNames)('kernel %s', (name: KernelName) => {
  const kernel: Kernel = kernels[name];
  const text = code(textOf(fileOf(name)));

  test('has a file with an entry point of its name, and only that', () => {
    expect([...text.matchAll(/@compute[^{]*?fn (\w+)\(/g)].map((m) => m[1])).toEqual([name]);
  });

  test('opens with a header: its name, and what it computes', () => {
    expect(textOf(fileOf(name)).startsWith(`// ${name}: `)).toBe(true);
  });

  test('declares the parameters of its descriptor, in name, type and order', () => {
    const fields = /struct Params \{([^}]*)\}/.exec(text)?.[1] ?? '';
    const declared = fields
      .split(',')
      .map((f) => f.trim().split(/:\s*/))
      .filter(([field]) => field !== '');
    // The last one is the recorder's: where a dispatch begins that was cut.
    expect(declared).toEqual([...Object.entries(kernel.params), ['first_group', 'u32']]);
    expect(text).toContain('@group(1) @binding(0) var<uniform> params: Params;');
  });

  test('declares the bindings of its descriptor, in name, access and order, at most 8', () => {
    const declared = [...text.matchAll(/@group\(0\) @binding\((\d+)\) var<storage, (\w+)> (\w+)/g)];
    const wanted = Object.entries(kernel.bindings).map(([binding, access], k) => [
      String(k),
      access === 'read' ? 'read' : 'read_write',
      binding,
    ]);
    expect(declared.map((m) => m.slice(1))).toEqual(wanted);
    expect(wanted.length).toBeLessThanOrEqual(8);
    expect([...text.matchAll(/@group/g)].length).toBe(wanted.length + 1);
  });

  test('needs no constant that its descriptor does not name', () => {
    const whole = code(compose(name, { slots, constants: sizes }).code);
    const known = [
      'SAMPLES',
      'BATCH',
      'RUNNING',
      'WIDTH',
      'STATE',
      'LANES',
      'ROWS',
      'HALVINGS',
      'OWN_TARGETS',
      'SCHEDULED',
      ...Object.keys(tile),
    ];
    const used = known.filter((constant) => new RegExp(`(?<!const )\\b${constant}\\b(?!:)`).test(whole));
    expect(kernel.constants).toEqual(expect.arrayContaining(used));
  });
});

describe('shaders', () => {
  test('kernels lie in the folder of their part, one file each', () => {
    const files = [...shaderFiles.keys()].filter(
      (file) => !/\//.test(file) || /^(large|geometry|shared|tables)\//.test(file),
    );
    expect(files.sort()).toEqual([...kernelFiles].sort());
  });

  test.each(Object.entries(parts))('the part %s needs no other part than the core', (_, { kernels, shaders }) => {
    const files = new Map([...core.shaders, ...shaders]);
    for (const name of Object.keys(kernels)) composeFile(fileAmong(name, shaders), files, { slots, constants: sizes });
  });

  test('there is an activation file for every entry of the table, and no other', () => {
    const files = fragments.filter((f) => f.startsWith('activation/')).map((f) => f.slice('activation/'.length, -5));
    expect(files.sort()).toEqual([...activationNames].sort());
  });

  test.each(activationNames)('activation %s has phi and its derivatives', (name) => {
    const text = code(textOf(`activation/${name}.wgsl`));
    for (const order of ['phi', 'dphi', 'd2phi', 'd3phi']) expect(text).toContain(`fn ${order}(z: f32) -> f32 {`);
  });

  test.each(fragments)('fragment %s has no bindings and no entry points', (file) => {
    expect(code(textOf(file))).not.toMatch(/@group|@binding|@compute/);
    expect(textOf(file)).toMatch(/^\/\/ \S/);
  });

  test('every fragment is used, or is a choice for a slot', () => {
    const wanted = new Set<string>();
    const folders = new Set<string>();
    for (const text of shaderFiles.values()) {
      for (const [, kind, name] of text.matchAll(/^\/\/ (uses|slot): (\S+)$/gm)) {
        if (kind === 'uses') wanted.add(name);
        else folders.add(name);
      }
    }
    expect(fragments.filter((file) => !wanted.has(file) && !folders.has(dirname(file)))).toEqual([]);
  });

  test('a NaN is looked for by its bits, and no diagnostic is switched off', () => {
    for (const [file, text] of shaderFiles) {
      expect(code(text), file).not.toMatch(/\bdiagnostic\b|\bpow\(|\btanh\(|\bisNan\b/);
      expect(code(text), file).not.toMatch(/\b(\w+) != \1\b/);
    }
  });
});

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typesOnly: boolean;
}

const root = join(import.meta.dirname, '../..');

/** Every import line under a folder; paths are relative to the root, packages are as written. */
function importsUnder(folder: string): Import[] {
  return sourceFiles(folder).flatMap((from) => {
    const text = readFileSync(join(root, from), 'utf8');
    const found = [
      ...text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?\sfrom '([^']+)'/gm),
      ...text.matchAll(/^import\s+(type\s)?'([^']+)'/gm),
      ...text.matchAll(/(?<!typeof )\bimport\((\s*)'([^']+)'\)/g),
    ];
    return found.map(([, types, to]) => ({
      from,
      to: to.startsWith('.') ? normalize(join(dirname(from), to)) : to,
      typesOnly: types?.trim() === 'type',
    }));
  });
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}

describe('layers', () => {
  const isPackage = ({ to }: Import) => !/^(src|test|bench)\//.test(to);
  const within = (...folders: string[]) => {
    return ({ to }: Import) => folders.some((folder) => to.startsWith(`src/${folder}/`));
  };

  test('the model imports nothing', () => {
    expect(importsUnder('src/model').filter((i) => !within('model')(i))).toEqual([]);
  });

  test('the reference imports the model, and types of the engine', () => {
    const strange = importsUnder('src/reference').filter(
      (i) => !within('model', 'reference')(i) && !(within('engine')(i) && i.typesOnly),
    );
    expect(strange).toEqual([]);
  });

  test('the engine imports the model', () => {
    expect(importsUnder('src/engine').filter((i) => !within('model', 'engine')(i))).toEqual([]);
  });

  test('the engine knows neither a page nor Node', () => {
    for (const file of sourceFiles('src/engine')) {
      const text = readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      expect(text, file).not.toMatch(/\b(document|window|localStorage|process|Buffer|require)\b[.(]/);
    }
  });

  test('nothing in src imports tests, and only tasks, commands, their tab and the guard know the benchmarks', () => {
    const imports = importsUnder('src');
    expect(imports.filter(({ to }) => to.startsWith('test/'))).toEqual([]);
    const ofBench = imports.filter(({ to }) => to.startsWith('bench/'));
    expect(ofBench.filter(({ from }) => !/^src\/host\/(tasks|cli|vitest|page\/benchmark)\//.test(from))).toEqual([]);
  });

  test.each([
    ['webgpu', 'src/host/node/gpu.ts'],
    ['puppeteer', 'src/host/chrome/launch.ts'],
  ])('%s is loaded in one place', (name, place) => {
    const loaders = importsUnder('src').filter((i) => i.to === name && !i.typesOnly);
    expect([...new Set(loaders.map((i) => i.from))]).toEqual([place]);
  });

  test('packages are a matter of the host', () => {
    const wrong = importsUnder('src').filter((i) => isPackage(i) && !i.from.startsWith('src/host/'));
    expect(wrong).toEqual([]);
  });

  test('ARCHITECTURE.md names every folder of shaders', () => {
    const row = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8').match(/^\| `shaders\/` .*$/m)?.[0];
    const folders = new Set([...shaderFiles.keys()].filter((file) => file.includes('/')).map((file) => dirname(file)));
    for (const folder of folders) expect(row).toContain(`\`${folder}/\``);
  });
});
