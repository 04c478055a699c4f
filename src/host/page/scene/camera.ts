/**
 * The camera of the 3-D view as a value: where it is, how a message moves it, and what it makes of a point. It looks at a target
 * near the middle of the box that everything is drawn in, which reaches from about -1 to 1 along each axis; y is up.
 */
import { mat4, vec3, vec4 } from 'wgpu-matrix';
import { FlatwalkError } from '../../../model/errors.ts';
import type { CameraMessage } from './messages.ts';

export type Point = readonly [number, number, number];

export interface Camera {
  /** Radians around the vertical; 0 looks from the front, along -z. */
  readonly yaw: number;
  /** Radians above the horizontal. */
  readonly pitch: number;
  /** From the target. */
  readonly distance: number;
  readonly target: Point;
}

export const HOME: Camera = { yaw: 0.6, pitch: 0.45, distance: 3.9, target: [0.03, -0.2, 0] };

/** Never quite from above or below, where a turn about the vertical would jump. */
const STEEPEST = Math.PI / 2 - 0.03;
const NEAREST = 0.5;
const FARTHEST = 16;
/** How far the target may be carried from the middle. */
const ASTRAY = 2;
/** The angle that the height of a wide canvas sees. */
const FIELD = 0.72;
/** Width by height from which a canvas is wide enough for that; on others the width decides. */
const WIDE = 1.35;
const NEAR = 0.05;
const FAR = 60;

/** The camera after a message. @throws BAD_ARGUMENT for a number that is not finite, or a factor that is not positive */
export function moved(camera: Camera, message: CameraMessage): Camera {
  switch (message.kind) {
    case 'orbit': {
      const { dx, dy } = finite(message);
      // The whole height of the canvas is half a turn.
      const pitch = Math.max(-STEEPEST, Math.min(STEEPEST, camera.pitch + Math.PI * dy));
      return { ...camera, yaw: wrapped(camera.yaw - Math.PI * dx), pitch };
    }
    case 'pan': {
      const { dx, dy } = finite(message);
      const { right, up } = directions(camera);
      const height = 2 * camera.distance * Math.tan(FIELD / 2);
      const target = camera.target.map((t, k) => {
        const to = t + height * (dy * up[k] - dx * right[k]);
        return Math.max(-ASTRAY, Math.min(ASTRAY, to));
      });
      return { ...camera, target: [target[0], target[1], target[2]] };
    }
    case 'zoom': {
      const { factor } = message;
      if (!(factor > 0 && Number.isFinite(factor))) throw unusable('factor', factor);
      return { ...camera, distance: Math.max(NEAREST, Math.min(FARTHEST, camera.distance / factor)) };
    }
    case 'reset':
      return HOME;
    default:
      throw unusable('kind', (message satisfies never as CameraMessage).kind);
  }
}

/** Unit vectors of the screen, and the point that the camera is at. */
export function directions({ yaw, pitch, distance, target }: Camera) {
  const [sy, cy, sp, cp] = [Math.sin(yaw), Math.cos(yaw), Math.sin(pitch), Math.cos(pitch)];
  const back: Point = [cp * sy, sp, cp * cy];
  const right: Point = [cy, 0, -sy];
  const up: Point = [-sp * sy, cp, -sp * cy];
  const eye: Point = [target[0] + distance * back[0], target[1] + distance * back[1], target[2] + distance * back[2]];
  return { back, right, up, eye };
}

/** The matrix from the world to WebGPU's clip space, and 1 / tan of half the angle that the height sees. */
export function projection(camera: Camera, aspect: number): { readonly matrix: Float32Array; readonly focal: number } {
  const half = Math.tan(FIELD / 2) / Math.min(1, aspect / WIDE);
  const { eye } = directions(camera);
  const perspective = mat4.perspective(2 * Math.atan(half), aspect, NEAR, FAR);
  const matrix = mat4.multiply(perspective, mat4.lookAt(vec3.create(...eye), vec3.create(...camera.target), [0, 1, 0]));
  return { matrix: new Float32Array(matrix), focal: 1 / half };
}

/** Where a point appears on a canvas of this size, from its upper left corner; null where it is behind the camera. */
export function onScreen(matrix: Float32Array, [x, y, z]: Point, width: number, height: number) {
  const clip = vec4.transformMat4(vec4.create(x, y, z, 1), matrix);
  if (clip[3] < NEAR) return null;
  return {
    x: ((clip[0] / clip[3] + 1) / 2) * width,
    y: ((1 - clip[1] / clip[3]) / 2) * height,
    /** 0 at the near plane, 1 at the far one. */
    depth: clip[2] / clip[3],
  };
}

function wrapped(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}

function finite<T extends { readonly dx: number; readonly dy: number }>(message: T): T {
  if (!Number.isFinite(message.dx)) throw unusable('dx', message.dx);
  if (!Number.isFinite(message.dy)) throw unusable('dy', message.dy);
  return message;
}

function unusable(name: string, value: unknown): FlatwalkError {
  return new FlatwalkError(
    'BAD_ARGUMENT',
    `A message to the camera has ${name} = ${value}`,
    'Distances are finite shares of the height of the canvas, factors finite and above 0.',
  );
}
