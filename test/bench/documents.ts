import type { BenchCase, BenchDocument } from '../../bench/document.ts';
import { describeProblems } from '../../bench/problems.ts';

/** A document of one card, or of one software adapter, with everything in it that a comparison asks for. */
export function documentOf(
  cases: readonly BenchCase[],
  rest: Partial<BenchDocument> = {},
  { name = 'card', software = false } = {},
): BenchDocument {
  const adapter = { name, vendor: 'v', architecture: 'a', device: 'd', description: '', driver: '1', software };
  return {
    schema: 1,
    command: 'bench',
    date: '2026-01-01T00:00:00.000Z',
    config: {},
    environment: { flatwalk: '1', in: 'node', adapter, system: 's', cpu: 'c' },
    problem: describeProblems(false),
    outcome: { kind: 'finished' },
    clock: null,
    noiseFloor: { inTurn: 0.01, drift: 0.02, share: 0.02 },
    cases,
    figures: [],
    skipped: [],
    warnings: [],
    seconds: 1,
    ...rest,
  };
}
