/** A folder for the files of one test file, and files in it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export const folder = mkdtempSync(join(tmpdir(), 'flatwalk-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

export function written(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** What NumPy, safetensors and PyTorch have written: make.py beside it says what is in each. */
export const fixture = (name: string) => new URL(`../npz/${name}`, import.meta.url).pathname;
export const tensors = (name: string) => new URL(`../safetensors/${name}`, import.meta.url).pathname;

/** Arrays by name, as the scripts have put them into JSON. */
export type Numbers = Record<string, { shape: number[]; values: number[] }>;

export function numbersIn({ shape, values }: Numbers[string]): { shape: number[]; values: Float64Array } {
  return { shape, values: Float64Array.from(values) };
}
