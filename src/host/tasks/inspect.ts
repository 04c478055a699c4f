import type { TraceEstimate } from '../../engine/index.ts';
import { type FeatureFindings, inspectFeatures } from './inspect/features.ts';
import { inspectPoint, type PointFindings } from './inspect/point.ts';
import { type InstanceOptions, Subject } from './inspect/subject.ts';
import type { Task } from './task.ts';

export interface InspectOptions extends InstanceOptions {
  /** v, m x d, for a Hessian-vector product; null where there is none. */
  readonly vector: ArrayLike<number> | null;
  /** Of Hutchinson's estimate. */
  readonly probes: number;
  readonly seed: number;
}

export interface InspectResult extends PointFindings, FeatureFindings {
  readonly shape: { readonly samples: number; readonly width: number; readonly dimension: number };
  readonly activation: string;
  readonly traceEstimate: TraceEstimate | null;
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
    const { activation, inputs, labels, width, dimension, weights, secondLayer } = o;
    const second = secondLayer ?? undefined;
    const options = { activation, inputs, labels, width, dimension, weights, secondLayer: second };
    const problem = await engine.problem(options);
    try {
      const subject = new Subject(problem, context);
      subject.progress(0, 'loss and gradient');
      const point = await inspectPoint(subject, o.vector);
      const features = await inspectFeatures(subject);
      subject.progress(0.2, 'trace');
      const traceEstimate = (await problem.traceEstimate({ probes: o.probes, seed: o.seed }))[0];
      if (o.probes < 2) subject.notDefined['traceEstimate.standardError'] = 'One probe says nothing about its spread';
      const { samples, activation: spec } = problem.shape;
      const found = subject.settle({ ...point, traceEstimate, ...features });
      return {
        shape: { samples, width, dimension },
        activation: spec,
        ...found,
        notDefined: subject.notDefined,
        notes: subject.notes,
        seconds: (performance.now() - began) / 1000,
      };
    } finally {
      problem.dispose();
    }
  },
};
