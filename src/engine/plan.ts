import { FlatwalkError } from '../model/errors.ts';
import type { AdapterFamily } from './adapter.ts';
import {
  candidatesOf,
  cellsIn,
  checkWish,
  choiceOf,
  faultsOf,
  keepsInRegisters,
  sameChoice,
} from './plans/candidates.ts';
import { type Cost, predict } from './plans/cost.ts';
import { duration, lossOf, reasonOf } from './plans/reason.ts';
import { FEWEST_SAMPLES, type Measured, type TunedEntry } from './plans/tuned.ts';
import type { TileName } from './products.ts';

/** What a plan chooses: which kernels run a training run, in which space, on how many lanes. */
export interface Choice {
  /**
   * lane: a replica an invocation, state in registers. subgroup: a replica a subgroup, state in its registers. group: a replica
   * a workgroup. tiled: matrix products.
   */
  readonly strategy: 'lane' | 'subgroup' | 'group' | 'tiled';
  /** weight: the state is Theta (m x d). data: the state is the coefficients A (m x n), Theta = Theta0 + A X. */
  readonly space: 'weight' | 'data';
  /** Invocations in a workgroup of the step's kernel. */
  readonly lanes: number;
  /** ahead: the draws of many steps are made by a kernel of their own before those steps. inside: each step makes its own. */
  readonly draws: 'inside' | 'ahead';
  /** How the products of the strategy `tiled` are shared out among invocations (products.ts); none for the others. */
  readonly tile: TileName | 'none';
}

/**
 * The plan of a run. Decided once, before step 0, by a pure function; recorded with the results; reused on resume. The bits
 * of a run depend on (config, seed, adapter, plan).
 */
export interface Plan extends Choice {
  /** Whether the costs were predicted by the model or measured by the tuner, or the caller left no choice or less of it. */
  readonly basis: 'model' | 'tuned' | 'pinned';
  /** Why, in a sentence or two for people. */
  readonly reason: string;
}

/** Parts of a plan that the caller has decided. */
export type PlanWish = Partial<Choice>;

/** What a plan is made from. */
export interface PlanRequest {
  readonly samples: number;
  readonly width: number;
  readonly dimension: number;
  readonly replicas: number;
  /** Samples in a step; n for the full batch. */
  readonly batch: number;
  readonly fullBatch: boolean;
  /** Whether the caller gives the draws. */
  readonly recorded?: boolean;
  /** Name or spec of the activation. */
  readonly activation: string;
  /** How long the run is meant to be; a long run if not given. */
  readonly steps?: number;
  /** Whose costs to reckon with. */
  readonly family: AdapterFamily;
  /** A software adapter runs the lanes of a workgroup one SIMD vector after another. */
  readonly software: boolean;
  /** Invocations that the device allows in a workgroup. */
  readonly mostLanes: number;
  /** Invocations that are sure to share a subgroup; 0, or not given, where there are no subgroup operations. */
  readonly subgroup?: number;
  /** Bytes of the largest storage buffer that the device allows. */
  readonly largestBuffer: number;
}

/** Steps of a run whose length is not known: long enough for a kernel that takes long to compile. */
export const LONG_RUN = 1e9;
/** Numbers of a replica up to which the strategy `lane` is for runs of unknown length. */
export const LANE_CELLS = 256;
/** The same for the multiply-adds of a step, which are all unrolled. */
const LANE_WORK = 2048;
/** Seconds to compile that nobody is made to wait for who has not asked for it. */
const MOST_COMPILE = 120;

/** One way to do the run. */
export interface PlanCandidate {
  readonly choice: Choice;
  /** Whether it can be carried out, and nobody would wait minutes for a compiler. */
  readonly possible: boolean;
  readonly predicted: Cost;
  readonly measured?: Measured;
  /** Seconds for the whole run, by what the plan's basis is; null where that does not know this candidate. */
  readonly total: number | null;
  /** Why it was not chosen; null for the one that was. */
  readonly lost: string | null;
}

export interface PlanExplanation {
  readonly plan: Plan;
  readonly request: PlanRequest;
  /** Steps that the totals are for. */
  readonly steps: number;
  /** The chosen one first, then by cost; those that cannot be carried out last. */
  readonly candidates: readonly PlanCandidate[];
  /** Where the costs are from, if they were measured. */
  readonly tuned: TunedEntry | null;
  /** What there are no measurements of, and why those that there are do not decide: the plan that the model prefers. */
  readonly missing: Choice | null;
}

/** @throws BAD_ARGUMENT for wishes that cannot be carried out */
export function choosePlan(request: PlanRequest, wish: PlanWish = {}, tuned: TunedEntry | null = null): Plan {
  return explainPlan(request, wish, tuned).plan;
}

