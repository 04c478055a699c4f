import { describe, expect, test } from 'vitest';
import { judge, type Results } from '../../src/host/experiments/claims.ts';
import { type ExperimentResult, runExperiment } from '../../src/host/experiments/experiment.ts';
import { judged, reported } from '../../src/host/experiments/index.ts';
import { openTestEngine } from '../engine/support.ts';

const engine = await openTestEngine();
const none = () => {};

describe('every experiment runs', () => {
  for (const experiment of Object.values({ ...judged, ...reported })) {
    test(experiment.name, async () => {
      const rows: number[] = [];
      const short = { ...experiment, steps: 48, replicas: 3 };
      const result = await runExperiment(engine, short, (row) => rows.push(row.step));
      expect(result.outcome).toEqual({ kind: 'finished', step: 48 });
      expect(rows[0]).toBe(0);
      expect(rows.at(-1)).toBe(48);
      expect(result.last.stableRank).toHaveLength(3);
      for (const values of Object.values(result.last)) expect(values.flat().every(Number.isFinite)).toBe(true);
    });
  }
});

// The main run in full length with fewer replicas, and its noiseless twin.
const walk = await runExperiment(engine, { ...judged.walk, replicas: 8 }, none);
const quiet = await runExperiment(engine, { ...judged.quiet, replicas: 8 }, none);

describe('the claims', () => {
  /** All results are those of the main run, but for the one without noise. */
  const results = (changed: Partial<ExperimentResult> = {}, silent: Partial<ExperimentResult> = {}): Results => {
    const all = Object.fromEntries(
      Object.values({ ...judged, ...reported }).map((e) => [e.name, { ...walk, ...changed, experiment: e }]),
    );
    return { ...all, quiet: { ...quiet, ...silent } } as Results;
  };
  const verdicts = (r: Results) => Object.fromEntries(judge(r).map((c) => [c.id, c.holds]));

  test('hold for the main run', () => {
    expect(verdicts(results())).toMatchObject({ 1: true, 2: true, 3: true, 4: true, '5.sinh': true, '5.tanh': null });
  });

  test('fail when one replica stays away from the optimum', () => {
    const gap = [...(walk.last.gap ?? [])];
    gap[3] = 0.011 * (walk.traceOptimum ?? 0);
    expect(verdicts(results({ last: { ...walk.last, gap } }))).toMatchObject({
      1: false,
      2: true,
      3: true,
      '5.sinh': false,
    });
  });

  test('fail when one replica is not of rank one, or not near the optimum', () => {
    const stableRank = [...(walk.last.stableRank ?? [])];
    stableRank[7] = 1.011;
    expect(verdicts(results({ last: { ...walk.last, stableRank } }))).toMatchObject({ 1: true, 2: false, 3: true });
    const retractedDistance = [...(walk.last.retractedDistance ?? [])];
    retractedDistance[0] = 0.2;
    expect(verdicts(results({ last: { ...walk.last, retractedDistance } }))).toMatchObject({ 2: true, 3: false });
  });

  test('fail when the noiseless run is flat too, or has not reached zero loss', () => {
    expect(verdicts(results({}, { last: walk.last }))).toMatchObject({ 4: false });
    expect(verdicts(results({}, { last: { ...quiet.last, loss: [1] } }))).toMatchObject({ 4: false });
  });

  test('fail when a replica diverged or a number is missing', () => {
    const diverged = { kind: 'diverged', step: 5, replicas: [{ replica: 0, step: 5 }] } as const;
    expect(verdicts(results({ outcome: diverged }))).toMatchObject({ 1: false, 2: false, 3: false, '5.sqp': false });
    expect(verdicts(results({ traceOptimum: null }))).toMatchObject({ 1: false });
    expect(verdicts(results({ last: {} }))).toMatchObject({ 1: false, 2: false, 3: false });
  });
});
