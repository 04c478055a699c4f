/** Answers to the questions that programs are asked, right ones and such as a mistake would give. */
import { type Numbers, numbersOf, questionOf } from '../../../bench/peers/cases.ts';
import type { PeerCase, ProbesQuestion, Question, StepsQuestion } from '../../../bench/peers/peer.ts';
import { makeProblem, outputs, quadraticForm } from '../../../src/reference/network.ts';
import { train } from '../../../src/reference/training.ts';

/** What may be wrong with an answer. */
export type Mistake =
  | 'no noise'
  | 'noise of the other sign'
  | 'a step too few'
  | 'another step size'
  | 'the wrong sample'
  | "another replica's draws"
  | 'a number that is not one'
  | 'a number too few'
  | 'one form for another'
  | 'forms without curvature of the network';

export function answer(one: PeerCase, mistake?: Mistake, question: Question = questionOf(one)): Float32Array {
  const numbers = numbersOf(one);
  const right = question.kind === 'steps' ? weights(numbers, question, mistake) : forms(numbers, question, mistake);
  if (mistake === 'a number that is not one') right[right.length - 1] = Number.NaN;
  return mistake === 'a number too few' ? right.subarray(1) : right;
}

function weights(numbers: Numbers, question: StepsQuestion, mistake?: Mistake): Float32Array {
  const { n, m, d, replicas, fullBatch, inputs, labels } = numbers;
  const shown = fullBatch ? n : 1;
  const width = fullBatch ? n : replicas;
  const result = new Float32Array(replicas * m * d);
  for (let replica = 0; replica < replicas; replica++) {
    const theta = numbers.weights.subarray(replica * m * d, (replica + 1) * m * d);
    const p = makeProblem({ X: inputs, y: labels, theta, m, activation: 'cubic' });
    const column = mistake === "another replica's draws" ? (replica + 1) % replicas : replica;
    const end = train(p, {
      mode: fullBatch ? 'full-mean' : 'single',
      stepSize: numbers.stepSize * (mistake === 'another step size' ? 1.02 : 1),
      sigma: question.noise * (mistake === 'no noise' ? 0 : mistake === 'noise of the other sign' ? -1 : 1),
      steps: question.steps - (mistake === 'a step too few' ? 1 : 0),
      draws(step) {
        const at = step * width + column;
        const indices = question.samples.slice(at, at + shown);
        // One of all the samples that the steps are shown.
        if (mistake === 'the wrong sample' && step === 1) indices[0] = (indices[0] + 1) % n;
        return { indices, noises: question.noises.subarray(at, at + shown) };
      },
    });
    result.set(end, replica * m * d);
  }
  return result;
}

function forms({ inputs, labels, weights: theta, m, d }: Numbers, q: ProbesQuestion, mistake?: Mistake): Float32Array {
  const p = makeProblem({ X: inputs, y: labels, theta, m, activation: 'cubic' });
  // With labels that the network meets, only the part of the Hessian is left that is a product of gradients.
  const used = mistake === 'forms without curvature of the network' ? { ...p, y: outputs(p) } : p;
  const values = Float32Array.from({ length: q.probes }, (_, k) =>
    quadraticForm(used, Float64Array.from(q.vectors.subarray(k * m * d, (k + 1) * m * d))),
  );
  return mistake === 'one form for another' ? values.reverse() : values;
}
