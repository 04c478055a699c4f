/**
 * jax-js on WebGPU, jitted. It has no scan, so a step is a call; with what a step needs made beforehand, nothing is uploaded
 * between calls, and none waits for another.
 */
import { type Numbers, numbersOf } from './cases.ts';
import type { Jax, JaxArray } from './libraries.ts';
import type { Library, Peer, PeerCase, Program, Question } from './peer.ts';

const LIBRARY = 'jax-js';
/** Noises made beforehand; they are used again and again. */
const POOL = 64;
/** Small steps in one call, where a call costs more than its work. */
const UNROLLED = 8;

type Step = (weights: JaxArray, x: JaxArray, t: JaxArray) => JaxArray;

export async function openJax(jax: Jax, version: string): Promise<Library> {
  const devices = await jax.init('webgpu');
  if (!devices.includes('webgpu')) throw new Error('jax-js finds no WebGPU device');
  jax.defaultDevice('webgpu');
  const peer = (rest: Pick<Peer, 'name' | 'form' | 'noise' | 'suits' | 'prepare'>): Peer => ({
    library: LIBRARY,
    ...rest,
  });
  const isStep = ({ kind }: PeerCase) => kind === 'steps';
  const isSingle = ({ kind, replicas }: PeerCase) => kind === 'steps' && replicas === 1;
  return {
    name: LIBRARY,
    version,
    device: 'WebGPU, the same adapter',
    peers: [
      peer({
        name: 'jax-js, by hand, noise beforehand',
        form: 'by hand',
        noise: 'beforehand',
        suits: isStep,
        prepare: async (one) => new Beforehand(jax, numbersOf(one), byHand),
      }),
      peer({
        name: `jax-js, by hand, ${UNROLLED} steps a call, noise beforehand`,
        form: 'by hand',
        noise: 'beforehand',
        suits: (one) => isSingle(one) && one.size === 'small',
        prepare: async (one) => new Beforehand(jax, numbersOf(one), byHand, UNROLLED),
      }),
      peer({
        name: 'jax-js, by hand, noise inside',
        form: 'by hand',
        noise: 'inside',
        suits: isSingle,
        prepare: async (one) => new Inside(jax, numbersOf(one)),
      }),
      peer({
        name: 'jax-js, autodiff, noise beforehand',
        form: 'autodiff',
        noise: 'beforehand',
        suits: isSingle,
        prepare: async (one) => new Beforehand(jax, numbersOf(one), autodiff),
      }),
    ],
    close: async () => {},
  };
}

/** θ − 2η/b Σ e_i φ'(z_ij) x_i, with the label and its noise in t. */
function byHand({ numpy: np }: Jax, { n, fullBatch, stepSize }: Numbers): Step {
  if (!fullBatch) {
    return (weights, x, t) => {
      const z = np.dot(weights.ref, x.ref);
      const square = z.ref.mul(z.ref);
      const e = np.sum(square.ref.mul(z)).sub(t);
      return weights.add(np.outer(square.mul(e.mul(-6 * stepSize)), x));
    };
  }
  return (weights, x, t) => {
    const z = np.matmul(x.ref, np.transpose(weights.ref));
    const square = z.ref.mul(z.ref);
    const e = np.sum(square.ref.mul(z), 1).sub(t);
    const u = square.mul(e.mul((-6 * stepSize) / n).reshape([n, 1]));
    return weights.add(np.matmul(np.transpose(u), x));
  };
}

function autodiff(jax: Jax, { fullBatch, stepSize }: Numbers): Step {
  const { numpy: np } = jax;
  const loss = (weights: JaxArray, x: JaxArray, t: JaxArray) => {
    const z = fullBatch ? np.matmul(x, np.transpose(weights)) : np.dot(weights, x);
    const cube = z.ref.mul(z.ref).mul(z);
    const squares = np.square(np.sum(cube, fullBatch ? 1 : 0).sub(t));
    return fullBatch ? np.mean(squares) : squares;
  };
  const gradient = jax.grad(loss);
  return (weights, x, t) => weights.ref.sub(gradient(weights, x, t).mul(stepSize));
}

