/**
 * Every kernel there is and every shader, for comparisons, benchmarks and tests. The engine itself takes types from here and
 * loads the parts when it needs them.
 */
import { type Composed, compose as composeFile, fileOf as fileAmong, type Variant } from './compose.ts';
import { geometry } from './geometry/geometry.ts';
import type { Part } from './kernel.ts';
import { core } from './kernels.ts';
import { large } from './large/index.ts';
import { tables } from './tables.ts';

export const kernels = { ...core.kernels, ...large.kernels, ...geometry.kernels, ...tables.kernels };
export type KernelName = keyof typeof kernels;
export const kernelNames = Object.keys(kernels) as KernelName[];

const parts: readonly Part[] = [core, large, geometry, tables];
export const shaderFiles: ReadonlyMap<string, string> = new Map(parts.flatMap(({ shaders }) => [...shaders]));

/** Where a kernel's text is, below shaders/. */
export function fileOf(kernel: KernelName): string {
  return fileAmong(kernel, shaderFiles);
}

/** The text of a kernel's shader module. @throws SHADER */
export function compose(kernel: KernelName, variant?: Variant): Composed {
  return composeFile(fileOf(kernel), shaderFiles, variant);
}
