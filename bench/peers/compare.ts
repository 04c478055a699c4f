/** Ours against each peer, case by case: answers are compared first, then samples are taken in turn. */
import type { Engine } from '../../src/engine/index.ts';
import { FlatwalkError } from '../../src/model/errors.ts';
import { type MeasureOptions, measureInTurn } from '../measure.ts';
import { type Estimate, estimate, type Interval, ratio } from '../statistics.ts';
import { isQuick, peerCases, questionOf } from './cases.ts';
import { type Check, checkAnswer, type Expected, expectedOf } from './check.ts';
import { prepareOurs } from './ours.ts';
import type { Library, Missing, Peer, PeerCase, Program, Question } from './peer.ts';
import { adapterKind, type Target, targetOf } from './targets.ts';

export interface CompareOptions {
  /** Cases and peers whose '<case>: <peer>' contains it. */
  readonly filter?: string;
  readonly quick: boolean;
}

export interface PeerResult {
  /** Nanoseconds a unit; null where there is no time, because something failed. */
  readonly time: Estimate | null;
  /** The peer's time over ours, of samples taken one after the other. */
  readonly ratio: Interval | null;
  readonly check: Check;
  readonly target: Target | null;
}

export interface CaseResult {
  readonly case: string;
  readonly unit: PeerCase['unit'];
  /** Nanoseconds a unit, over all samples, with the check of our own answer. */
  readonly ours: { readonly time: Estimate | null; readonly check: Check };
  readonly peers: Readonly<Record<string, PeerResult>>;
}

export interface PeersResult {
  readonly suite: 'peers';
  readonly libraries: readonly { readonly name: string; readonly version: string; readonly device: string }[];
  readonly missing: readonly Missing[];
  readonly cases: readonly CaseResult[];
}

export interface CompareContext {
  /** Told while the comparison goes on. */
  readonly onCase?: (result: CaseResult) => void;
  readonly onProgress?: (share: number, label: string) => void;
  readonly signal?: AbortSignal;
}

/** A pair of one that takes 200 ms and one that takes seconds; a few rounds are always taken. */
const THOROUGH: MeasureOptions = { samples: 21, sampleMs: 200, budgetMs: 12_000 };
const QUICK: MeasureOptions = { samples: 7, sampleMs: 60, budgetMs: 2_500 };

export async function comparePeers(
  engine: Engine,
  { libraries, missing }: { readonly libraries: readonly Library[]; readonly missing: readonly Missing[] },
  { filter = '', quick }: CompareOptions,
  { onCase, onProgress, signal }: CompareContext = {},
): Promise<PeersResult> {
  const all = libraries.flatMap((library) => library.peers);
  const chosen = peerCases
    .filter((one) => !quick || isQuick(one))
    .map((one) => ({ one, peers: all.filter((peer) => peer.suits(one) && !(quick && peer.slow)) }))
    .map(({ one, peers }) => ({ one, peers: peers.filter((peer) => `${one.name}: ${peer.name}`.includes(filter)) }))
    .filter(({ one, peers }) => peers.length > 0 || one.name.includes(filter));
  if (chosen.length === 0) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `No case and no peer contains '${filter}'`,
      `Cases: ${peerCases.map(({ name }) => name).join('; ')}.`,
    );
  }
  const cases: CaseResult[] = [];
  const measure = { ...(quick ? QUICK : THOROUGH), signal };
  for (const [k, { one, peers }] of chosen.entries()) {
    const told = (label: string, share: number) => onProgress?.((k + share) / chosen.length, `${one.name}: ${label}`);
    const result = await compareCase(engine, one, peers, measure, told);
    cases.push(result);
    onCase?.(result);
  }
  return {
    suite: 'peers',
    libraries: libraries.map(({ name, version, device }) => ({ name, version, device })),
    missing,
    cases,
  };
}

async function compareCase(
  engine: Engine,
  one: PeerCase,
  peers: readonly Peer[],
  measure: MeasureOptions,
  onProgress: (label: string, share: number) => void,
): Promise<CaseResult> {
  onProgress('the float64 reference', 0);
  const question = questionOf(one);
  const expected = expectedOf(one, question);
  const results: Record<string, PeerResult> = {};
  const ourSamples: number[] = [];
  const ours = await prepareOurs(engine, one);
  let check: Check;
  try {
    check = await checkProgram(ours, question, expected);
    for (const [k, peer] of peers.entries()) {
      onProgress(peer.name, k / peers.length);
      const target = targetOf(one.name, peer, adapterKind(engine.adapter));
      results[peer.name] = { ...(await comparePeer(ours, check.passed, peer)), target };
    }
    if (peers.length === 0 && check.passed) ourSamples.push(...(await sample([ours])).flat());
  } finally {
    await ours.dispose();
  }
  const time = ourSamples.length > 0 ? estimate(ourSamples) : null;
  return { case: one.name, unit: one.unit, ours: { time, check }, peers: results };

  async function comparePeer(us: Program, weAreRight: boolean, peer: Peer): Promise<Omit<PeerResult, 'target'>> {
    let program: Program | null = null;
    try {
      program = await peer.prepare(one);
      const itsCheck = await checkProgram(program, question, expected);
      // A fast wrong answer is worth nothing, so it gets no time; neither does anything against ours if ours is wrong.
      if (!itsCheck.passed || !weAreRight) return { time: null, ratio: null, check: itsCheck };
      const [mine, its] = await sample([us, program]);
      ourSamples.push(...mine);
      return { time: estimate(its), ratio: ratio(its, mine), check: itsCheck };
    } catch (error) {
      if (error instanceof FlatwalkError && (error.code === 'ABORTED' || error.code === 'DEVICE_LOST')) throw error;
      return { time: null, ratio: null, check: failed(error) };
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
    if (error instanceof FlatwalkError && error.code === 'DEVICE_LOST') throw error;
    return failed(error);
  }
}

function failed(error: unknown): Check {
  return { passed: false, share: Number.NaN, failure: error instanceof Error ? error.message : String(error) };
}
