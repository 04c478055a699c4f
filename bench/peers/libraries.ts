/**
 * What the programs use of the peers' libraries. Written here, because the libraries are not part of a plain installation,
 * and their types would have to be for the compiler to see them.
 */

/** jax-js. An operation consumes its arrays; `ref` keeps one. */
export interface JaxArray {
  readonly ref: JaxArray;
  add(other: JaxArray | number): JaxArray;
  sub(other: JaxArray | number): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  reshape(shape: number[]): JaxArray;
  blockUntilReady(): Promise<JaxArray>;
  data(): Promise<Float32Array>;
  dispose(): void;
}

type Compiled<F> = F & { dispose(): void };

export interface Jax {
  init(device: string): Promise<string[]>;
  defaultDevice(device: string): string;
  jit<F>(f: F): Compiled<F>;
  vmap<F>(f: F): F;
  grad(f: (weights: JaxArray, x: JaxArray, t: JaxArray) => JaxArray): typeof f;
  readonly numpy: {
    array(values: Float32Array | number, options?: { shape: number[] }): JaxArray;
    dot(a: JaxArray, b: JaxArray): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
    outer(a: JaxArray, b: JaxArray): JaxArray;
    transpose(a: JaxArray): JaxArray;
    sum(a: JaxArray, axis?: number): JaxArray;
    mean(a: JaxArray): JaxArray;
    square(a: JaxArray): JaxArray;
    take(a: JaxArray, indices: JaxArray, axis: number): JaxArray;
    unstack(a: JaxArray): JaxArray[];
  };
  readonly random: {
    key(seed: number): JaxArray;
    split(key: JaxArray, count: number): JaxArray;
    normal(key: JaxArray, shape: number[]): JaxArray;
    randint(key: JaxArray, options: { minval: number; maxval: number; shape: number[] }): JaxArray;
  };
}

/** TensorFlow.js. Tensors live until they are disposed, or the tidy() around them ends. */
export interface Tensor {
  readonly shape: number[];
  data(): Promise<Float32Array>;
  dispose(): void;
}

export interface Tensorflow {
  readonly version: { readonly 'tfjs-core': string };
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tidy(f: () => Tensor): Tensor;
  keep(a: Tensor): Tensor;
  tensor(values: Float32Array, shape: number[]): Tensor;
  scalar(value: number): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  sub(a: Tensor, b: Tensor): Tensor;
  mul(a: Tensor, b: Tensor | number): Tensor;
  square(a: Tensor): Tensor;
  sum(a: Tensor, axis?: number, keepDims?: boolean): Tensor;
  mean(a: Tensor): Tensor;
  reshape(a: Tensor, shape: number[]): Tensor;
  matMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  slice(a: Tensor, begin: number[], size: number[]): Tensor;
  grad(f: (weights: Tensor) => Tensor): (weights: Tensor) => Tensor;
}
