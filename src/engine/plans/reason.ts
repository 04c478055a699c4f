import type { Choice, Plan, PlanCandidate, PlanRequest } from '../plan.ts';
import { cellsIn, keepsInRegisters } from './candidates.ts';
import type { Cost } from './cost.ts';
import { FEWEST_SAMPLES, type Measured, type TunedEntry } from './tuned.ts';

/** A plan in a few words. */
export function inWords({ strategy, space, lanes, draws, tile }: Choice): string {
  const who = {
    lane: `one lane a replica${lanes > 1 ? `, ${lanes} in a workgroup` : ''}`,
    subgroup: `one subgroup of ${lanes} lanes a replica`,
    group: `one workgroup of ${lanes} lanes a replica`,
    tiled: `matrix products over the whole device, tiles of ${tile}`,
  }[strategy];
  return `${who}, in ${space} space${draws === 'ahead' ? ', draws made ahead' : ''}`;
}

/** Seconds in a unit that suits them, with two digits. */
export function duration(seconds: number): string {
  const [unit, size] = (
    [
      ['s', 1],
      ['ms', 1e-3],
      ['µs', 1e-6],
    ] as const
  ).find(([, least]) => seconds >= least) ?? ['ns', 1e-9];
  const value = seconds / size;
  return `${value >= 100 ? Math.round(value) : Number(value.toPrecision(2))} ${unit}`;
}

export function costWords({ compile, step }: Cost): string {
  return `${duration(compile)} to compile and ${duration(step)} a step`;
}

/** Why this plan: what it is, what it costs, and what the best of the others would. */
export function reasonOf(
  r: PlanRequest,
  [best, ...others]: readonly PlanCandidate[],
  basis: Plan['basis'],
  tuned: TunedEntry | null,
): string {
  const { choice, total } = best;
  const length = r.steps === undefined ? 'a long run' : `${r.steps} steps`;
  const state = keepsInRegisters(choice.strategy) ? `, ${cellsIn(r, choice.space)} numbers in registers` : '';
  const pinned = basis === 'pinned' ? 'Pinned in part by the caller: ' : '';
  const head = `${pinned}${inWords(choice)}${state}`;
  const cost = tuned ? 'as measured here' : 'as predicted';
  const sentences = [
    total === null
      ? `${head}, whose cost is not known.`
      : `${head}: about ${duration(total)} for ${length}, ${cost}${tuned ? ` on ${tuned.date.slice(0, 10)}` : ''}.`,
  ];
  const next = others.find((c) => c.possible && c.total !== null);
  if (next?.total) sentences.push(`The next best, ${inWords(next.choice)}: ${duration(next.total)}.`);
  const better = others.find((c) => !c.possible && c.total !== null && total !== null && c.total < total);
  if (better) sentences.push(`Not ${inWords(better.choice)}: ${better.lost}.`);
  return sentences.join(' ').replace(/^./, (first) => first.toUpperCase());
}

/** Why a candidate that could have been carried out was not chosen. */
export function lossOf(
  {
    total,
    cost,
    measured,
  }: { readonly total: number | null; readonly cost: Cost | null; readonly measured?: Measured },
  best: { readonly total: number | null; readonly cost: Cost | null },
): string {
  if (total === null || cost === null || best.total === null || best.cost === null)
    return measured ? `${measured.samples} of ${FEWEST_SAMPLES} samples decide nothing` : 'it was not measured';
  const times = total / best.total;
  const factor =
    times < 1.005 ? 'no faster in all' : `${Number(times.toPrecision(times < 10 ? 2 : 3))} times as long in all`;
  if (cost.step < best.cost.step)
    return `${factor}: its faster steps do not pay for ${duration(cost.compile)} of compiling`;
  return `${factor}: a step takes ${duration(cost.step)} instead of ${duration(best.cost.step)}`;
}
