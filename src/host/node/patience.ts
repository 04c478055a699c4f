/**
 * Waiting for a software adapter without taking the processor that it computes on.
 *
 * Dawn in Node (webgpu 0.6.2) asks in each turn of the event loop whether what is awaited is done, and keeps the loop turning: the
 * thread is busy with asking. A GPU computes meanwhile and answers at once. A software adapter wants that processor: on two of them,
 * steps of one network took 2.4 times the processor time. So here the thread sleeps a little in each turn, as long as something is
 * awaited: a fiftieth of the time that the wait has taken, so that no answer comes later than that.
 */

/** Dawn's classes, as far as they are awaited for long. */
export interface Awaited {
  readonly GPUBuffer: { readonly prototype: Pick<GPUBuffer, 'mapAsync'> };
  readonly GPUQueue: { readonly prototype: Pick<GPUQueue, 'onSubmittedWorkDone'> };
  readonly GPUDevice: { readonly prototype: Pick<GPUDevice, 'createComputePipelineAsync'> };
}

/** Below the first the system's own slack is all that is left; the second is all that a timer can be late by. */
const [LEAST_MS, MOST_MS] = [0.05, 0.5];

/** Known to every copy of this file in the process, of which one is enough. */
const patient = Symbol.for('flatwalk.patience');

/** Has the thread sleep while it awaits what these classes promise; once, however often it is called. */
export function waitPatiently({ GPUBuffer, GPUQueue, GPUDevice }: Awaited): void {
  if (patient in GPUBuffer.prototype) return;
  Object.defineProperty(GPUBuffer.prototype, patient, { value: true });
  const never = new Int32Array(new SharedArrayBuffer(4));
  let awaited = 0;
  let since = 0;
  let turning = false;

  function turn(): void {
    if (awaited === 0) {
      turning = false;
      return;
    }
    const sleep = (performance.now() - since) / 50;
    Atomics.wait(never, 0, 0, Math.min(Math.max(sleep, LEAST_MS), MOST_MS));
    next();
  }
  /** Dawn's own asking keeps the process alive where something is awaited; this need not. */
  const next = () => setImmediate(turn).unref();

  const during = <P extends Promise<unknown>>(promise: P): P => {
    since = performance.now();
    awaited++;
    if (!turning) next();
    turning = true;
    const done = () => {
      since = performance.now();
      awaited--;
    };
    promise.then(done, done);
    return promise;
  };
  const { mapAsync } = GPUBuffer.prototype;
  GPUBuffer.prototype.mapAsync = function (...of) {
    return during(mapAsync.apply(this as GPUBuffer, of));
  };
  const { onSubmittedWorkDone } = GPUQueue.prototype;
  GPUQueue.prototype.onSubmittedWorkDone = function () {
    return during(onSubmittedWorkDone.apply(this as GPUQueue));
  };
  const { createComputePipelineAsync } = GPUDevice.prototype;
  GPUDevice.prototype.createComputePipelineAsync = function (...of) {
    return during(createComputePipelineAsync.apply(this as GPUDevice, of));
  };
}
