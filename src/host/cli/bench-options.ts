/** Options of `flatwalk bench` that do nothing without another. */
import { FlatwalkError } from '../../engine/index.ts';
import type { Place } from './where.ts';

export interface BenchFlags {
  readonly in: Place;
  readonly peers: boolean;
  readonly python?: string;
  readonly baseline?: string;
  readonly relative: boolean;
  readonly update: boolean;
  /** Whether a threshold was given, and not only the one that is there by default. */
  readonly thresholdGiven: boolean;
}

/** Refuses before anything is opened what would be ignored, or cannot be done. @throws BAD_ARGUMENT */
export function refuseIdle({ peers, python, in: place, baseline, relative, update, thresholdGiven }: BenchFlags): void {
  if (peers && place !== 'node') {
    throw idle('--peers compares in Node only, where the other libraries are', `Leave out --in ${place}.`);
  }
  if (python !== undefined && !peers) {
    throw idle('--python names the Python of the peers, and nothing else uses it', 'Add --peers, or leave it out.');
  }
  const comparing = [...(thresholdGiven ? ['--threshold'] : []), ...(relative ? ['--relative'] : [])];
  const idleWithout = [...(update ? ['--update'] : []), ...comparing];
  if (baseline === undefined && idleWithout.length > 0) {
    throw idle(
      `${idleWithout.join(' and ')} ${idleWithout.length > 1 ? 'do' : 'does'} nothing without --baseline`,
      `Say which file: --baseline FILE${peers ? ', without --peers' : ''}; or leave ${idleWithout.length > 1 ? 'them' : 'it'} out.`,
    );
  }
  if (update && comparing.length > 0) {
    throw idle(
      `--update writes the baseline and compares nothing, so ${comparing.join(' and ')} would do nothing`,
      `Leave out ${comparing.join(' and ')} for now, or --update.`,
    );
  }
}

function idle(message: string, fix: string): FlatwalkError {
  return new FlatwalkError('BAD_ARGUMENT', message, fix);
}
