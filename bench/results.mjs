/**
 * Measures everything again and writes what the documents show: `npm run results [-- swiftshader lavapipe hardware]`.
 *
 * For each adapter named (all that are there, if none is), one after the other: every suite, then the peers, into
 * bench/results/<adapter>/, of hardware bench/results/<card>/. Then the tables of docs/performance.md and the README's picture.
 * FLATWALK_PYTHON names the Python that has PyTorch and JAX; `npm ci --prefix bench/peers` installs the rest. Leave the machine
 * alone meanwhile.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const given = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const parts = given.length > 0 ? given : ['swiftshader', 'lavapipe', 'hardware'];
const only = process.argv.find((word) => word.startsWith('--only='))?.slice('--only='.length);

run('build.mjs', 'cli', 'bench');
const scratch = mkdtempSync(join('dist', 'results-'));
let measured = 0;
try {
  for (const adapter of parts) {
    for (const [name, words] of [
      ['bench', []],
      ['peers', ['--peers']],
    ]) {
      if (only && only !== name) continue;
      const out = join(scratch, `${adapter}-${name}.json`);
      console.log(`\n--- ${adapter}: ${name}`);
      const code = run('dist/cli/flatwalk.js', 'bench', ...words, '--adapter', adapter, '--out', out);
      // No such adapter: where none was named, the others will do.
      if (code === 3 && given.length === 0) break;
      if (code !== 0) throw new Error(`flatwalk bench ended with ${code} on ${adapter}; its results are not kept`);
      const folder = join('bench/results', adapter === 'hardware' ? cardOf(readFileSync(out, 'utf8')) : adapter);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${name}.json`), withoutPaths(readFileSync(out, 'utf8')));
      measured += 1;
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
if (measured === 0) throw new Error('nothing was measured');
run('dist/bench/figures.js');

function run(...words) {
  return spawnSync(process.execPath, words, { stdio: 'inherit' }).status;
}

/** A folder for the card, as the bundle's documents get one. */
function cardOf(text) {
  const { name } = JSON.parse(text).environment.adapter;
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** A path of this machine is no fact about its speed. */
function withoutPaths(text) {
  const python = process.env.FLATWALK_PYTHON;
  return python ? text.replaceAll(python, 'python') : text;
}
