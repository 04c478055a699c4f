/**
 * Makes the folder for a bare GPU machine: `npm run bundle:gpu [-- --out=FOLDER]`, by default dist/flatwalk-gpu. It holds the Node that
 * runs this, Dawn for Linux x64, the built program, SwiftShader, the Python scripts of the peers, and their licences.
 */
import {
  copyFileSync,
  cpSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress, gzipSync } from 'node:zlib';
import * as tar from 'tar';
import { builtPackages, licenceTexts } from '../build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const named = process.argv.find((argument) => argument.startsWith('--out='));
const out = resolve(named?.slice('--out='.length) ?? join(root, 'dist/flatwalk-gpu'));
const MOST_BYTES = 60e6;

if (process.platform !== 'linux' || process.arch !== 'x64') {
  throw new Error(
    `The bundle has the Node that makes it, so make it on Linux x64; this is ${process.platform} ${process.arch}.`,
  );
}
rmSync(out, { recursive: true, force: true });
for (const folder of ['webgpu', 'dist', 'bench/peers', 'licences']) mkdirSync(join(out, folder), { recursive: true });
const at = (...path) => join(root, ...path);
const compress = (from, to) => writeFileSync(join(out, to), gzipSync(readFileSync(from), { level: 9 }));

const packages = await builtPackages(join(out, 'dist'));
compress(process.execPath, 'node.gz');
const webgpu = at('node_modules/webgpu');
compress(join(webgpu, 'dist/linux-x64/dawn.node'), 'dawn.node.gz');
for (const name of ['index.js', 'package.json']) copyFileSync(join(webgpu, name), join(out, 'webgpu', name));
await software();
for (const name of readdirSync(at('bench/peers')).filter((file) => file.endsWith('.py'))) {
  copyFileSync(at('bench/peers', name), join(out, 'bench/peers', name));
}
for (const name of ['run.sh', 'run.mjs', 'README.txt']) cpSync(at('bundle', name), join(out, name));
const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
writeFileSync(
  join(out, 'package.json'),
  JSON.stringify({ name: 'flatwalk-gpu', version, made: new Date().toISOString(), type: 'module' }),
);
licences();

const size = readdirSync(out, { recursive: true })
  .map((name) => statSync(join(out, name)))
  .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
console.log(`${out}: ${(size / 1e6).toFixed(1)} MB, ${packages.length} packages in the program`);
if (size > MOST_BYTES) throw new Error(`The bundle has ${size} bytes, and ${MOST_BYTES} are the most it may have.`);

/** SwiftShader and the Vulkan loader, from the archive in which Chromium's come. */
async function software() {
  const archive = at('node_modules/@sparticuz/chromium/bin/swiftshader.tar.br');
  const folder = join(out, 'unpacked');
  mkdirSync(folder);
  await pipeline(
    createReadStream(archive),
    createBrotliDecompress(),
    tar.extract({ cwd: folder, strict: true, preserveOwner: false }),
  );
  for (const name of ['libvk_swiftshader.so', 'libvulkan.so.1']) compress(join(folder, name), `${name}.gz`);
  copyFileSync(join(folder, 'vk_swiftshader_icd.json'), join(out, 'vk_swiftshader_icd.json'));
  rmSync(folder, { recursive: true });
}

/** @throws where the licence of something that is shipped is not found */
function licences() {
  const keep = (name, file) => copyFileSync(file, join(out, 'licences', `${name.replaceAll('/', '+')}.txt`));
  keep('flatwalk', at('LICENSE'));
  const beside = dirname(dirname(process.execPath));
  const ofNode = [
    join(beside, 'LICENSE'),
    join(beside, 'share/doc/nodejs/LICENSE'),
    join(beside, 'share/doc/node/LICENSE'),
  ];
  const found = ofNode.find((file) => existsSync(file));
  if (!found) throw new Error(`The licence of Node is in none of ${ofNode.join(', ')}: use a Node that comes with it.`);
  keep('node', found);
  // Tar comes with what it needs inside one of its files.
  const inTar = packages.includes('tar') ? Object.keys(dependenciesOf('tar')) : [];
  for (const name of ['webgpu', ...packages, ...inTar]) keep(name, licenceOf(name));
  // Both are under the Apache License 2.0; the text is the one that comes with TypeScript, which has it without additions.
  const apache = readFileSync(at('node_modules/typescript/LICENSE.txt'), 'utf8');
  writeFileSync(join(out, 'licences/swiftshader.txt'), `SwiftShader, Copyright The SwiftShader Authors\n\n${apache}`);
  writeFileSync(
    join(out, 'licences/vulkan-loader.txt'),
    `Vulkan-Loader, Copyright The Khronos Group Inc. and others\n\n${apache}`,
  );
}

function dependenciesOf(name) {
  return JSON.parse(readFileSync(at('node_modules', name, 'package.json'), 'utf8')).dependencies ?? {};
}

function licenceOf(name) {
  if (name in licenceTexts) return at('node_modules', licenceTexts[name]);
  const folder = at('node_modules', name);
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (!file) throw new Error(`${folder} has no licence text`);
  return join(folder, file);
}
