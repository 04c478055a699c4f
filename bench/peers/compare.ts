/** Ours against each peer, case by case: answers are compared first, then samples are taken in turn. */
import { type AdapterDescription, type Engine, FlatwalkError } from '../../src/engine/index.ts';
import type { BenchOutcome } from '../document.ts';
import { type MeasureOptions, measureInTurn } from '../measure.ts';
import { type Estimate, estimate, type Interval, ratio } from '../statistics.ts';
import { type Effort, fatal } from '../suite.ts';
import { peerCases, questionOf } from './cases.ts';
import { type Check, checkAnswer, type Expected, expectedOf } from './check.ts';
import { prepareOurs } from './ours.ts';
import type { Found, Library, Missing, Peer, PeerCase, Program, Question } from './peer.ts';
import { type RowResult, rowsOf } from './rows.ts';
import { adapterKind, judge, targetOf, type Verdict } from './targets.ts';

export interface CompareOptions {
  /** Cases and peers whose '<case>: <peer>' contains it. */
  readonly filter?: string;
  readonly effort: Effort;
}

export interface PeerResult {
  /** Nanoseconds a unit, the median; null where there is no time, because something failed. */
  readonly time: number | null;
  /** The peer's time over ours, of samples taken one after the other. */
  readonly ratio: Interval | null;
  readonly estimate: Estimate | null;
  readonly check: Check;
  /** How many times faster flatwalk is meant to be; null where there is no target. */
  readonly atLeast: number | null;
  readonly verdict: Verdict | null;
}

export interface CaseResult {
  readonly case: string;
  readonly unit: PeerCase['unit'];
  /** Nanoseconds a unit, the median over all samples; null where the check failed, or nothing was measured. */
  readonly ours: number | null;
  readonly estimate: Estimate | null;
  readonly check: Check;
  /** The plan that flatwalk chose. */
  readonly how: string;
  readonly peers: Readonly<Record<string, PeerResult>>;
}

/** What the task gives. The command adds who computed (`environment`) and when (`date`). */
export interface PeersResult {
  readonly suite: 'peers';
  readonly outcome: BenchOutcome;
  readonly adapter: AdapterDescription;
  readonly libraries: readonly Pick<Library, 'name' | 'version' | 'device'>[];
  readonly missing: readonly Missing[];
  readonly cases: readonly CaseResult[];
  /** The ratio table: what was aimed at on this adapter, and what came of it. */
  readonly rows: readonly RowResult[];
  readonly seconds: number;
}

export interface CompareContext {
  readonly onProgress?: (share: number, label: string) => void;
  readonly signal?: AbortSignal;
}

/** A pair of one that takes 200 ms and one that takes seconds; a few rounds are always taken. */
const MEASURE: Record<Effort, MeasureOptions> = {
  tiny: { samples: 3, sampleMs: 1, budgetMs: 0 },
  quick: { samples: 9, sampleMs: 60, budgetMs: 2_500 },
  full: { samples: 21, sampleMs: 150, budgetMs: 8_000 },
};

/** The one case of each kind that tests take. */
const TINY = ['small/one run', 'small/64 replicas', 'small/probe'];

/**
 * Where it is aborted, or the device is lost, that is the outcome, and what was measured until then is kept.
 * @throws BAD_ARGUMENT where nothing fits the filter
 */
export async function comparePeers(
  engine: Engine,
  { libraries, missing }: Found,
  { filter = '', effort }: CompareOptions,
  { onProgress, signal }: CompareContext = {},
): Promise<PeersResult> {
  const began = performance.now();
  const kind = adapterKind(engine.adapter);
  const all = libraries.flatMap((library) => library.peers);
  const chosen = peerCases
    .filter((one) => effort !== 'tiny' || TINY.includes(one.name))
    // Quick is what an adapter does within two minutes.
    .filter((one) => effort !== 'quick' || one.size !== 'large' || kind === 'gpu')
    .map((one) => ({ one, peers: all.filter((peer) => peer.suits(one)) }))
    // Ours in weight space is of interest kernel for kernel; what people would choose is held against the faster space.
    .map(({ one, peers }) => ({
      one,
      peers: effort === 'quick' || one.space === 'weight' ? peers.filter((p) => targetOf(one.name, p, kind)) : peers,
    }))
    .map(({ one, peers }) => ({ one, peers: peers.filter((peer) => `${one.name}: ${peer.name}`.includes(filter)) }))
    .filter(({ one, peers }) => peers.length > 0 || (filter !== '' && one.name.includes(filter)));
  if (chosen.length === 0 && filter !== '') {
    throw nothingFits(filter, missing);
  }
  const cases: CaseResult[] = [];
  let outcome: BenchOutcome = { kind: 'finished' };
  try {
    for (const [k, { one, peers }] of chosen.entries()) {
      const told = (label: string, share: number) => onProgress?.((k + share) / chosen.length, `${one.name}: ${label}`);
      await compareCase(engine, one, peers, { ...MEASURE[effort], signal }, told, (result) => cases.push(result));
    }
  } catch (error) {
    if (!(error instanceof FlatwalkError)) throw error;
    if (error.code === 'ABORTED') outcome = { kind: 'aborted' };
    else if (error.code === 'DEVICE_LOST') outcome = { kind: 'lost', error };
    else throw error;
  }
  const why = { filter, effort, outcome: outcome.kind };
  return {
    suite: 'peers',
    outcome,
    adapter: engine.adapter,
    libraries: libraries.map(({ name, version, device }) => ({ name, version, device })),
    missing,
    cases,
    rows: rowsOf(kind, cases, { libraries, missing }, why),
    seconds: (performance.now() - began) / 1000,
  };
}

