/**
 * What `npm test` runs: lint, types, build, then every test on the pinned adapter. The last line printed is the total.
 *
 *   npm test                               everything, on the embedded software adapter
 *   npm test -- gradient                   only the tests whose path contains "gradient", without lint and build
 *   FLATWALK_TEST_ADAPTER=lavapipe ...     on another adapter
 *   FLATWALK_TEST_ADAPTER=all ...          GPU tests again on every other adapter of this machine
 *   FLATWALK_TEST_SKIP=forbid ...          a skipped test or adapter counts as a failure
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const filters = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), 'flatwalk-test-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

// Node 20 does not import TypeScript; Vite does it for us, so that the choice of an adapter is written down once.
const vite = await createServer({
  configFile: false,
  appType: 'custom',
  server: { middlewareMode: true, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
const environment = await vite.ssrLoadModule('/src/host/node/environment.ts');
const { findEmbedded, unpackEmbedded } = await vite.ssrLoadModule('/src/host/node/embedded.ts');
const { openNodeGpu } = await vite.ssrLoadModule('/src/host/node/gpu.ts');

const total = { passed: 0, failed: 0, skipped: 0 };

/** Runs one program to its end, shows what it prints, and returns its exit code. */
function run(label, command, args, env = {}) {
  console.log(`\n--- ${label}`);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? `killed by ${signal}`));
  });
}

/** A step that is not made of tests counts only if it fails. */
async function step(label, script, ...args) {
  const code = await run(label, process.execPath, [script, ...args]);
  if (code === 0) return true;
  console.log(`FAILED: ${label} (exit code ${code})`);
  total.failed += 1;
  return false;
}

async function vitest(adapter, files) {
  const report = join(scratch, `${adapter}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...files];
  const code = await run(`tests on ${adapter}`, process.execPath, args, { FLATWALK_TEST_ADAPTER: adapter });
  const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null;
  total.passed += result?.numPassedTests ?? 0;
  total.skipped += (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0);
  // A file that cannot be loaded, an error outside any test, or a crash fails no test, but it fails the run.
  total.failed += Math.max(result?.numFailedTests ?? 0, code === 0 ? 0 : 1);
}

/** Tests that ask for the test device; the others give the same result on every adapter. */
function gpuTests() {
  return readdirSync('test', { recursive: true })
    .map((name) => join('test', name))
    .filter(
      (file) =>
        file.endsWith('.test.ts') && /(from|import) '[./]+\/(gpu|support)\.ts'/.test(readFileSync(file, 'utf8')),
    );
}

function describe({ kind, reason, adapter }) {
  const driver = adapter.driver && adapter.driver !== adapter.name ? `, ${adapter.driver}` : '';
  return `${adapter.name}${driver}${adapter.software ? ' (software)' : ''}, chosen as ${kind}: ${reason}`;
}

const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version;

const pinned = environment.pinnedAdapterWish();
const versions = ['webgpu', '@sparticuz/chromium', 'puppeteer', 'vite', 'vitest', 'typescript'];
console.log(`adapter   ${describe(await openNodeGpu(pinned))}`);
console.log(
  `versions  node ${process.versions.node}, ${versions.map((name) => `${name} ${version(name)}`).join(', ')}`,
);

if (filters.length === 0) {
  // Unpacking the browser takes seconds of one processor, and the steps before the tests leave one free.
  const browser = typeof findEmbedded() === 'string' ? null : unpackEmbedded('chromium');
  await step('lint', 'node_modules/@biomejs/biome/bin/biome', 'check', '.');
  await step('types', 'node_modules/typescript/bin/tsc', '--noEmit');
  // The tests use what is built here; what could not be built they try to build themselves, and say so.
  if (await step('build', 'build.mjs')) process.env.FLATWALK_TEST_BUILT = root;
  await browser;
}

await vitest(pinned, filters);

if (process.env.FLATWALK_TEST_ADAPTER === 'all') {
  for (const kind of environment.adapterKinds.filter((kind) => kind !== pinned)) {
    try {
      console.log(`\nadapter   ${describe(await openNodeGpu(kind))}`);
    } catch (error) {
      console.log(`\nskipped   tests on ${kind}: ${error.message}`);
      total.skipped += 1;
      continue;
    }
    await vitest(kind, filters.length > 0 ? filters : gpuTests());
  }
}

await vite.close();
if (process.env.FLATWALK_TEST_SKIP === 'forbid') {
  total.failed += total.skipped;
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 ? 1 : 0;
