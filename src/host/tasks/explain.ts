import { type AdapterDescription, keyHere, type PlanExplanation } from '../../engine/index.ts';
import { type DataOptions, openSetup, type PlanOptions, type SizeOptions } from './setup.ts';
import type { Task } from './task.ts';

export type ExplainOptions = (DataOptions | SizeOptions) & PlanOptions;

export interface ExplainResult extends PlanExplanation {
  readonly adapter: AdapterDescription;
  /** By which measurements are found: where it is computed, and the fingerprint of the kernels. */
  readonly place: string;
  readonly kernels: string;
}

/** The plan that `train` would follow with the same options, and what it is chosen from. */
export const explain: Task<ExplainOptions, ExplainResult> = {
  name: 'explain',
  async run(engine, o, { emit, tuned: store }) {
    // Step size and start have no part in it, and finding them takes a while.
    const given = 'size' in o ? o : { ...o, stepSize: 1, retractFirst: false };
    const { problem, settings } = await openSetup(engine, given, emit);
    try {
      const tuned = o.tuned ?? (await store?.load());
      const explanation = problem.explain({ ...settings, steps: o.steps, plan: o.plan, tuned });
      const { place, kernels } = keyHere(engine.adapter, explanation.request);
      return { ...explanation, adapter: engine.adapter, place, kernels };
    } finally {
      problem.dispose();
    }
  },
};
