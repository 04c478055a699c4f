/** Every adapter there is, in Node and in Chrome, and which of them would be used. */
import { FlatwalkError } from '../../engine/index.ts';
import { chromeAdapter } from '../chrome/launch.ts';
import {
  type AdapterKind,
  type AdapterWish,
  adapterKinds,
  type Candidate,
  chooseAdapter,
  lookFor,
  type Machine,
} from '../node/environment.ts';
import type { Answer, Probed, Unopened } from './probe.ts';
import type { Place } from './where.ts';

export interface Surveyed {
  readonly in: Place;
  readonly kind: Candidate['kind'];
  /** What shows that it may be there, or why it is not looked for. */
  readonly reason: string;
  /** null where it does not work. */
  readonly found: Probed | null;
  /** null where it works, or was not tried. */
  readonly failure: Unopened | null;
}

export interface Chosen {
  readonly in: Place;
  /** null where none would serve. */
  readonly kind: Candidate['kind'] | null;
  readonly reason: string;
}

/** Something to look at, and the wish by which it is opened; null where that is no use. */
interface Tryout {
  readonly kind: Candidate['kind'];
  readonly reason: string;
  readonly wish: AdapterWish | null;
}

export type Probe = (place: Place, wish: AdapterWish) => Promise<Answer>;

/** Opens whatever may be there, one after another. */
export async function survey(
  place: Place,
  machine: Machine,
  probe: Probe,
  onProgress: (label: string) => void,
): Promise<Surveyed[]> {
  const rows: Surveyed[] = [];
  for (const { kind, reason, wish } of place === 'node' ? inNode(machine) : inChrome(machine)) {
    if (wish !== null) onProgress(`${kind} in ${place}`);
    const answer = wish === null ? null : await probe(place, wish);
    rows.push({
      in: place,
      kind,
      reason,
      found: answer && 'probed' in answer ? answer.probed : null,
      failure: answer && 'failure' in answer ? answer.failure : null,
    });
  }
  return rows;
}

function inNode(machine: Machine): Tryout[] {
  const kinds = adapterKinds.map((kind): Tryout => {
    const one = lookFor(kind, machine);
    return { kind, reason: one.reason, wish: 'drivers' in one ? kind : null };
  });
  // What `auto` takes where the drivers are not ours to choose.
  const [system] = candidates('auto', machine).filter(({ kind }) => kind === 'system');
  return system ? [{ kind: 'system', reason: system.reason, wish: 'auto' }, ...kinds] : kinds;
}

/** Chrome brings SwiftShader along, and asks the system for a GPU. Drivers that the user named for Node are not for it. */
function inChrome(machine: Machine): Tryout[] {
  return adapterKinds.map((kind): Tryout => {
    if (kind === 'swiftshader') return { kind, reason: 'Chrome brings it along', wish: kind };
    if (kind === 'lavapipe') return { kind, reason: 'Chrome does not accept it', wish: null };
    const one = lookFor(kind, { ...machine, userDrivers: '' });
    return { kind, reason: one.reason, wish: 'drivers' in one ? kind : null };
  });
}

function candidates(wish: AdapterWish, machine: Machine): Candidate[] {
  try {
    return chooseAdapter(wish, machine);
  } catch (error) {
    if (error instanceof FlatwalkError && error.code === 'NO_ADAPTER') return [];
    throw error;
  }
}

/** Which of the adapters of one place a command would compute on, and why. */
export function chosen(place: Place, rows: readonly Surveyed[], wish: AdapterWish, machine: Machine): Chosen {
  const order: string[] = place === 'node' ? candidates(wish, machine).map(({ kind }) => kind) : inOrder(wish, machine);
  const first = order.flatMap((kind) => rows.filter((one) => one.kind === kind && one.found))[0];
  if (!first) {
    const missing = rows.filter(({ kind }) =>
      wish === 'auto' ? order.length === 0 || order.includes(kind) : kind === wish,
    );
    return { in: place, kind: null, reason: missing.map((one) => `no ${one.kind}: ${whyNot(one)}`).join('; ') };
  }
  const better = wish === 'auto' ? rows.slice(0, rows.indexOf(first)) : [];
  const why = wish === 'auto' ? 'the best that works' : 'asked for';
  return {
    in: place,
    kind: first.kind,
    reason: [`${why} (${first.reason})`, ...better.map((one) => `not ${one.kind}: ${whyNot(one)}`)].join('; '),
  };
}

function inOrder(wish: AdapterWish, machine: Machine): AdapterKind[] {
  return wish === 'lavapipe' ? [] : [chromeAdapter(wish, machine)];
}

/** On one line. */
export function whyNot({ failure, reason }: Surveyed): string {
  return failure ? failure.message.replaceAll(/\.?\n\s*/g, '; ').replace(/\.$/, '') : reason;
}
