/** TensorFlow.js on WebGPU. An operation is a dispatch; the noise is made beforehand. */
import { streamNormals } from '../../src/model/draws.ts';
import { type Numbers, numbersOf } from './cases.ts';
import type { Tensor, Tensorflow } from './libraries.ts';
import type { Library, Peer, PeerCase, Program, Question } from './peer.ts';

const LIBRARY = 'TensorFlow.js';
/** Noises made beforehand; they are used again and again. */
const POOL = 64;

type Step = (weights: Tensor, x: Tensor, t: Tensor) => Tensor;

export async function openTensorflow(tf: Tensorflow): Promise<Library> {
  if (!(await tf.setBackend('webgpu'))) throw new Error('TensorFlow.js finds no WebGPU device');
  await tf.ready();
  const suits = ({ kind, replicas }: PeerCase) => kind === 'steps' && replicas === 1;
  const forms: readonly (Pick<Peer, 'form'> & {
    readonly make: (tf: Tensorflow, numbers: Numbers) => Step;
  })[] = [
    { form: 'by hand', make: byHand },
    { form: 'autodiff', make: autodiff },
  ];
  return {
    name: LIBRARY,
    version: tf.version['tfjs-core'],
    device: 'WebGPU, the same adapter',
    peers: forms.map(({ make, ...rest }) => ({
      ...rest,
      name: `TensorFlow.js, ${rest.form}, noise beforehand`,
      library: LIBRARY,
      noise: 'beforehand',
      suits,
      prepare: async (one) => new Steps(tf, numbersOf(one), make),
    })),
    close: async () => {},
  };
}

/** x is the rows shown, b x d; t their labels less the noise, b. */
function byHand(tf: Tensorflow, { stepSize }: Numbers): Step {
  return (weights, x, t) => {
    const shown = x.shape[0];
    const z = tf.matMul(x, weights, false, true);
    const square = tf.square(z);
    const e = tf.sub(tf.sum(tf.mul(square, z), 1, true), t);
    const u = tf.mul(square, tf.mul(e, (-6 * stepSize) / shown));
    return tf.add(weights, tf.matMul(u, x, true, false));
  };
}

function autodiff(tf: Tensorflow, { stepSize }: Numbers): Step {
  return (weights, x, t) => {
    const gradient = tf.grad((theta) => {
      const z = tf.matMul(x, theta, false, true);
      return tf.mean(tf.square(tf.sub(tf.sum(tf.mul(tf.square(z), z), 1, true), t)));
    });
    return tf.sub(weights, tf.mul(gradient(weights), stepSize));
  };
}

class Steps implements Program {
  readonly unitsPerRun = 1;
  readonly #tf: Tensorflow;
  readonly #numbers: Numbers;
  readonly #step: Step;
  readonly #shown: Tensor[];
  readonly #targets: Tensor[];
  #weights: Tensor;
  #count = 0;

  constructor(tf: Tensorflow, numbers: Numbers, make: (tf: Tensorflow, numbers: Numbers) => Step) {
    const { n, fullBatch, labels, noise } = numbers;
    this.#tf = tf;
    this.#numbers = numbers;
    this.#step = make(tf, numbers);
    this.#shown = Array.from({ length: fullBatch ? 1 : n }, (_, i) => this.#rows(i));
    const shown = fullBatch ? n : 1;
    const noises = streamNormals('data', 1, 0, 0, POOL * shown);
    this.#targets = Array.from({ length: POOL }, (_, k) =>
      this.#target(
        Float32Array.from({ length: shown }, (_, b) => labels[fullBatch ? b : k % n] - noise * noises[k * shown + b]),
      ),
    );
    this.#weights = this.#start();
  }

  async run(count: number): Promise<void> {
    for (let k = 0; k < count; k++, this.#count++) {
      const [x, t] = [this.#shown[this.#count % this.#shown.length], this.#targets[this.#count % POOL]];
      this.#weights = this.#replace(this.#weights, x, t);
    }
    // A number is read, because TensorFlow.js has no other way to say that it is done.
    const one = this.#tf.slice(this.#weights, [0, 0], [1, 1]);
    await one.data();
    one.dispose();
  }

  async answer(question: Question): Promise<ArrayLike<number>> {
    if (question.kind !== 'steps') throw new Error('TensorFlow.js is asked for steps only');
    const { n, labels, fullBatch } = this.#numbers;
    const { samples, noises, noise, steps } = question;
    let weights = this.#start();
    for (let step = 0; step < steps; step++) {
      const i = samples[step];
      const values = fullBatch
        ? labels.map((y, k) => y - noise * noises[step * n + k])
        : Float32Array.of(labels[i] - noise * noises[step]);
      const t = this.#target(values);
      weights = this.#replace(weights, this.#shown[fullBatch ? 0 : i], t);
      t.dispose();
    }
    const result = await weights.data();
    weights.dispose();
    return result;
  }

  dispose(): void {
    for (const tensor of [...this.#shown, ...this.#targets, this.#weights]) tensor.dispose();
  }

  #replace(weights: Tensor, x: Tensor, t: Tensor): Tensor {
    const next = this.#tf.tidy(() => this.#step(weights, x, t));
    weights.dispose();
    return next;
  }

  #rows(i: number): Tensor {
    const { inputs, n, d, fullBatch } = this.#numbers;
    return fullBatch ? this.#tf.tensor(inputs, [n, d]) : this.#tf.tensor(inputs.slice(i * d, (i + 1) * d), [1, d]);
  }

  #target(values: Float32Array): Tensor {
    return this.#tf.tensor(values, [values.length, 1]);
  }

  #start(): Tensor {
    const { weights, m, d } = this.#numbers;
    return this.#tf.tensor(weights, [m, d]);
  }
}
