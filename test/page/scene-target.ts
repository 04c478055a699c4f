/** A texture in place of a canvas, whose pixels a test can look at. */
import type { Target } from '../../src/host/page/scene/target.ts';

const RENDER_ATTACHMENT = 0x10;
const COPY_SRC = 0x01;
const MAP_READ_COPY_DST = 0x01 | 0x08;

export class Photograph implements Target {
  readonly format = 'rgba8unorm';
  readonly #device: GPUDevice;
  #texture: GPUTexture | null = null;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  resize(width: number, height: number): void {
    this.#texture?.destroy();
    this.#texture = this.#device.createTexture({
      label: 'photograph',
      format: this.format,
      size: [width, height],
      usage: RENDER_ATTACHMENT | COPY_SRC,
    });
  }

  texture(): GPUTexture {
    if (!this.#texture) throw new Error('the photograph has no size yet');
    return this.#texture;
  }

  async pixels(): Promise<Pixels> {
    const texture = this.texture();
    const { width, height } = texture;
    const bytesPerRow = Math.ceil((width * 4) / 256) * 256;
    const staging = this.#device.createBuffer({ size: bytesPerRow * height, usage: MAP_READ_COPY_DST });
    const encoder = this.#device.createCommandEncoder();
    encoder.copyTextureToBuffer({ texture }, { buffer: staging, bytesPerRow }, [width, height]);
    this.#device.queue.submit([encoder.finish()]);
    await staging.mapAsync(0x1);
    const bytes = new Uint8Array(staging.getMappedRange().slice(0));
    staging.destroy();
    return {
      width,
      height,
      at(x, y) {
        const from = Math.floor(y) * bytesPerRow + Math.floor(x) * 4;
        return [bytes[from] / 255, bytes[from + 1] / 255, bytes[from + 2] / 255];
      },
    };
  }
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** The pixel that this place is in, 0 to 1 each. */
  at(x: number, y: number): readonly [number, number, number];
}
