/** Modules of the command line that pages use, too: bundled for a browser they need nothing of Node, and stay light. */
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rollup } from 'vite';
import { describe, expect, test } from 'vitest';
import { leaveOut } from '../../leave-out.mjs';
import { stripShaders } from '../../strip-wgsl.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const nodeOnly = new RegExp(`^(node:|(${builtinModules.join('|')})$)`);

/** What a page loads that imports all of these modules, and some of them later. */
async function bundled(paths: readonly string[], later: readonly string[] = []) {
  const entry = '\0entry';
  const address = (path: string) => JSON.stringify(`${root}src/host/${path}`);
  const text = [
    ...paths.map((path, k) => `export * as m${k} from ${address(path)};`),
    ...later.map((path, k) => `export const l${k} = () => import(${address(path)});`),
  ].join('\n');
  const asked: string[] = [];
  const { output } = (await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [
      stripShaders(),
      leaveOut(),
      {
        name: 'entry',
        enforce: 'pre',
        resolveId(id) {
          if (nodeOnly.test(id)) asked.push(id);
          return id === entry ? id : null;
        },
        load: (id) => (id === entry ? text : null),
      },
    ],
    build: { target: 'es2022', write: false, rollupOptions: { input: entry, preserveEntrySignatures: 'strict' } },
  })) as Rollup.RollupOutput;
  const chunks = output.filter((one) => one.type === 'chunk');
  const code = chunks.map((one) => one.code).join('\n');
  const packages = chunks.flatMap(({ moduleIds }) =>
    moduleIds.flatMap((id) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []),
  );
  const size = kilobytes(code);
  console.log(`${paths.join(', ')}: ${size.toFixed(1)} KB gzipped`);
  return { asked, code, packages: new Set(packages), chunks };
}

const kilobytes = (code: string) => gzipSync(code).length / 1000;

const config = ['table', 'kinds', 'resolve', 'read', 'checksum', 'generate', 'problem', 'command', 'vary', 'weights'];
const files = ['samples', 'scale', 'weights', 'npy', 'npz', 'safetensors', 'text', 'json', 'kinds', 'table'];

describe('bundled for a page', () => {
  test.each<[string, string[]]>([
    ['settings', config.map((name) => `config/${name}.ts`)],
    ['readers of data and weights', files.map((name) => `files/${name}.ts`)],
    ['results as files', ['page/export/results.ts', 'page/export/files.ts', 'page/export/zip.ts']],
    ['the report and its figures', ['page/export/drawn.ts']],
  ])('%s need nothing of Node', async (_, paths) => {
    const { asked, code, packages } = await bundled(paths);
    expect(asked).toEqual([]);
    expect(code).not.toMatch(
      /\bBuffer\.(from|alloc|concat|isBuffer)\b|\bprocess\.(env|versions|nextTick)\b|\brequire\(/,
    );
    for (const name of ['hyparquet-writer', 'hyparquet', 'linkedom', 'commander']) expect(packages).not.toContain(name);
  });

  test('what draws comes later, stays below 90 KB, and has neither maps nor colour schemes', async () => {
    const { chunks } = await bundled(['config/table.ts', 'results/parse.ts'], ['page/export/drawn.ts']);
    const drawn = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith('page/export/drawn.ts')));
    const { code = '', modules = {} } = drawn ?? {};
    console.log(`what draws: ${kilobytes(code).toFixed(1)} KB gzipped`);
    expect(code).toContain('flatwalk report');
    expect(kilobytes(code)).toBeLessThan(90);
    for (const [id, { renderedLength }] of Object.entries(modules)) {
      if (/d3-geo|d3-scale-chromatic/.test(id)) expect(renderedLength, id).toBeLessThan(1000);
    }
  });
});
