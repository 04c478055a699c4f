import { FlatwalkError } from '../../model/errors.ts';
import { count } from '../arrays.ts';
import { sampleBlocks } from '../network.ts';
import type { Choice, PlanRequest, PlanWish } from '../plan.ts';
import { chooseTile, possibleTiles, tileNames } from '../products.ts';

/** A field that a plan chooses. */
interface Field<T> {
  /** All that it may be; null where it is a number. */
  readonly values: readonly T[] | null;
  /** What is worth considering, given the fields before it; all values if not given. */
  readonly of?: (r: PlanRequest, before: Choice) => Options<T>;
}

interface Options<T> {
  /** What the model chooses from. */
  readonly usual: readonly T[];
  /** What the tuner tries besides. */
  readonly more?: readonly T[];
}

/**
 * The fields, in the order in which they are decided. A new one is an entry here, the words for it in reason.ts, and a term
 * of the costs in cost.ts.
 */
const fields: { readonly [F in keyof Choice]: Field<Choice[F]> } = {
  strategy: {
    values: ['lane', 'subgroup', 'group', 'tiled'],
    // Matrix products of a mini-batch would be another computation.
    of: (r) => {
      const shared = r.subgroup ? (['subgroup'] as const) : [];
      return { usual: ['lane', ...shared, 'group', ...(r.fullBatch ? (['tiled'] as const) : [])] };
    },
  },
  space: { values: ['data', 'weight'] },
  lanes: { values: null, of: (r, { strategy }) => lanesOf(r, strategy) },
  draws: { values: ['inside', 'ahead'], of: drawsOf },
  tile: { values: ['none', ...tileNames], of: tilesOf },
};

export const planFields = Object.keys(fields) as readonly (keyof Choice)[];

/** All plans within a wish; with `all`, those too that only a measurement can tell from the usual ones. */
export function candidatesOf(r: PlanRequest, wish: PlanWish = {}, all = false): Choice[] {
  let found: Partial<Choice>[] = [{}];
  for (const field of planFields) {
    found = found.flatMap((before) => {
      const { values, of } = fields[field] as Field<unknown>;
      const { usual, more = [] } = of?.(r, before as Choice) ?? { usual: values ?? [] };
      const wished = wish[field];
      const considered = wished !== undefined ? [wished] : all ? [...usual, ...more] : usual;
      return considered.map((value) => ({ ...before, [field]: value }));
    });
  }
  return found as Choice[];
}

/** What a wish decides; a whole plan may be one. @throws BAD_ARGUMENT for a field or a value that no plan has */
export function checkWish(wish: PlanWish): PlanWish {
  const decided = choiceOf(wish);
  for (const name of Object.keys(wish)) {
    if ([...planFields, 'basis', 'reason'].includes(name)) continue;
    throw new FlatwalkError('BAD_ARGUMENT', `A plan has no '${name}'`, `It has ${planFields.join(', ')}.`);
  }
  for (const [name, value] of Object.entries(decided)) {
    const allowed: readonly unknown[] | null = fields[name as keyof Choice].values;
    if (allowed === null) count(name, value as number);
    else if (!allowed.includes(value)) {
      throw new FlatwalkError('BAD_ARGUMENT', `The plan's ${name} is '${value}'`, `It may be ${allowed.join(', ')}.`);
    }
  }
  return decided;
}

/** Whether this is a choice of all fields, with values that plans may have. */
export function isChoice(value: unknown): value is Choice {
  if (typeof value !== 'object' || value === null) return false;
  if (Object.keys(value).length !== planFields.length || !planFields.every((f) => Object.hasOwn(value, f)))
    return false;
  try {
    checkWish(value as PlanWish);
    return true;
  } catch {
    return false;
  }
}

/** The decisions of a plan, without what else is said of it. An older plan may not have decided all. */
export function choiceOf(plan: Partial<Choice>): PlanWish {
  const decided = planFields.filter((field) => plan[field] !== undefined);
  return Object.fromEntries(decided.map((field) => [field, plan[field]]));
}

export function sameChoice(a: Choice, b: Choice): boolean {
  return planFields.every((field) => a[field] === b[field]);
}

/** Whether the state lives in registers, and the text of a step is unrolled. */
export function keepsInRegisters(strategy: Choice['strategy'] | undefined): boolean {
  return strategy === 'lane' || strategy === 'subgroup';
}

/** Numbers in the state of a replica. */
export function cellsIn(r: PlanRequest, space: Choice['space']): number {
  return r.width * (space === 'data' ? r.samples : r.dimension);
}

/** `sgd_group` keeps a mini-batch in workgroup memory. */
export const GROUP_BATCH = 1024;
/** Numbers that are unrolled beyond which a driver may compile for minutes. */
const MOST_LANE_CELLS = 1024;
/** Multiply-adds of a step that one workgroup may be given: about a second on a software adapter. */
const MOST_GROUP_WORK = 1 << 29;

