/** flatwalk/vitest: fails a test where your own WebGPU work has become slower. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  type GuardMeasure,
  type GuardRecord,
  type GuardVerdict,
  judgeGuarded,
  measureGuarded,
  multiplyAdds,
  recordFault,
} from '../../../bench/guard.ts';
import type { Contender } from '../../../bench/measure.ts';
import { Engine } from '../../engine/index.ts';
import { FlatwalkError } from '../../model/errors.ts';

export type { Contender, GuardMeasure, GuardRecord, GuardVerdict };

export interface GuardOptions extends GuardMeasure {
  /** What the work runs on: the reference runs there too. Not needed where a reference of your own is given. */
  readonly device?: GPUDevice;
  /** Work of the same kind that does not change, timed in turn; chained multiply-adds on the device if not given. */
  readonly reference?: Contender;
  /** Where what was measured is kept; `flatwalk-baseline.json` in the working directory if not given. */
  readonly baseline?: string;
  /** Slow-downs beyond this share fail; 0.1 if not given. */
  readonly threshold?: number;
  /** What computes, in words, where there is no device that says so. */
  readonly on?: string;
  /** Gets the verdict as a line; `console.log` if not given. */
  readonly say?: (line: string) => void;
}

/** Set to anything but 0, it makes `guard` keep what it measures as the new baseline. */
export const UPDATE = 'FLATWALK_UPDATE_BASELINE';

/**
 * Times the work in turn with a reference, and holds their ratio against the one that is kept. `run(count)` does `count` units and
 * resolves when the device has done them (`await device.queue.onSubmittedWorkDone()`).
 * @returns the verdict, or null where the baseline was updated
 * @throws Error with the verdict where it is slower by more than the threshold; BAD_ARGUMENT where there is no baseline, or it is
 * of another adapter
 */
export async function guard(
  name: string,
  work: Contender | Contender['run'],
  options: GuardOptions = {},
): Promise<GuardVerdict | null> {
  const { threshold = 0.1, baseline = 'flatwalk-baseline.json', say = console.log } = options;
  const file = resolve(baseline);
  const contender: Contender = typeof work === 'function' ? { name, run: work } : work;
  const update = (process.env[UPDATE] ?? '0') !== '0';
  const kept = readRecords(file);
  const old = kept[name];
  const fix = `Measure what it takes now: ${UPDATE}=1, the same command, and keep ${baseline}.`;
  if (!update && !old) throw new FlatwalkError('BAD_ARGUMENT', `${baseline} has nothing about '${name}'`, fix);
  const fault = update ? null : recordFault(old);
  if (fault) throw new FlatwalkError('BAD_ARGUMENT', `What ${baseline} has about '${name}' is damaged: ${fault}`, fix);
  const now = await measure(contender, options);
  if (update) {
    writeRecords(file, { ...readRecords(file), [name]: now });
    say(`${name}: ${(now.median / 1e3).toPrecision(3)} µs a unit, kept in ${baseline}.`);
    return null;
  }
  if (old.on !== now.on) {
    throw new FlatwalkError('BAD_ARGUMENT', `'${name}' was measured on ${old.on}, and this is ${now.on}`, fix);
  }
  const verdict = judgeGuarded(name, old, now, threshold);
  say(verdict.text);
  if (verdict.failed) {
    throw new Error(`${verdict.text}\n  If that is meant: ${fix}`);
  }
  return verdict;
}

async function measure(
  contender: Contender,
  { device, reference, on, ...options }: GuardOptions,
): Promise<GuardRecord> {
  if (!device) {
    if (reference) return measureGuarded(contender, reference, on ?? 'this machine', options);
    throw new FlatwalkError('BAD_ARGUMENT', 'There is nothing to time it against', 'Give a device, or a reference.');
  }
  const engine = await Engine.open({ device });
  try {
    const { name, driver } = engine.adapter;
    const where = on ?? [name, driver].filter(Boolean).join(', ');
    if (reference) return await measureGuarded(contender, reference, where, options);
    const { entry, dispose } = await multiplyAdds(engine);
    try {
      return await measureGuarded(contender, entry, where, options);
    } finally {
      dispose();
    }
  } finally {
    engine.dispose();
  }
}

type Records = Readonly<Record<string, GuardRecord>>;

/** @throws BAD_ARGUMENT for a file that is none of ours */
function readRecords(file: string): Records {
  if (!existsSync(file)) return {};
  const fix = 'Restore it, or remove it and measure anew.';
  try {
    const { schema, guarded } = JSON.parse(readFileSync(file, 'utf8'));
    if (schema === 1 && typeof guarded === 'object' && guarded !== null) return guarded;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new FlatwalkError('BAD_ARGUMENT', `${file} is no baseline of this version`, fix);
}

/** Whole or not at all. */
function writeRecords(file: string, guarded: Records): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify({ schema: 1, guarded }, null, 1)}\n`);
  renameSync(`${file}.new`, file);
}
