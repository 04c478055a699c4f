/** WebGPU's flags as numbers, so that importing the engine needs no WebGPU global. Values from the specification. */
export const BufferUsage = {
  MAP_READ: 0x0001,
  COPY_SRC: 0x0004,
  COPY_DST: 0x0008,
  UNIFORM: 0x0040,
  STORAGE: 0x0080,
} as const;

export const MAP_READ_MODE = 0x0001;
export const COMPUTE_STAGE = 0x4;

/** Storage that can be filled, read back and copied: what every buffer of a problem is. */
export const STORAGE = BufferUsage.STORAGE | BufferUsage.COPY_SRC | BufferUsage.COPY_DST;
