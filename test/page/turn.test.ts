/** One device, and one thing at a time on it, whoever waits for it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { resolve } from '../../src/host/config/resolve.ts';

/** A worker whose trainings go on until they are aborted. */
class PatientWorker extends EventTarget {
  static atWork = 0;
  static most = 0;
  static begun = 0;

  postMessage({ kind, id }: { kind: string; id: number }): void {
    if (kind === 'ask') {
      PatientWorker.begun += 1;
      PatientWorker.atWork += 1;
      PatientWorker.most = Math.max(PatientWorker.most, PatientWorker.atWork);
      return;
    }
    setTimeout(() => {
      PatientWorker.atWork -= 1;
      const answer = { outcome: { kind: 'paused' }, outcomes: [], next: null, checkpoint: null, weights: null };
      this.dispatchEvent(new MessageEvent('message', { data: { kind: 'answer', id, answer } }));
    }, 5);
  }
}

beforeEach(() => {
  PatientWorker.most = 0;
  PatientWorker.begun = 0;
  vi.stubGlobal('Worker', PatientWorker);
});
afterEach(() => vi.unstubAllGlobals());

const settings = () => resolve({ flags: { generate: 'unit', n: 2, d: 3, steps: 10 } });

test('of several that wait for the device the last one computes, and never two at once', async () => {
  const { RunRecord, running } = await import('../../src/host/page/session/record.ts');
  const { takeTurn } = await import('../../src/host/page/session/turn.ts');
  const [one, two, three] = [1, 2, 3].map(() => new RunRecord(settings()));
  const ends = [one.go()];
  await vi.waitFor(() => expect(one.state.value.kind).toBe('running'));
  ends.push(two.go(), two.go(), three.go());
  await vi.waitFor(() => expect(three.state.value.kind).toBe('running'));
  expect([one, two].map(({ state }) => state.value.kind)).toEqual(['paused', 'paused']);
  expect(running.value).toBe(three);
  let alone = false;
  await takeTurn(
    () => {},
    async () => {
      alone = PatientWorker.atWork === 0;
    },
  );
  await Promise.all(ends);
  expect(alone).toBe(true);
  expect(PatientWorker.most).toBe(1);
  expect(running.value).toBeNull();
});

test('a run that is paused while it waits does not begin, and can go on later', async () => {
  const { RunRecord } = await import('../../src/host/page/session/record.ts');
  const [one, two] = [1, 2].map(() => new RunRecord(settings()));
  const first = one.go();
  await vi.waitFor(() => expect(one.state.value.kind).toBe('running'));
  const waits = two.go();
  two.pause();
  await Promise.all([first, waits]);
  expect(two.state.value.kind).toBe('paused');
  expect(PatientWorker.begun).toBe(1);
  const again = two.go();
  await vi.waitFor(() => expect(two.state.value.kind).toBe('running'));
  two.pause();
  await again;
  expect(PatientWorker.begun).toBe(2);
});
