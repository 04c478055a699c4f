/** Inside the bundle: runs the suites, then the peers, and writes one document named after the card. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const words = process.argv.slice(2);
const value = (name) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
const known = ['--quick', '--tiny', '--software', '--out', '--python', '--filter'];
const strange = words.find(
  (word, k) => !known.includes(word) && !['--out', '--python', '--filter'].includes(words[k - 1]),
);
if (strange) {
  console.error(
    `There is no option ${strange}. Use: ./run.sh [--quick] [--software] [--filter TEXT] [--python PROGRAM] [--out FILE]`,
  );
  process.exit(2);
}

const effort = words.filter((word) => word === '--quick' || word === '--tiny');
const filter = value('--filter') ? ['--filter', value('--filter')] : [];
const python = value('--python') ? ['--python', value('--python')] : [];
const scratch = mkdtempSync(join(tmpdir(), 'flatwalk-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

// Ctrl-C reaches the program too, which ends with what it has measured; that is written here.
let interrupted = false;
process.on('SIGINT', () => {
  interrupted = true;
});

/** Runs the program; what it leaves in a file, and how it ended. */
async function measure(name, args) {
  const file = join(scratch, `${name}.json`);
  const program = [join(here, 'dist/cli/flatwalk.js'), 'bench', ...args, ...effort, ...filter, '--out', file];
  const code = await new Promise((end, fail) => {
    const child = spawn(process.execPath, program, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', fail);
    child.on('exit', (exit, signal) => end(exit ?? `killed by ${signal}`));
  });
  let document = null;
  try {
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  return { code, document };
}

const suites = await measure('suites', ['--suite', 'roofline', 'steps', 'probes']);
// What is missing, such as a Python with PyTorch, the document says itself.
const peers = interrupted ? { code: 130, document: null } : await measure('peers', ['--peers', ...python]);
const adapter = (suites.document ?? peers.document)?.environment?.adapter.name;
if (!adapter) {
  if (interrupted) process.exit(130);
  console.error('Nothing was measured: there is no adapter. The lines above say why; --software tries SwiftShader.');
  process.exit(3);
}
const name = `${adapter
  .toLowerCase()
  .replace(/[^a-z0-9]+/g, '-')
  .replace(/^-|-$/g, '')}.json`;
const out = resolve(value('--out') ?? name);
const document = { schema: 1, command: 'bundle', date: new Date().toISOString(), adapter, suites, peers };
writeFileSync(out, `${JSON.stringify(document, null, 1)}\n`);
console.log(`\n${adapter}: ${out}`);
if (interrupted) process.exit(130);
process.exitCode = suites.code === 0 && peers.code === 0 ? 0 : 1;