/** The data of a problem on the device: a row a sample, or all of them. */
class Data {
  readonly jax: Jax;
  readonly numbers: Numbers;
  /** What a step is shown: x for each sample; the whole X for the full batch; for replicas, one of several gathers. */
  readonly shown: JaxArray[];
  /** Labels less noise: a number, n of them, or one a replica; as many as POOL. */
  readonly targets: JaxArray[];

  constructor(jax: Jax, numbers: Numbers) {
    const { inputs, labels, n, d, replicas, fullBatch, noise } = numbers;
    this.jax = jax;
    this.numbers = numbers;
    const count = fullBatch ? 1 : replicas > 1 ? POOL : n;
    const random = generator();
    const chosen = Array.from({ length: count }, (_, k) =>
      Int32Array.from({ length: replicas }, () => (replicas > 1 ? Math.floor(random() * n) : k)),
    );
    this.shown = chosen.map((indices) => (fullBatch ? this.all(inputs) : this.rows(indices)));
    this.targets = Array.from({ length: POOL }, (_, k) => {
      const label = (r: number) => (fullBatch ? labels[r] : labels[chosen[k % count][r]]);
      const length = fullBatch ? n : replicas;
      return this.target(Float32Array.from({ length }, (_, r) => label(r) - noise * normal(random)));
    });
    if (d * n !== inputs.length) throw new Error('the inputs do not have n rows of d numbers');
  }

  weights(): JaxArray {
    const { weights, m, d, replicas } = this.numbers;
    return this.array(weights, replicas > 1 ? [replicas, m, d] : [m, d]);
  }

  /** x of one sample, or of one a replica. */
  rows(indices: Int32Array): JaxArray {
    const { inputs, d, replicas } = this.numbers;
    const values = new Float32Array(indices.length * d);
    for (const [r, i] of indices.entries()) values.set(inputs.subarray(i * d, (i + 1) * d), r * d);
    return this.array(values, replicas > 1 ? [replicas, d] : [d]);
  }

  all(inputs: Float32Array): JaxArray {
    return this.array(inputs, [this.numbers.n, this.numbers.d]);
  }

  target(values: Float32Array): JaxArray {
    const { replicas, fullBatch } = this.numbers;
    return fullBatch || replicas > 1 ? this.array(values, [values.length]) : this.jax.numpy.array(values[0]);
  }

  array(values: Float32Array, shape: number[]): JaxArray {
    return this.jax.numpy.array(values, { shape });
  }

  dispose(): void {
    for (const array of [...this.shown, ...this.targets]) array.dispose();
  }
}

class Beforehand implements Program {
  readonly unitsPerRun: number;
  readonly #data: Data;
  readonly #unrolled: number;
  readonly #call: ((weights: JaxArray, ...shown: JaxArray[]) => JaxArray) & { dispose(): void };
  #weights: JaxArray;
  #step = 0;

