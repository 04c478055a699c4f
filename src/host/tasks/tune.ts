import {
  type AdapterDescription,
  candidatesOf,
  duration,
  explainPlan,
  FlatwalkError,
  faultsOf,
  inWords,
  keyHere,
  type PlanExplanation,
  predict,
  sameChoice,
  type TunedEntry,
} from '../../engine/index.ts';
import { type DataOptions, openSetup, type PlanOptions, type SizeOptions } from './setup.ts';
import type { Task } from './task.ts';
import { expectation } from './tune/check.ts';
import { type Findings, measurePlans } from './tune/measure.ts';

export type TuneOptions = (DataOptions | SizeOptions) &
  Pick<PlanOptions, 'steps' | 'plan'> & {
    /** Seconds, after which no plan is begun any more. */
    readonly budget: number;
  };

export interface TuneResult extends Findings {
  readonly adapter: AdapterDescription;
  /** What is to be stored. */
  readonly entry: TunedEntry;
  /** The plan that follows from it. */
  readonly explanation: PlanExplanation;
  /** What results were held against. */
  readonly against: string;
  readonly seconds: number;
}

/** Measures the plans of a problem on the engine's adapter. Where the findings are kept is a matter of the host. */
export const tune: Task<TuneOptions, TuneResult> = {
  name: 'tune',
  async run(engine, o, { emit, signal, tuned }) {
    const began = performance.now();
    const setup = await openSetup(engine, o, emit);
    const { problem, settings, start } = setup;
    try {
      const usual = problem.explain({ ...settings, steps: o.steps, plan: o.plan });
      const { request } = usual;
      const expected = expectation(setup);
      const train = async (plan: TunedEntry['best'], steps: number) => {
        const { kind } = await problem.train({ ...settings, steps, plan, signal }).finish();
        if (kind === 'aborted') throw new FlatwalkError('ABORTED', 'Tuning was stopped', 'Run it again.');
        if (kind === 'diverged') {
          throw new FlatwalkError(
            'NOT_DEFINED',
            'The run diverges, so nothing can be timed',
            'Take a smaller step size.',
          );
        }
      };
      // What the model prefers first, so that measurements never lead to a plan that is worse for want of time.
      const ranked = usual.candidates.map(({ choice }) => choice);
      const rest = candidatesOf(request, o.plan, true).filter((c) => !ranked.some((other) => sameChoice(c, other)));
      const choices = [...ranked, ...rest].filter((choice) => faultsOf(choice, request, o.plan).length === 0);
      const subject = {
        predict: (choice: TunedEntry['best']) => predict(choice, request),
        run: train,
        checkSteps: expected.steps,
        async check(choice: TunedEntry['best']) {
          problem.setWeights(start);
          await train(choice, expected.steps);
          return expected.compare(await problem.weights());
        },
      };
      const found = await measurePlans(subject, choices, {
        budgetMs: 1000 * o.budget - (performance.now() - began),
        signal,
        progress: (share, label) => emit({ kind: 'progress', share, label }),
      });
      for (const { choice, why } of found.refused) {
        emit({ kind: 'note', text: `REFUSED: ${inWords(choice)}: ${why}` });
      }
      if (found.measured.length === 0) {
        throw new FlatwalkError(
          'NOT_DEFINED',
          `None of ${choices.length} plans could be measured. ${[...found.refused, ...found.skipped][0]?.why ?? ''}`,
          'Give more time with a larger budget, or report what was refused.',
        );
      }
      const fastest = found.measured.reduce((a, b) => (a.step.median <= b.step.median ? a : b));
      const entry: TunedEntry = {
        version: 1,
        date: new Date().toISOString(),
        ...keyHere(engine.adapter, request),
        measured: found.measured,
        best: fastest.choice,
      };
      await tuned?.save(entry);
      emit({ kind: 'note', text: `Fastest: ${inWords(fastest.choice)}, ${duration(fastest.step.median)} a step` });
      return {
        adapter: engine.adapter,
        ...found,
        entry,
        explanation: explainPlan(request, o.plan, entry),
        against: expected.against,
        seconds: (performance.now() - began) / 1000,
      };
    } finally {
      problem.dispose();
    }
  },
};
