/** The ratio table of an adapter: every target with what was measured for it, or why nothing was. */
import type { Interval } from '../statistics.ts';
import type { Effort } from '../suite.ts';
import type { CaseResult, PeerResult } from './compare.ts';
import type { Found, Peer } from './peer.ts';
import { type AdapterKind, judge, type Target, targetsOn, type Verdict } from './targets.ts';

export interface RowResult {
  readonly row: string;
  readonly case: string;
  readonly atLeast: number | null;
  /** The peer that comes closest to flatwalk. */
  readonly peer: string | null;
  readonly ratio: Interval | null;
  readonly verdict: Verdict | 'not measured';
  /** Why it was not measured. */
  readonly why?: string;
}

interface Circumstances {
  readonly filter: string;
  readonly effort: Effort;
  readonly outcome: 'finished' | 'aborted' | 'lost';
}

export function rowsOf(
  adapter: AdapterKind,
  cases: readonly CaseResult[],
  found: Found,
  circumstances: Circumstances,
): RowResult[] {
  const asked = ({ case: name }: Target) => circumstances.filter === '' || cases.some((one) => one.case === name);
  return targetsOn(adapter)
    .filter(asked)
    .map((target) => {
      const { row, case: name, atLeast } = target;
      const candidates = found.libraries.flatMap((library) => library.peers).filter(target.suits);
      const result = cases.find((one) => one.case === name);
      const measured = candidates
        .flatMap(({ name: peer }): (PeerResult & { ratio: Interval; peer: string })[] => {
          const its = result?.peers[peer];
          return its?.ratio ? [{ ...its, ratio: its.ratio, peer }] : [];
        })
        .sort((a, b) => a.ratio.median - b.ratio.median);
      const head = { row, case: name, atLeast };
      if (measured.length > 0) {
        const [{ peer, ratio }] = measured;
        return { ...head, peer, ratio, verdict: judge(ratio, target) };
      }
      const why = reason(target, result, candidates, found, circumstances);
      return { ...head, peer: null, ratio: null, verdict: 'not measured', why };
    });
}

function reason(
  { libraries }: Target,
  result: CaseResult | undefined,
  candidates: readonly Peer[],
  { libraries: found, missing }: Found,
  { effort, outcome, filter }: Circumstances,
): string {
  if (result && !result.check.passed)
    return `flatwalk's own answer is wrong: ${result.check.failure ?? 'see its check'}`;
  const failures = candidates.flatMap((peer) => {
    const check = result?.peers[peer.name]?.check;
    return check && !check.passed ? [`${peer.name}: ${check.failure ?? 'its answer is wrong'}`] : [];
  });
  if (failures.length > 0) return failures.join('; ');
  if (candidates.length === 0) {
    const absent = missing.filter((one) => libraries.includes(one.name));
    if (absent.length > 0) return absent.map((one) => `${one.name}: ${one.reason}`).join('; ');
    return `${libraries.join(' and ')}: ${found.some(({ name }) => libraries.includes(name)) ? 'no form that does it here' : 'it was not looked for'}`;
  }
  if (outcome !== 'finished') return { aborted: 'interrupted', lost: 'the device was lost' }[outcome];
  if (filter !== '') return `left out by the filter '${filter}'`;
  return effort === 'full' ? 'no peer suits it' : `left out by --${effort}`;
}
