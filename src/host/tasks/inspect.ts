import { type FeatureFindings, inspectFeatures } from './inspect/features.ts';
import { inspectManifold, type ManifoldFindings, type ManifoldWish } from './inspect/manifold.ts';
import { inspectPoint, type PointFindings } from './inspect/point.ts';
import {
  inspectDensity,
  inspectSharpness,
  inspectSpectra,
  type SpectrumFindings,
  type SpectrumWish,
} from './inspect/spectrum.ts';
import { type InstanceOptions, openInstance, Subject } from './inspect/subject.ts';
import { inspectTrace, type TraceFindings, type TraceWish } from './inspect/trace.ts';
import type { Task } from './task.ts';

export interface InspectOptions extends InstanceOptions, TraceWish, SpectrumWish, ManifoldWish {
  /** v, m x d, for a Hessian-vector product; null where there is none. */
  readonly vector: ArrayLike<number> | null;
  /** Groups of instruments, beside loss, gradient and closed forms; null for all. */
  readonly only: readonly GroupName[] | null;
}

export interface Findings extends PointFindings, FeatureFindings, TraceFindings, SpectrumFindings, ManifoldFindings {}

export interface InspectResult extends Findings {
  readonly shape: { readonly samples: number; readonly width: number; readonly dimension: number };
  readonly activation: string;
  /** The groups of instruments that were asked for. */
  readonly groups: readonly GroupName[];
  /** Why what is null is null, by its name. */
  readonly notDefined: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  readonly seconds: number;
}

interface Group {
  readonly find: (subject: Subject, o: InspectOptions) => Promise<Partial<Findings>>;
  readonly finds: readonly (keyof Findings)[];
}

const groups = {
  features: { find: inspectFeatures, finds: ['singularValues', 'stableRank'] },
  trace: {
    find: inspectTrace,
    finds: ['traceEstimate', 'hutchPlusPlus', 'xTrace', 'probeVariance', 'frobeniusNorm', 'traceParts'],
  },
  spectrum: { find: inspectSpectra, finds: ['spectrum'] },
  density: { find: inspectDensity, finds: ['density'] },
  sharpness: { find: inspectSharpness, finds: ['sharpness'] },
  // The last: it moves the weights.
  manifold: { find: inspectManifold, finds: ['tangentKernel', 'features', 'manifold'] },
} as const satisfies Record<string, Group>;
export type GroupName = keyof typeof groups;
export const groupNames = Object.keys(groups) as GroupName[];

/** Why what another group of instruments finds is null. */
export const NOT_ASKED = 'It was not asked for (--only)';

/** Every instrument on one network. What does not exist is null, with the reason beside it. */
export const inspect: Task<InspectOptions, InspectResult> = {
  name: 'inspect',
  async run(engine, o, context) {
    const began = performance.now();
    const problem = await openInstance(engine, o);
    try {
      const subject = new Subject(problem, context);
      let found: Partial<Findings> = await inspectPoint(subject, o.vector);
      for (const [k, name] of groupNames.entries()) {
        subject.progress(k / groupNames.length, name);
        const { find, finds } = groups[name];
        if (o.only === null || o.only.includes(name)) {
          found = { ...found, ...(await find(subject, o)) };
          continue;
        }
        for (const finding of finds) found = { ...found, [finding]: subject.absent(finding, NOT_ASKED) };
      }
      const { samples, width, dimension, activation } = problem.shape;
      return {
        shape: { samples, width, dimension },
        activation,
        ...subject.settle(found as Findings),
        groups: o.only ?? groupNames,
        notDefined: subject.notDefined,
        notes: subject.notes,
        seconds: (performance.now() - began) / 1000,
      };
    } finally {
      problem.dispose();
    }
  },
};
