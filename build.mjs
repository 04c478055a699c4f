/**
 * Builds what is asked for, or everything: `node build.mjs [lib] [cli] [bench] [page] [types] [--out=FOLDER]`, into dist/ if no
 * other folder is named.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { stripShaders } from './strip-wgsl.mjs';

const named = process.argv.find((argument) => argument.startsWith('--out='));
const out = resolve(named?.slice('--out='.length) ?? 'dist');

const nodeOnly = [...builtinModules, ...builtinModules.map((name) => `node:${name}`)];
/** Packages that a program loads only when it needs them, from the installation beside it. */
const loadedLate = ['webgpu', 'puppeteer', '@sparticuz/chromium'];

const library = (entry, outDir, external, minify) =>
  build({
    configFile: false,
    logLevel: 'warn',
    plugins: [stripShaders()],
    build: {
      target: 'es2022',
      outDir,
      emptyOutDir: true,
      minify,
      lib: { entry, formats: ['es'] },
      rollupOptions: { external },
    },
  });

const program = (input, outDir) =>
  build({
    configFile: false,
    logLevel: 'warn',
    plugins: [stripShaders()],
    build: { target: 'node20', outDir, emptyOutDir: true, ssr: true, rollupOptions: { input, external: loadedLate } },
    ssr: { noExternal: true, external: loadedLate },
  });

/** What PNG files are drawn with, beside the program that loads it when it is asked for one. */
function copyPictures(folder) {
  mkdirSync(folder, { recursive: true });
  const keep = (path, name = basename(path)) =>
    copyFileSync(fileURLToPath(new URL(`node_modules/${path}`, import.meta.url)), join(folder, name));
  keep('@resvg/resvg-wasm/index_bg.wasm');
  for (const font of ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf']) keep(`dejavu-fonts-ttf/ttf/${font}`);
  keep('dejavu-fonts-ttf/LICENSE', 'LICENSE-DejaVu.txt');
  keep(licenceTexts['@resvg/resvg-wasm'], 'LICENSE-resvg.txt');
}

/** Where there is the text of a licence that a package names without having it: resvg is under the MPL 2.0, as axe-core is. */
export const licenceTexts = { '@resvg/resvg-wasm': 'axe-core/LICENSE' };

const targets = {
  lib: () =>
    library(
      {
        flatwalk: 'src/engine/index.ts',
        data: 'src/model/data.ts',
        geometry: 'src/engine/geometry/index.ts',
        large: 'src/engine/large/index.ts',
        node: 'src/host/node/index.ts',
        reference: 'src/reference/index.ts',
        vitest: 'src/host/vitest/index.ts',
      },
      join(out, 'lib'),
      [...nodeOnly, ...loadedLate],
      false,
    ),
  cli: async () => {
    await program({ flatwalk: 'src/host/cli/flatwalk.ts' }, join(out, 'cli'));
    copyPictures(join(out, 'cli/pictures'));
  },
  bench: () =>
    program(
      { figures: 'bench/figures.ts', instruments: 'bench/instruments.ts', curvature: 'bench/curvature.ts' },
      join(out, 'bench'),
    ),
  page: async () => {
    for (const mode of ['production', 'runner']) {
      await build({ mode, logLevel: 'warn', build: { outDir: join(out, 'page') } });
    }
  },
  types: () =>
    execFileSync('npx', ['tsc', '-p', 'tsconfig.types.json', '--outDir', join(out, 'types')], { stdio: 'inherit' }),
};

/** The program, built into a folder, and the packages that have become part of it. */
export async function builtPackages(folder) {
  const { output } = await program({ flatwalk: 'src/host/cli/flatwalk.ts' }, join(folder, 'cli'));
  const modules = output.flatMap(({ modules = {} }) => Object.keys(modules));
  const names = modules.map((id) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1]);
  return [...new Set(names.filter(Boolean))].sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2).filter((argument) => argument !== named);
  for (const name of asked.length > 0 ? asked : Object.keys(targets)) {
    if (!(name in targets))
      throw new Error(`there is no build target '${name}'; there are: ${Object.keys(targets).join(', ')}`);
    await targets[name]();
  }
}
