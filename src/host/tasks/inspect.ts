import { type FeatureFindings, inspectFeatures } from './inspect/features.ts';
import { inspectManifold, type ManifoldFindings, type ManifoldWish } from './inspect/manifold.ts';
import { inspectPoint, type PointFindings } from './inspect/point.ts';
import { inspectSpectrum, type SpectrumFindings, type SpectrumWish } from './inspect/spectrum.ts';
import { type InstanceOptions, openInstance, Subject } from './inspect/subject.ts';
import { inspectTrace, type TraceFindings, type TraceWish } from './inspect/trace.ts';
import type { Task } from './task.ts';

export interface InspectOptions extends InstanceOptions, TraceWish, SpectrumWish, ManifoldWish {
  /** v, m x d, for a Hessian-vector product; null where there is none. */
  readonly vector: ArrayLike<number> | null;
}

export interface Findings extends PointFindings, FeatureFindings, TraceFindings, SpectrumFindings, ManifoldFindings {}

export interface InspectResult extends Findings {
  readonly shape: { readonly samples: number; readonly width: number; readonly dimension: number };
  readonly activation: string;
  /** Why what is null is null, by its name. */
  readonly notDefined: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  readonly seconds: number;
}

/** Every instrument on one network. What does not exist is null, with the reason beside it. */
export const inspect: Task<InspectOptions, InspectResult> = {
  name: 'inspect',
  async run(engine, o, context) {
    const began = performance.now();
    const problem = await openInstance(engine, o);
    try {
      const subject = new Subject(problem, context);
      const groups: [label: string, find: () => Promise<Partial<Findings>>][] = [
        ['loss and gradient', () => inspectPoint(subject, o.vector)],
        ['features', () => inspectFeatures(subject)],
        ['trace', () => inspectTrace(subject, o)],
        ['spectrum', () => inspectSpectrum(subject, o)],
        ['manifold', () => inspectManifold(subject, o)],
      ];
      let found: Partial<Findings> = {};
      for (const [k, [label, find]] of groups.entries()) {
        subject.progress(k / groups.length, label);
        found = { ...found, ...(await find()) };
      }
      const { samples, width, dimension, activation } = problem.shape;
      return {
        shape: { samples, width, dimension },
        activation,
        ...subject.settle(found as Findings),
        notDefined: subject.notDefined,
        notes: subject.notes,
        seconds: (performance.now() - began) / 1000,
      };
    } finally {
      problem.dispose();
    }
  },
};
