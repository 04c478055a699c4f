import { FlatwalkError } from '../model/errors.ts';
import { count } from './arrays.ts';
import { sampleBlocks } from './network.ts';

/**
 * The plan: which kernels run a training run, in which space, on how many lanes. Decided once, before step 0, by a pure
 * function; recorded with the results; reused on resume. The bits of a run depend on (config, seed, adapter, plan).
 */
export interface Plan {
  /** lane: a replica an invocation, state in registers. group: a replica a workgroup. tiled: matrix products. */
  readonly strategy: 'lane' | 'group' | 'tiled';
  /** weight: the state is Theta (m x d). data: the state is the coefficients A (m x n), Theta = Theta0 + A X. */
  readonly space: 'weight' | 'data';
  /** Invocations in a workgroup of the step's kernel. */
  readonly lanes: number;
  /** ahead: the draws of many steps are made by a kernel of their own before those steps. inside: each step makes its own. */
  readonly draws: 'inside' | 'ahead';
  /** Why, in a sentence for people. */
  readonly reason: string;
}

/** The parts of a plan that a caller pins. */
export type PlanWish = Partial<Omit<Plan, 'reason'>>;

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
  /** A software adapter runs the lanes of a workgroup one SIMD vector after another. */
  readonly software: boolean;
  /** Invocations that the device allows in a workgroup. */
  readonly mostLanes: number;
}

/**
 * Registers that the unrolled kernel may use for its state. Compilation on software adapters grows with the square of the
 * unrolled text: 0.1 s at 24 cells, 0.4 s at 100, 1.2 s at 256, 12 s at 1024 (SwiftShader).
 */
export const LANE_CELLS = 256;
/** Multiply-adds a step that are unrolled; the full batch in data space grows with n^2. */
export const LANE_WORK = 2048;
/** `sgd_group` keeps a mini-batch in workgroup memory. */
export const GROUP_BATCH = 1024;
/** A pinned `lane` beyond this would compile for minutes. */
const MOST_LANE_CELLS = 1024;
/** Multiply-adds of a step that one workgroup may be given: about a second on a software adapter. */
const MOST_GROUP_WORK = 1 << 29;
/** Multiply-adds a step above which a full batch is done by matrix products over the whole device. */
const GROUP_WORK = 1 << 18;

/** @throws BAD_ARGUMENT for wishes that cannot be carried out */
export function choosePlan(r: PlanRequest, wish: PlanWish = {}): Plan {
  const cost = (space: Plan['space']) =>
    r.fullBatch && space === 'data'
      ? r.width * r.samples * r.samples
      : (space === 'data' ? 1 : 2) * r.batch * r.width * (space === 'data' ? r.samples : r.dimension);
  const cellsIn = (space: Plan['space']) => r.width * (space === 'data' ? r.samples : r.dimension);
  const strategyIn = (space: Plan['space']): Plan['strategy'] => {
    if (wish.strategy) return wish.strategy;
    if (cellsIn(space) <= LANE_CELLS && 2 * r.batch * cellsIn(space) <= LANE_WORK) return 'lane';
    return r.fullBatch && (cost(space) > GROUP_WORK || r.batch > GROUP_BATCH) ? 'tiled' : 'group';
  };
  // Matrix products in data space work on all samples at once.
  const fitsAtOnce = sampleBlocks(r.samples, r.replicas * r.width).length === 1;
  const possible = (space: Plan['space']) => space === 'weight' || strategyIn(space) !== 'tiled' || fitsAtOnce;
  const cheaper = cost('data') < cost('weight') && r.samples <= 2 * r.dimension;
  const space = wish.space ?? (cheaper && possible('data') ? 'data' : 'weight');
  const cells = cellsIn(space);
  const spaceReason =
    space === 'data'
      ? `data space, because ${r.samples} samples are fewer than twice ${r.dimension} dimensions`
      : cheaper
        ? `weight space, because ${r.samples} samples of ${r.replicas * r.width} neurons do not fit at once`
        : `weight space, because ${r.samples} samples are not fewer than twice ${r.dimension} dimensions`;

  const strategy = strategyIn(space);
  const lanes = wish.lanes === undefined ? chooseLanes(strategy, r) : count('lanes', wish.lanes);
  // With one workgroup the rest of the device is idle; with several, their lanes make draws as well as others would.
  const draws = wish.draws ?? (strategy === 'lane' && !r.recorded && r.replicas <= lanes ? 'ahead' : 'inside');
  const faults: readonly (readonly [fault: boolean, why: string])[] = [
    [
      !possible(space),
      `${r.samples} samples of ${r.replicas * r.width} neurons do not fit at once, as data space needs`,
    ],
    [strategy === 'tiled' && !r.fullBatch, "the strategy 'tiled' is for the full batch"],
    [
      strategy === 'lane' && Math.max(cells, (r.batch * cells) / 8) > MOST_LANE_CELLS,
      `the strategy 'lane' unrolls ${cells} numbers for ${r.batch} samples a step, which would compile for minutes`,
    ],
    [
      strategy === 'group' && 2 * r.batch * cells > MOST_GROUP_WORK,
      `a step of ${r.batch} samples and ${cells} numbers takes one workgroup too long; use smaller mini-batches`,
    ],
    [
      strategy === 'group' && r.batch > GROUP_BATCH,
      `the strategy 'group' takes at most ${GROUP_BATCH} samples a step, not ${r.batch}`,
    ],
    [strategy === 'group' && (lanes & (lanes - 1)) !== 0, `lanes is ${lanes}, which is not a power of two`],
    [draws === 'ahead' && strategy !== 'lane', "draws made ahead are for the strategy 'lane'"],
    [draws === 'ahead' && r.recorded === true, 'draws that are given cannot be made ahead'],
    [lanes > r.mostLanes, `lanes is ${lanes}, but this device has at most ${r.mostLanes} in a workgroup`],
  ];
  const found = faults.find(([fault]) => fault);
  if (found) {
    throw new FlatwalkError('BAD_ARGUMENT', `This plan cannot be carried out: ${found[1]}`, 'Pin less of it.');
  }
  const strategyReason = {
    lane: `one lane a replica, because the state of ${cells} numbers fits in registers`,
    group: `one workgroup of ${lanes} lanes a replica, because ${cells} numbers are too many for registers`,
    tiled: `matrix products over the whole device, because a full-batch step costs ${cost(space)} multiply-adds`,
  }[strategy];
  const drawsReason = draws === 'ahead' ? '; draws made ahead, by lanes that would be idle' : '';
  const chosen = wish.strategy || wish.space || wish.lanes || wish.draws ? 'Pinned in part by the caller: ' : '';
  return {
    strategy,
    space,
    lanes,
    draws,
    reason: `${chosen}${strategyReason}; ${wish.space ? `${space} space` : spaceReason}${drawsReason}.`,
  };
}

function chooseLanes(strategy: Plan['strategy'], r: PlanRequest): number {
  if (strategy === 'tiled') return 64;
  if (strategy === 'lane') return r.replicas === 1 ? 1 : r.software ? 4 : Math.min(64, r.mostLanes);
  // A software adapter pays for every barrier and every lane; a GPU has the lanes anyway.
  const wanted = 2 ** Math.ceil(Math.log2(r.width));
  return r.software ? Math.min(4, wanted) : Math.min(256, r.mostLanes, Math.max(32, wanted));
}
