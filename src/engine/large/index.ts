/** flatwalk/large: training by a subgroup or a workgroup a replica, or by matrix products. */
import { shaderTexts } from '../compose.ts';
import type { Part } from '../kernel.ts';
import { sharedKernels, sharedShaders } from '../shared.ts';
import { prepareGroup } from '../steppers/group.ts';
import { prepareTiled } from '../steppers/tiled.ts';
import { largeKernels } from './kernels.ts';

/** The strategies `group` and `tiled`, loaded when a plan is the first to want one of them. */
export const large = {
  kernels: { ...largeKernels, ...sharedKernels },
  shaders: new Map([
    ...sharedShaders,
    ...shaderTexts(
      import.meta.glob<string>('../../../shaders/large/*.wgsl', { query: '?raw', import: 'default', eager: true }),
    ),
  ]),
  prepareGroup,
  prepareTiled,
} satisfies Part & Record<string, unknown>;
