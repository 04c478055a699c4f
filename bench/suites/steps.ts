import type { Plan } from '../../src/engine/index.ts';
import type { SizeName } from '../problems.ts';
import type { BenchContext, Group, Suite } from '../suite.ts';
import { groupOf, type RunCase } from './runs.ts';

/**
 * Label-noise SGD: the time of a step as a run of many steps spends it. Everything that belongs to a run is in it: how it
 * begins, its pace, its end.
 */
export const steps: Suite = {
  name: 'steps',
  quickSeconds: 32,
  groups: (context) => {
    const [small, ...larger] = plans(context);
    return [small, ...scaling(context), ...lengths(context), ...larger];
  },
};

/** One run, by every strategy and in both spaces. */
function plans(context: BenchContext): Group[] {
  const { effort } = context;
  const lane = (space: Plan['space']) => ({ strategy: 'lane', space }) as const;
  const subgroup = (space: Plan['space']) => ({ strategy: 'subgroup', space }) as const;
  const group = (space: Plan['space']) => ({ strategy: 'group', space }) as const;
  const tiled = (space: Plan['space']) => ({ strategy: 'tiled', space }) as const;
  const small: RunCase[] = [
    { name: 'small/one run', size: 'small' },
    { name: 'small/one run, group, data space', size: 'small', plan: group('data') },
  ];
  if (effort === 'tiny') return [groupOf(context, small)];
  const mid: RunCase[] = [
    { name: 'mid/step, data space', size: 'mid', plan: tiled('data') },
    { name: 'mid/step, weight space', size: 'mid', plan: tiled('weight') },
  ];
  const large: RunCase[] = [
    { name: 'large/step, data space', size: 'large', plan: tiled('data') },
    { name: 'large/step, weight space', size: 'large', plan: tiled('weight') },
  ];
  if (effort === 'full') {
    if (context.engine.lowLevel.subgroup > 0) {
      small.push({ name: 'small/one run, subgroup, weight space', size: 'small', plan: subgroup('weight') });
    }
    small.push(
      { name: 'small/one run, lane, data space', size: 'small', plan: lane('data') },
      // Twice the registers of data space: drivers that optimise hard compile it for a while.
      { name: 'small/one run, lane, weight space', size: 'small', plan: lane('weight') },
      { name: 'small/one run, group, weight space', size: 'small', plan: group('weight') },
    );
    mid.push({ name: 'mid/step, group, data space', size: 'mid', plan: group('data') });
  }
  return [groupOf(context, small, 2), groupOf(context, mid, 2), groupOf(context, large, 3)];
}

/** More replicas at once: flat until the adapter is full, then linear. */
function scaling(context: BenchContext): Group[] {
  const { effort } = context;
  const of = (size: SizeName, counts: readonly number[]) =>
    counts.map((replicas): RunCase => ({ name: `${size}/${replicas} replicas`, size, replicas }));
  if (effort === 'tiny') return [groupOf(context, of('small', [3]))];
  if (effort === 'quick') return [groupOf(context, of('small', [4, 16, 64, 256, 1024]), 4)];
  return [groupOf(context, of('small', [4, 16, 64, 256, 1024, 4096]), 4), groupOf(context, of('mid', [4, 16]), 3)];
}

/** Runs of different lengths: what a run costs beside its steps, then a time that is proportional to them. */
function lengths(context: BenchContext): Group[] {
  if (context.effort !== 'full') return [];
  const runs = [1e3, 1e4, 1e5, 1e6].map(
    (runOf): RunCase => ({ name: `small/run of ${runOf} steps`, size: 'small', runOf }),
  );
  return [groupOf(context, runs, 2)];
}
