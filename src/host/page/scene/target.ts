/** What a picture is drawn onto, and how many pixels it has. */
import { FlatwalkError } from '../../../model/errors.ts';

/** A canvas, or a texture of a test. */
export interface Target {
  readonly format: GPUTextureFormat;
  /** Pixels. */
  resize(width: number, height: number): void;
  /** What the next picture is drawn onto. */
  texture(): GPUTexture;
}

/** @throws HOST where the canvas gives no WebGPU context */
export function canvasTarget(canvas: OffscreenCanvas, device: GPUDevice): Target {
  const context = canvas.getContext('webgpu');
  if (!context) {
    throw new FlatwalkError(
      'HOST',
      'This browser gives no WebGPU context for a canvas in a worker',
      'Use a newer version of the browser; everything else works without the 3-D view.',
    );
  }
  const format = navigator.gpu.getPreferredCanvasFormat();
  context.configure({ device, format, alphaMode: 'opaque' });
  return {
    format,
    resize(width, height) {
      canvas.width = width;
      canvas.height = height;
    },
    texture: () => context.getCurrentTexture(),
  };
}

/** Pixels of a picture at most: on a processor that pretends to be a GPU, each costs. */
const MOST_PIXELS = { software: 640 * 400, gpu: 2560 * 1600 } as const;

export interface Size {
  /** Pixels of the picture. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the picture in a CSS pixel; below the screen's where there would be too many. */
  readonly ratio: number;
}

/** For a canvas of so many CSS pixels on a screen with so many pixels in each. @throws BAD_ARGUMENT */
export function sizeOf(width: number, height: number, pixelRatio: number, software: boolean): Size {
  for (const [name, value] of Object.entries({ width, height, pixelRatio })) {
    if (!(Number.isFinite(value) && value > 0)) {
      throw new FlatwalkError('BAD_ARGUMENT', `The size of the view has ${name} = ${value}`, 'Give positive numbers.');
    }
  }
  const most = software ? MOST_PIXELS.software : MOST_PIXELS.gpu;
  const ratio = Math.min(pixelRatio, Math.sqrt(most / (width * height)));
  const whole = (length: number) => Math.max(1, Math.floor(length * ratio));
  return { width: whole(width), height: whole(height), ratio };
}
