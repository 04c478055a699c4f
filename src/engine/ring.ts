import type { Gpu, Stretch } from './gpu.ts';
import { BufferUsage } from './usage.ts';

export interface Arrival<Label> {
  readonly label: Label;
  readonly bytes: readonly ArrayBuffer[];
}

/**
 * A ring of staging buffers: results are copied into the next free one and mapped while the device goes on. They come
 * out in the order in which they went in.
 */
export class Ring<Label> {
  readonly #gpu: Gpu;
  readonly #depth: number;
  readonly #free: GPUBuffer[] = [];
  readonly #waiting: { readonly arrival: Promise<Arrival<Label>>; arrived: boolean }[] = [];

  constructor(gpu: Gpu, depth: number) {
    this.#gpu = gpu;
    this.#depth = depth;
  }

  get length(): number {
    return this.#waiting.length;
  }

  get full(): boolean {
    return this.length === this.#depth;
  }

  /** Whether the oldest is there. */
  get arrived(): boolean {
    return this.#waiting[0]?.arrived ?? false;
  }

  /** Records the copies, submits everything recorded so far, and starts the read-back. The ring must not be full. */
  push(label: Label, stretches: readonly Stretch[]): void {
    if (this.full) throw new Error('The ring is full: shift before pushing again.');
    const staging = this.#staging(stretches.reduce((sum, s) => sum + s.size, 0));
    let at = 0;
    for (const { buffer, offset = 0, size } of stretches) {
      this.#gpu.recorder.copy(buffer, offset, staging, at, size);
      at += size;
    }
    this.#gpu.recorder.submit();
    const sizes = stretches.map((s) => s.size);
    const arrival = this.#gpu.mapped(staging, sizes).then(
      (bytes) => {
        this.#free.push(staging);
        return { label, bytes };
      },
      (error) => {
        this.#gpu.free(staging);
        throw error;
      },
    );
    const entry = { arrival, arrived: false };
    // What nobody shifts any more must not count as an unhandled rejection; `dispose` waits for it.
    arrival.then(
      () => {
        entry.arrived = true;
      },
      () => {},
    );
    this.#waiting.push(entry);
  }

  /** The oldest. */
  async shift(): Promise<Arrival<Label>> {
    const arrival = await this.#waiting[0].arrival;
    this.#waiting.shift();
    return arrival;
  }

  /** Frees the buffers after the read-backs under way have ended. */
  async dispose(): Promise<void> {
    await Promise.allSettled(this.#waiting.map(({ arrival }) => arrival));
    for (const buffer of this.#free) this.#gpu.free(buffer);
  }

  /** A free buffer that is large enough; one that is too small gives way to another. */
  #staging(size: number): GPUBuffer {
    const buffer = this.#free.pop();
    if (buffer && buffer.size >= size) return buffer;
    if (buffer) this.#gpu.free(buffer);
    return this.#gpu.buffer('row', size, BufferUsage.MAP_READ | BufferUsage.COPY_DST);
  }
}
