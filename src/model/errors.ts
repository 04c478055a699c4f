/**
 * Every failure a caller can meet. `code` is stable and machine-readable; the message says what is wrong and where, and
 * `fix` says what to do next.
 */
export const errorCodes = [
  'BAD_ARGUMENT', // a value of the wrong type, sign or range
  'BAD_SHAPE', // lengths that do not fit together
  'NOT_FINITE', // NaN, an infinity, or a number that f32 cannot hold
  'NOT_DEFINED', // the quantity does not exist here: no inverse, no third derivative, no closed form
  'NO_WEBGPU', // this environment has no WebGPU at all
  'NO_ADAPTER', // WebGPU is there but gives no adapter
  'LIMIT', // the request is larger than the device allows
  'SHADER', // a shader did not compile
  'GPU', // the device reported a validation, memory or internal error
  'DEVICE_LOST', // the device went away; results delivered before stay usable
  'DISPOSED', // the object was used after dispose()
  'ABORTED', // the caller's AbortSignal fired
  'HOST', // the environment around the engine failed: a browser, a file, a missing package
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export class FlatwalkError extends Error {
  readonly code: ErrorCode;
  /** What to do next, one sentence. */
  readonly fix: string;

  constructor(code: ErrorCode, message: string, fix: string, options?: { cause?: unknown }) {
    super(fix ? `${message}\n  ${fix}` : message, options);
    this.name = 'FlatwalkError';
    this.code = code;
    this.fix = fix;
  }
}
