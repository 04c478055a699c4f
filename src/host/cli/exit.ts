/** Exit codes: what each means, and which failure leads to which. */
import type { ErrorCode } from '../../engine/index.ts';

export const CHECK_FAILED = 1;
export const BAD_USAGE = 2;
export const NO_ADAPTER = 3;
export const LOST = 4;
export const AROUND = 5;
export const INTERNAL = 70;
export const INTERRUPTED = 130;

/** In the order in which help and documents tell them. */
export const exitMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'done'],
  [CHECK_FAILED, 'a check failed'],
  [BAD_USAGE, 'bad usage or input'],
  [NO_ADAPTER, 'no adapter'],
  [LOST, 'device lost'],
  [AROUND, 'something around it failed (a file that cannot be written, a browser, a shader, the driver)'],
  [INTERNAL, 'a fault in flatwalk itself'],
  [INTERRUPTED, 'interrupted'],
];

export const exitCodes: Readonly<Record<ErrorCode, number>> = {
  BAD_ARGUMENT: BAD_USAGE,
  BAD_SHAPE: BAD_USAGE,
  NOT_FINITE: BAD_USAGE,
  NOT_DEFINED: BAD_USAGE,
  LIMIT: BAD_USAGE,
  NO_WEBGPU: NO_ADAPTER,
  NO_ADAPTER,
  DEVICE_LOST: LOST,
  SHADER: AROUND,
  GPU: AROUND,
  HOST: AROUND,
  DISPOSED: INTERNAL,
  ABORTED: INTERRUPTED,
};
