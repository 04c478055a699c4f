/** Shaders as they are shipped: without comments and needless blanks. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What `src/engine/compose.ts` reads: comments, and the loop below an `@unroll`. */
const directive = /^\s*\/\/ (@\w+|\w+: \S+)$/;
const unroll = /^\s*\/\/ @unroll$/;

const operator = /[-+*/%<>=!&|^~]/;
const word = /[\w.]/;

/**
 * The text of a .wgsl file without comments (but for directives), indentation, and the blanks that separate no tokens.
 * Every line keeps its number, so that the error of a compiler still names the right one.
 */
export function stripWgsl(text) {
  let depth = 0;
  let kept = false;
  return text
    .split('\n')
    .map((line) => {
      const whole = kept || (depth === 0 && directive.test(line));
      kept = depth === 0 && unroll.test(line);
      if (whole) return line.trim();
      const [code, after] = withoutComments(line, depth);
      depth = after;
      return code.trim().replace(/\s+/g, (blank, at, all) => (separates(all, at, blank.length) ? ' ' : ''));
    })
    .join('\n');
}

/** Whether two tokens would become one, or another two, without the blank between them. */
function separates(text, at, length) {
  const [before, after] = [text[at - 1], text[at + length]];
  return (word.test(before) && word.test(after)) || (operator.test(before) && operator.test(after));
}

/** A line without its comments, of which block comments may begin or end in other lines, and nest. WGSL has no strings. */
function withoutComments(line, depth) {
  let code = '';
  for (let at = 0; at < line.length; ) {
    const pair = line.slice(at, at + 2);
    if (pair === '//' && depth === 0) break;
    if (pair === '/*') depth++;
    else if (pair === '*/' && depth > 0) depth--;
    else {
      if (depth === 0) code += line[at];
      at++;
      continue;
    }
    // A comment separates tokens.
    code += ' ';
    at += 2;
  }
  return [code, depth];
}

const root = fileURLToPath(new URL('.', import.meta.url));

/** A checksum of all shaders, stripped: FNV-1a, 8 digits. */
export function fingerprint() {
  const files = readdirSync(join(root, 'shaders'), { recursive: true }).filter((name) => name.endsWith('.wgsl'));
  let sum = 0x811c9dc5;
  for (const name of files.sort()) {
    const text = `${name}\n${stripWgsl(readFileSync(join(root, 'shaders', name), 'utf8'))}\n`;
    for (const byte of Buffer.from(text)) sum = Math.imul(sum ^ byte, 0x01000193);
  }
  return (sum >>> 0).toString(16).padStart(8, '0');
}

/**
 * For Vite, when something is built: `import text from './x.wgsl?raw'` gives the stripped text, and the fingerprint of the
 * kernels is a constant.
 */
export function stripShaders() {
  return {
    name: 'strip-shaders',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      if (id.endsWith('.wgsl?raw')) {
        return `export default ${JSON.stringify(stripWgsl(readFileSync(id.slice(0, -'?raw'.length), 'utf8')))};`;
      }
      if (id === join(root, 'src/engine/plans/fingerprint.ts')) {
        return `export const kernelFingerprint = () => '${fingerprint()}';`;
      }
      return null;
    },
  };
}
