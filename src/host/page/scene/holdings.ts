/** What the 3-D view holds on the device, and how it hears of what went wrong there. */
import type { Gpu } from '../../../engine/gpu.ts';
import { FlatwalkError } from '../../../model/errors.ts';

/** WebGPU's flags as numbers, from the specification: not every host has them as globals. */
export const Usage = {
  MAP_READ: 0x0001,
  COPY_SRC: 0x0004,
  COPY_DST: 0x0008,
  INDEX: 0x0010,
  VERTEX: 0x0020,
  UNIFORM: 0x0040,
  STORAGE: 0x0080,
} as const;
export const RENDER_ATTACHMENT = 0x10;
export const Stage = { VERTEX: 0x1, FRAGMENT: 0x2, COMPUTE: 0x4 } as const;

/**
 * Runs a piece of GPU work inside error scopes of its own, and waits for what they catch. The engine's scopes would leave an error of
 * the picture for whoever asks the engine next, who may be a run, and take those of runs away from them.
 * @throws LIMIT, GPU, DEVICE_LOST
 */
export async function watched<T>(gpu: Gpu, label: string, work: () => T): Promise<T> {
  gpu.check();
  const filters = ['validation', 'out-of-memory', 'internal'] as const;
  for (const filter of filters) gpu.device.pushErrorScope(filter);
  let result: T;
  let outcomes: Promise<GPUError | null>[] = [];
  try {
    result = work();
  } finally {
    outcomes = filters.map(() => gpu.device.popErrorScope());
    // Whoever waits below hears of it; where `work` has thrown, that is told instead.
    for (const outcome of outcomes) outcome.catch(() => {});
  }
  // Popped from the last to the first.
  const errors = await gpu.race(Promise.all(outcomes));
  gpu.check();
  const [internal, memory, validation] = errors;
  if (memory) {
    throw new FlatwalkError(
      'LIMIT',
      `The device ran out of memory at '${label}': ${memory.message}`,
      'Make the view smaller.',
    );
  }
  const error = validation ?? internal;
  if (error) {
    throw new FlatwalkError(
      'GPU',
      `The device reported an error at '${label}': ${error.message}`,
      'This is a fault of flatwalk or of the driver. Report it with the name of the browser.',
    );
  }
  return result;
}

/** Buffers and textures that are counted, and freed together. */
export class Holdings {
  readonly #gpu: Gpu;
  readonly #buffers = new Set<GPUBuffer>();
  readonly #textures = new Set<GPUTexture>();

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  get buffers(): number {
    return this.#buffers.size;
  }

  get textures(): number {
    return this.#textures.size;
  }

  /** @throws LIMIT */
  buffer(label: string, bytes: number, usage: number): GPUBuffer {
    const size = this.#gpu.checkSize(label, bytes, usage);
    const buffer = this.#gpu.device.createBuffer({ label, size, usage });
    this.#buffers.add(buffer);
    return buffer;
  }

  /** A buffer with these numbers in it. @throws LIMIT */
  filled(label: string, values: Float32Array | Uint32Array, usage: number): GPUBuffer {
    const buffer = this.buffer(label, values.byteLength, usage | Usage.COPY_DST);
    if (values.byteLength > 0) {
      this.#gpu.device.queue.writeBuffer(buffer, 0, values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
    }
    return buffer;
  }

  texture(descriptor: GPUTextureDescriptor): GPUTexture {
    const texture = this.#gpu.device.createTexture(descriptor);
    this.#textures.add(texture);
    return texture;
  }

  freeBuffer(buffer: GPUBuffer): void {
    if (this.#buffers.delete(buffer)) buffer.destroy();
  }

  freeTexture(texture: GPUTexture): void {
    if (this.#textures.delete(texture)) texture.destroy();
  }

  dispose(): void {
    for (const buffer of [...this.#buffers]) this.freeBuffer(buffer);
    for (const texture of [...this.#textures]) this.freeTexture(texture);
  }
}
