/** Waiting without taking the processor: while something is awaited the thread sleeps in every turn, and only then. */
import { afterEach, expect, test, vi } from 'vitest';
import { type Awaited, waitPatiently } from '../../src/host/node/patience.ts';

afterEach(() => vi.restoreAllMocks());

const turns = async (count: number) => {
  for (let k = 0; k < count; k++) await new Promise(setImmediate);
};

/** Classes like Dawn's, whose promises are settled from outside. */
function classes() {
  const asked: unknown[][] = [];
  const settle: { resolve: (value?: never) => void; reject: (error: Error) => void }[] = [];
  const method = (name: string) =>
    function (this: unknown, ...of: unknown[]) {
      asked.push([name, this, ...of]);
      return new Promise<never>((resolve, reject) => void settle.push({ resolve: resolve as () => void, reject }));
    };
  class GPUBuffer {}
  class GPUQueue {}
  class GPUDevice {}
  Object.assign(GPUBuffer.prototype, { mapAsync: method('map') });
  Object.assign(GPUQueue.prototype, { onSubmittedWorkDone: method('done') });
  Object.assign(GPUDevice.prototype, { createComputePipelineAsync: method('compile') });
  return { given: { GPUBuffer, GPUQueue, GPUDevice } as unknown as Awaited, asked, settle };
}

test('the thread sleeps in each turn for as long as something is awaited', async () => {
  const { given, settle } = classes();
  waitPatiently(given);
  const sleeps = vi.spyOn(Atomics, 'wait');
  await turns(3);
  expect(sleeps).not.toHaveBeenCalled();
  const { prototype } = given.GPUBuffer;
  const [first, second] = [prototype.mapAsync(1), prototype.mapAsync(1)];
  await turns(4);
  const before = sleeps.mock.calls.length;
  expect(before).toBeGreaterThanOrEqual(3);
  // In milliseconds, for ever if it were none.
  for (const [, , , time] of sleeps.mock.calls) expect(time).toBeLessThanOrEqual(0.5);
  settle[0].resolve();
  await first;
  await turns(3);
  expect(sleeps.mock.calls.length).toBeGreaterThan(before);
  settle[1].reject(new Error('unmapped'));
  await expect(second).rejects.toThrow('unmapped');
  await turns(1);
  const after = sleeps.mock.calls.length;
  await turns(3);
  expect(sleeps).toHaveBeenCalledTimes(after);
});

test('everything is asked once, of whom and with what it was, and answered as it was', async () => {
  const { given, asked, settle } = classes();
  waitPatiently(given);
  waitPatiently(given);
  const { GPUBuffer, GPUQueue, GPUDevice } = given;
  const [buffer, queue, device] = [GPUBuffer, GPUQueue, GPUDevice].map(({ prototype }) => Object.create(prototype));
  const answers = [buffer.mapAsync(1, 8, 16), queue.onSubmittedWorkDone(), device.createComputePipelineAsync('of it')];
  expect(asked).toEqual([
    ['map', buffer, 1, 8, 16],
    ['done', queue],
    ['compile', device, 'of it'],
  ]);
  for (const [k, { resolve }] of settle.entries()) resolve(k as never);
  expect(await Promise.all(answers)).toEqual([0, 1, 2]);
});
