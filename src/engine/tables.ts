import { shaderTexts } from './compose.ts';
import { defineKernel, type Part } from './kernel.ts';
import { floats, threads } from './kernels.ts';

/** The kernels in shaders/tables/: functions on lists of arguments, which nothing but a comparison needs. */
export const tableKernels = {
  activation_table: defineKernel({
    bindings: { points: 'read', table: 'write' },
    params: { count: 'u32' },
    constants: [],
    groups: (p) => threads(p.count),
    work: (p) => ({ flops: 0, bytes: floats(5 * p.count) }),
  }),
  draw_table: defineKernel({
    bindings: { requests: 'read', words: 'write', normals: 'write' },
    params: { count: 'u32' },
    constants: [],
    groups: (p) => threads(p.count),
    work: (p) => ({ flops: 0, bytes: floats(20 * p.count) }),
  }),
};

export const tables = {
  kernels: tableKernels,
  shaders: shaderTexts(
    import.meta.glob<string>('../../shaders/tables/*.wgsl', { query: '?raw', import: 'default', eager: true }),
  ),
} satisfies Part;
