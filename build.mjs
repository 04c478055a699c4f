/** Builds what is asked for, or everything: `node build.mjs [lib] [cli] [bench] [page] [types]`. */
import { execFileSync } from 'node:child_process';
import { builtinModules } from 'node:module';
import { build } from 'vite';

const nodeOnly = [...builtinModules, ...builtinModules.map((name) => `node:${name}`)];
/** Packages that a program loads only when it needs them, from the installation beside it. */
const loadedLate = ['webgpu', 'puppeteer', '@sparticuz/chromium'];

const library = (entry, outDir, external, minify) =>
  build({
    configFile: false,
    logLevel: 'warn',
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
    build: { target: 'node20', outDir, emptyOutDir: true, ssr: true, rollupOptions: { input, external: loadedLate } },
    ssr: { noExternal: true, external: loadedLate },
  });

const targets = {
  lib: () =>
    library(
      { flatwalk: 'src/engine/index.ts', node: 'src/host/node/index.ts', reference: 'src/reference/index.ts' },
      'dist/lib',
      [...nodeOnly, ...loadedLate],
      false,
    ),
  cli: () => program({ flatwalk: 'src/host/cli/main.ts' }, 'dist/cli'),
  bench: () => program({ steps: 'bench/steps.ts' }, 'dist/bench'),
  page: () => build({ logLevel: 'warn' }),
  types: () => execFileSync('npx', ['tsc', '-p', 'tsconfig.types.json'], { stdio: 'inherit' }),
};

const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(targets)) {
  if (!(name in targets))
    throw new Error(`there is no build target '${name}'; there are: ${Object.keys(targets).join(', ')}`);
  await targets[name]();
}