/** Why a plan cannot be carried out, if it cannot. What the caller has wished for is not second-guessed. */
export function faultsOf(
  { strategy, space, lanes, draws, tile }: Choice,
  r: PlanRequest,
  wish: PlanWish = {},
): string[] {
  const cells = cellsIn(r, space);
  const rows = r.replicas * r.width;
  // What an invocation of a subgroup holds.
  const own = Math.ceil(r.width / lanes) * (cells / r.width);
  const faults: readonly (readonly [fault: boolean, why: string])[] = [
    [
      // Matrix products in data space work on all samples at once.
      strategy === 'tiled' && space === 'data' && sampleBlocks(r.samples, rows).length > 1,
      `${r.samples} samples of ${rows} neurons do not fit at once, as data space needs`,
    ],
    [
      // Where data space is wished for, the device says what does not fit.
      wish.space === undefined && space === 'data' && 4 * r.samples * Math.max(r.samples, rows) > r.largestBuffer,
      `the ${r.samples} x ${Math.max(r.samples, rows)} numbers of data space are too many for a buffer of this device`,
    ],
    [strategy === 'tiled' && !r.fullBatch, "the strategy 'tiled' is for the full batch"],
    [
      strategy === 'lane' && Math.max(cells, (r.batch * cells) / 8) > MOST_LANE_CELLS,
      `the strategy 'lane' unrolls ${cells} numbers for ${r.batch} samples a step, which would compile for minutes`,
    ],
    [
      strategy === 'subgroup' && !r.subgroup,
      "the strategy 'subgroup' needs the feature 'subgroups', which this device was opened without",
    ],
    [
      strategy === 'subgroup' && Math.max(own, (r.batch * own) / 8) > MOST_LANE_CELLS,
      `the strategy 'subgroup' unrolls ${own} numbers for ${r.batch} samples a step, which would compile for minutes`,
    ],
    [
      strategy === 'subgroup' && ((lanes & (lanes - 1)) !== 0 || lanes > (r.subgroup ?? 0)),
      `lanes is ${lanes}, which is not a power of two of at most ${r.subgroup}, as a subgroup has`,
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
    [
      draws === 'ahead' && !keepsInRegisters(strategy),
      'draws made ahead are for the strategies that keep the state in registers',
    ],
    [draws === 'ahead' && r.recorded === true, 'draws that are given cannot be made ahead'],
    [tile !== 'none' && strategy !== 'tiled', "a tile is for the strategy 'tiled'"],
    [
      strategy === 'tiled' && !possibleTiles(r).some((possible) => possible === tile),
      `this device cannot use the tile '${tile}', but '${possibleTiles(r).join("', '")}'`,
    ],
    [lanes > r.mostLanes, `lanes is ${lanes}, but this device has at most ${r.mostLanes} in a workgroup`],
  ];
  return faults.filter(([fault]) => fault).map(([, why]) => why);
}

function drawsOf(r: PlanRequest, { strategy, lanes }: Choice): Options<Choice['draws']> {
  if (!keepsInRegisters(strategy) || r.recorded) return { usual: ['inside'] };
  // All of a subgroup would make the same draws.
  if (strategy === 'subgroup') return { usual: ['ahead'], more: ['inside'] };
  // With one workgroup the rest of the device is idle; with several, their lanes make draws as well as others would.
  return r.replicas <= lanes ? { usual: ['ahead'], more: ['inside'] } : { usual: ['inside'], more: ['ahead'] };
}

function tilesOf(r: PlanRequest, { strategy, space }: Choice): Options<Choice['tile']> {
  if (strategy !== 'tiled') return { usual: ['none'] };
  const columns = sampleBlocks(r.samples, r.replicas * r.width)[0].count;
  // The largest product of a step: the pre-activations.
  const usual = chooseTile({ rows: r.width, columns, terms: space === 'data' ? r.samples : r.dimension }, r);
  return { usual: [usual], more: possibleTiles(r).filter((tile) => tile !== usual) };
}

function lanesOf(r: PlanRequest, strategy: Choice['strategy']): Options<number> {
  if (strategy === 'tiled') return { usual: [64] };
  if (strategy === 'lane') {
    if (r.replicas === 1) return { usual: [1] };
    if (!r.software) return { usual: [Math.min(64, r.mostLanes)], more: [32] };
    // A workgroup has its price too, but two cores should have one each: of 1024 replicas, 32 lanes take half the time of 4.
    const most = Math.min(32, r.mostLanes, Math.max(4, 2 ** Math.floor(Math.log2(r.replicas / 2))));
    return { usual: [most], more: [8, 16].filter((lanes) => lanes < most) };
  }
  if (strategy === 'subgroup') return { usual: [Math.min(r.subgroup ?? 1, 2 ** Math.ceil(Math.log2(r.width)))] };
  // A software adapter pays for every barrier and every lane; a GPU has the lanes anyway.
  const wanted = 2 ** Math.ceil(Math.log2(r.width));
  const usual = r.software ? Math.min(4, wanted) : Math.min(256, r.mostLanes, Math.max(32, wanted));
  const more = [usual / 2, usual * 2].filter((lanes) => lanes >= 1 && lanes <= Math.min(256, r.mostLanes));
  return { usual: [usual], more };
}