/**
 * The plan with all that it was chosen from. The cheapest candidate wins: compile time + steps x time of a step, as the tuner
 * has measured them where it has measured candidates that the wish allows, otherwise as the model predicts them.
 * @throws BAD_ARGUMENT for wishes that cannot be carried out
 */
export function explainPlan(
  request: PlanRequest,
  given: PlanWish = {},
  tuned: TunedEntry | null = null,
): PlanExplanation {
  const wish = checkWish(given);
  const steps = request.steps ?? LONG_RUN;
  const measurements = (tuned?.measured ?? []).filter(({ choice }) => sameChoice(choice, { ...choice, ...wish }));
  const usual = candidatesOf(request, wish);
  const unusual = measurements.map((m) => m.choice).filter((choice) => !usual.some((c) => sameChoice(c, choice)));
  const all = [...usual, ...unusual].map((choice) => {
    const measured = measurements.find((m) => sameChoice(m.choice, choice));
    const faults = [...faultsOf(choice, request, wish), ...(measured ? [] : tooLong(choice, request, wish))];
    return { choice, faults, measured, predicted: predict(choice, request) };
  });
  // Measurements decide only where they have what the model prefers: others could lead to a plan that is worse.
  const total = ({ compile, step }: Cost) => compile + steps * step;
  const preferred = all
    .filter(({ faults }) => faults.length === 0)
    .sort((a, b) => total(a.predicted) - total(b.predicted))[0];
  const known = measuredCost(preferred?.measured) !== null;
  const priced = all
    .map((c) => ({ ...c, cost: known ? measuredCost(c.measured) : c.predicted }))
    .map((c) => ({ ...c, total: c.cost && total(c.cost) }))
    .sort((a, b) => order(a.total) - order(b.total) || order(a.predicted.step) - order(b.predicted.step));
  const best = priced.find(({ faults }) => faults.length === 0);
  if (!best) {
    // What was meant has the fewest faults, and is no lane: those are for what is small.
    const oddity = ({ faults, choice }: (typeof priced)[number]) =>
      2 * faults.length + (keepsInRegisters(choice.strategy) ? 1 : 0);
    const [meant] = priced.toSorted((a, b) => oddity(a) - oddity(b));
    throw new FlatwalkError('BAD_ARGUMENT', `This plan cannot be carried out: ${meant.faults[0]}`, 'Pin less of it.');
  }
  const candidates = [best, ...priced.filter((c) => c !== best)]
    .map((c) => ({ ...c, possible: c.faults.length === 0, lost: c === best ? null : (c.faults[0] ?? lossOf(c, best)) }))
    .sort((a, b) => Number(b.possible) - Number(a.possible));
  const used = known ? tuned : null;
  const basis = Object.keys(wish).length > 0 ? 'pinned' : known ? 'tuned' : 'model';
  return {
    plan: { ...best.choice, basis, reason: reasonOf(request, candidates, basis, used) },
    request,
    steps,
    candidates: candidates.map(({ choice, possible, predicted, measured, total, lost }) => ({
      choice,
      possible,
      predicted,
      measured,
      total,
      lost,
    })),
    tuned: used,
    missing: measurements.length > 0 && !known ? preferred.choice : null,
  };
}

/** The plan that a run began with: checked like a wish, and its reason kept, whatever the request. @throws BAD_ARGUMENT */
export function resumedPlan(request: PlanRequest, plan: Plan): PlanExplanation {
  const explanation = explainPlan(request, choiceOf(plan));
  return { ...explanation, plan: { ...explanation.plan, ...plan } };
}

/** Why nobody should wait for the compiler, unless the caller has chosen this. */
function tooLong(choice: Choice, request: PlanRequest, wish: PlanWish): string[] {
  const { strategy, space, lanes } = choice;
  if (!keepsInRegisters(strategy) || keepsInRegisters(wish.strategy)) return [];
  const cells = cellsIn(request, space) / (strategy === 'lane' ? 1 : lanes);
  if (request.steps === undefined && (cells > LANE_CELLS || 2 * request.batch * cells > LANE_WORK)) {
    return [`unrolling ${cells} numbers for ${request.batch} samples is not for runs of unknown length`];
  }
  const { compile } = predict(choice, request);
  return compile > MOST_COMPILE ? [`it would compile for about ${duration(compile)}`] : [];
}

/** What findings say; of a look or two nothing, because one stall of the machine would decide. */
function measuredCost(measured: Measured | undefined): Cost | null {
  return measured && measured.samples >= FEWEST_SAMPLES
    ? { compile: measured.compile, step: measured.step.median }
    : null;
}

/** What is not known comes last. */
function order(total: number | null): number {
  return total ?? Number.MAX_VALUE;
}
