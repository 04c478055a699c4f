/** The device's part of flatwalk/geometry: gradients, Hessian products, Hutchinson probes, singular values, retraction. */
import { shaderTexts } from '../compose.ts';
import type { Part } from '../kernel.ts';
import { sharedKernels, sharedShaders } from '../shared.ts';
import { hessianProducts } from '../stages/curvature.ts';
import { prepareFeatures } from '../stages/features.ts';
import { gradientBuffer, prepareGradient } from '../stages/gradient.ts';
import { prepareProbes } from '../stages/probes.ts';
import { prepareJacobianGram, prepareRetraction, retractedPreactivations } from '../stages/retract.ts';
import { manifoldKernels } from './curvature/kernels.ts';
import { geometryKernels } from './kernels.ts';
import { prepareLandscape } from './manifold/landscape.ts';
import { retractWeights } from './retract.ts';
import { spectrumKernels } from './spectrum/kernels.ts';

/** What training does not need, loaded when a metric or a call is the first to want it. */
export const geometry = {
  kernels: { ...sharedKernels, ...geometryKernels, ...manifoldKernels, ...spectrumKernels },
  shaders: new Map([
    ...sharedShaders,
    ...shaderTexts(
      import.meta.glob<string>('../../../shaders/geometry/*.wgsl', { query: '?raw', import: 'default', eager: true }),
    ),
  ]),
  gradientBuffer,
  hessianProducts,
  prepareFeatures,
  prepareGradient,
  prepareLandscape,
  prepareJacobianGram,
  prepareProbes,
  prepareRetraction,
  retractedPreactivations,
  retractWeights,
} satisfies Part & Record<string, unknown>;