/** What was asked for may be a peer that is not here. */
export function nothingFits(filter: string, missing: readonly Missing[]): FlatwalkError {
  const absent = missing.map(({ name, reason }) => `${name} is not here: ${reason}.`);
  const known = peerCases.map(({ name }) => name).join('; ');
  const message = [`No case and no peer has '${filter}' in its name`, ...absent].join('\n  ');
  return new FlatwalkError('BAD_ARGUMENT', message, `Cases: ${known}.`);
}

/** Keeps what was measured also where a peer or the user ends it. */
async function compareCase(
  engine: Engine,
  one: PeerCase,
  peers: readonly Peer[],
  measure: MeasureOptions,
  onProgress: (label: string, share: number) => void,
  keep: (result: CaseResult) => void,
): Promise<void> {
  onProgress('the float64 reference', 0);
  const kind = adapterKind(engine.adapter);
  const question = questionOf(one);
  const expected = expectedOf(one, question);
  const results: Record<string, PeerResult> = {};
  const ourSamples: number[] = [];
  const ours = await prepareOurs(engine, one);
  const check = await checkProgram(ours, question, expected);
  try {
    for (const [k, peer] of peers.entries()) {
      onProgress(peer.name, k / peers.length);
      results[peer.name] = await comparePeer(peer);
    }
    if (peers.length === 0 && check.passed) ourSamples.push(...(await sample([ours])).flat());
  } finally {
    const time = ourSamples.length > 0 ? estimate(ourSamples) : null;
    const { unit, name } = one;
    keep({ case: name, unit, ours: time?.median ?? null, estimate: time, check, how: ours.how, peers: results });
    await ours.dispose();
  }

  async function comparePeer(peer: Peer): Promise<PeerResult> {
    const target = targetOf(one.name, peer, kind);
    const atLeast = target?.atLeast ?? null;
    const nothing = { time: null, ratio: null, estimate: null, atLeast, verdict: null };
    let program: Program | null = null;
    try {
      program = await peer.prepare(one);
      const itsCheck = await checkProgram(program, question, expected);
      // A fast wrong answer is worth nothing, so it gets no time; neither does anything against ours if ours is wrong.
      if (!itsCheck.passed || !check.passed) return { ...nothing, check: itsCheck };
      const [mine, its] = await sample([ours, program]);
      ourSamples.push(...mine);
      const time = estimate(its);
      const faster = ratio(its, mine);
      const verdict = target ? judge(faster, target) : null;
      return { time: time.median, ratio: faster, estimate: time, check: itsCheck, atLeast, verdict };
    } catch (error) {
      if (fatal(error)) throw error;
      return { ...nothing, check: failed(error) };
    } finally {
      await program?.dispose();
    }
  }

  /** Nanoseconds a unit, in turn. */
  async function sample(programs: readonly Program[]): Promise<number[][]> {
    const contenders = programs.map((program, k) => ({ name: String(k), run: (count: number) => program.run(count) }));
    const samples = await measureInTurn(contenders, measure);
    return samples.map(({ perUnit }, k) => perUnit.map((t) => t / programs[k].unitsPerRun));
  }
}

async function checkProgram(program: Program, question: Question, expected: Expected): Promise<Check> {
  try {
    return checkAnswer(await program.answer(question), expected);
  } catch (error) {
    if (fatal(error)) throw error;
    return failed(error);
  }
}

function failed(error: unknown): Check {
  return { passed: false, share: Number.NaN, failure: error instanceof Error ? error.message : String(error) };
}
