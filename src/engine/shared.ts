import { shaderTexts } from './compose.ts';
import { defineKernel } from './kernel.ts';
import { floats } from './kernels.ts';

/** Workgroups that go through so many cells of a matrix: see shaders/lib/cells.wgsl. */
export const matrixParts = (cells: number) => Math.ceil(cells / (16 * 64));

/** The kernels in shaders/shared/, which two parts have alike: gradients are for measuring, and for the steps of large networks. */
export const sharedKernels = {
  gradient_coefficients: defineKernel({
    bindings: { preactivations: 'read', targets: 'read', weights: 'read', status: 'read', coefficients: 'readWrite' },
    params: {
      replicas: 'u32',
      width: 'u32',
      samples: 'u32',
      first: 'u32',
      count: 'u32',
      scale: 'f32',
      accumulate: 'u32',
      keep: 'u32',
      step: 'u32',
    },
    constants: ['OWN_TARGETS'],
    groups: (p) => p.replicas * matrixParts(p.width * p.count),
    work: (p) => ({ flops: 3 * p.replicas * p.width * p.count, bytes: floats(2 * p.replicas * p.width * p.count) }),
  }),
};

export const sharedShaders = shaderTexts(
  import.meta.glob<string>(['../../shaders/shared/*.wgsl', '../../shaders/lib/cells.wgsl'], {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
);
