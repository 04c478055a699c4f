import type { Gpu, Stretch } from './gpu.ts';
import { BufferUsage } from './usage.ts';

interface Row {
  readonly label: number;
  readonly bytes: readonly ArrayBuffer[];
}

/**
 * A ring of staging buffers: results are copied into the next free one and mapped while the device goes on. Rows come out
 * in the order in which they went in.
 */
export class Ring {
  readonly #gpu: Gpu;
  readonly #stretches: readonly Stretch[];
  readonly #free: GPUBuffer[];
  readonly #all: readonly GPUBuffer[];
  readonly #waiting: { readonly row: Promise<Row>; arrived: boolean }[] = [];

  constructor(gpu: Gpu, stretches: readonly Stretch[], depth: number) {
    this.#gpu = gpu;
    this.#stretches = stretches;
    const size = stretches.reduce((sum, s) => sum + s.size, 0);
    this.#all = Array.from({ length: depth }, () =>
      gpu.buffer('row', size, BufferUsage.MAP_READ | BufferUsage.COPY_DST),
    );
    this.#free = [...this.#all];
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Whether the oldest row is there. */
  get arrived(): boolean {
    return this.#waiting[0]?.arrived ?? false;
  }

  /** Records the copies, submits everything recorded so far, and starts the read-back. There must be a free buffer. */
  push(label: number): void {
    const staging = this.#free.pop();
    if (!staging) throw new Error('The ring is full: shift a row before pushing another.');
    let at = 0;
    for (const { buffer, offset = 0, size } of this.#stretches) {
      this.#gpu.recorder.copy(buffer, offset, staging, at, size);
      at += size;
    }
    this.#gpu.recorder.submit();
    const row = this.#gpu
      .mapped(
        staging,
        this.#stretches.map((s) => s.size),
      )
      .then((bytes) => {
        this.#free.push(staging);
        return { label, bytes };
      });
    const entry = { row, arrived: false };
    // A row that nobody shifts any more must not count as an unhandled rejection; `dispose` waits for it.
    row.then(
      () => {
        entry.arrived = true;
      },
      () => {},
    );
    this.#waiting.push(entry);
  }

  /** The oldest row. */
  async shift(): Promise<Row> {
    const row = await this.#waiting[0].row;
    this.#waiting.shift();
    return row;
  }

  /** Frees the buffers after the read-backs under way have ended. */
  async dispose(): Promise<void> {
    await Promise.allSettled(this.#waiting.map(({ row }) => row));
    for (const buffer of this.#all) this.#gpu.free(buffer);
  }
}
