import { checksum } from '../checkpoint.ts';

const files = import.meta.glob<string>('../../../shaders/**/*.wgsl', { query: '?raw', import: 'default', eager: true });

let fingerprint: string | null = null;

/**
 * A checksum of all kernels, comments and spaces aside. Where the library is built it is computed then, and this module
 * replaced by the result, so that the kernels need not be there (see strip-wgsl.mjs).
 */
export function kernelFingerprint(): string {
  if (fingerprint) return fingerprint;
  const texts = Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, text]) => `${file}\n${bare(text)}`);
  fingerprint = checksum(new TextEncoder().encode(texts.join('\n')))
    .toString(16)
    .padStart(8, '0');
  return fingerprint;
}

/** The text without comments, but with those that compose() reads, and without the spaces that mean nothing. */
function bare(text: string): string {
  return text
    .split('\n')
    .map((line) => (/^\s*\/\/ (uses:|slot:|@unroll)/.test(line) ? line : line.replace(/\/\/.*$/, '')))
    .join('\n')
    .replaceAll(/\s+/g, ' ');
}