  constructor(jax: Jax, numbers: Numbers, make: (jax: Jax, numbers: Numbers) => Step, unrolled = 1) {
    const one = make(jax, numbers);
    const step = numbers.replicas > 1 ? jax.vmap(one) : one;
    this.#unrolled = unrolled;
    this.#call = jax.jit((weights: JaxArray, ...shown: JaxArray[]) => {
      for (let k = 0; k < shown.length; k += 2) weights = step(weights, shown[k], shown[k + 1]);
      return weights;
    });
    this.unitsPerRun = unrolled * numbers.replicas;
    this.#data = new Data(jax, numbers);
    this.#weights = this.#data.weights();
  }

  async run(count: number): Promise<void> {
    const { shown, targets } = this.#data;
    for (let k = 0; k < count; k++) {
      const given: JaxArray[] = [];
      for (let u = 0; u < this.#unrolled; u++, this.#step++) {
        given.push(shown[this.#step % shown.length].ref, targets[this.#step % targets.length].ref);
      }
      this.#weights = this.#call(this.#weights, ...given);
    }
    await this.#weights.ref.blockUntilReady();
  }

  async answer(question: Question): Promise<ArrayLike<number>> {
    const steps = givenSteps(this.#data, question);
    let weights = this.#data.weights();
    for (let k = 0; k < steps.length; k += this.#unrolled) {
      weights = this.#call(weights, ...steps.slice(k, k + this.#unrolled).flatMap(({ x, t }) => [x, t]));
    }
    return weights.data();
  }

  dispose(): void {
    this.#weights.dispose();
    this.#data.dispose();
    this.#call.dispose();
  }
}

/** The same step with the sample and the noise drawn in the compiled call; checked with both given. */
class Inside implements Program {
  readonly unitsPerRun = 1;
  readonly #data: Data;
  readonly #drawn: ((weights: JaxArray, key: JaxArray, x: JaxArray, y: JaxArray) => JaxArray[]) & { dispose(): void };
  readonly #given: Step & { dispose(): void };
  readonly #x: JaxArray;
  readonly #y: JaxArray;
  #weights: JaxArray;
  #key: JaxArray;

  constructor(jax: Jax, numbers: Numbers) {
    const { numpy: np, random } = jax;
    const { n, fullBatch, noise, inputs, labels } = numbers;
    const step = byHand(jax, numbers);
    this.#given = jax.jit(step);
    this.#drawn = jax.jit((weights: JaxArray, key: JaxArray, x: JaxArray, y: JaxArray) => {
      const [next, first, second] = np.unstack(random.split(key, 3));
      const zeta = random.normal(second, fullBatch ? [n] : []).mul(noise);
      if (fullBatch) {
        first.dispose();
        return [step(weights, x, y.sub(zeta)), next];
      }
      const i = random.randint(first, { minval: 0, maxval: n, shape: [] });
      return [step(weights, np.take(x, i.ref, 0), np.take(y, i, 0).sub(zeta)), next];
    });
    this.#data = new Data(jax, numbers);
    this.#x = this.#data.all(inputs);
    this.#y = this.#data.array(labels, [n]);
    this.#weights = this.#data.weights();
    this.#key = random.key(1);
  }

  async run(count: number): Promise<void> {
    for (let k = 0; k < count; k++) {
      [this.#weights, this.#key] = this.#drawn(this.#weights, this.#key, this.#x.ref, this.#y.ref);
    }
    await this.#weights.ref.blockUntilReady();
  }

  async answer(question: Question): Promise<ArrayLike<number>> {
    let weights = this.#data.weights();
    for (const { x, t } of givenSteps(this.#data, question)) weights = this.#given(weights, x, t);
    return weights.data();
  }

  dispose(): void {
    for (const array of [this.#weights, this.#key, this.#x, this.#y]) array.dispose();
    this.#data.dispose();
    this.#given.dispose();
    this.#drawn.dispose();
  }
}

/** What each recorded step is shown. */
function givenSteps(data: Data, question: Question): { x: JaxArray; t: JaxArray }[] {
  if (question.kind !== 'steps') throw new Error('jax-js is asked for steps only');
  const { n, replicas, fullBatch, labels, inputs } = data.numbers;
  const { samples, noises, noise } = question;
  return Array.from({ length: question.steps }, (_, step) => {
    if (fullBatch) {
      return {
        x: data.all(inputs),
        t: data.target(labels.map((y, i) => y - noise * noises[step * n + i])),
      };
    }
    const shown = samples.subarray(step * replicas, (step + 1) * replicas);
    return {
      x: data.rows(shown),
      t: data.target(Float32Array.from(shown, (i, r) => labels[i] - noise * noises[step * replicas + r])),
    };
  });
}

/** Uniform numbers; which ones does not matter for a time. */
function generator(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}
