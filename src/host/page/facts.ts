import type { ExperimentStart } from '../experiments/experiment.ts';
import { judged } from '../experiments/index.ts';
import { at, textElement } from './dom.ts';
import { grouped, short } from './statistics.ts';

/** The experiment in numbers; step size and F* are known once a run has begun. */
export function showFacts(start?: ExperimentStart): void {
  const e = judged.walk;
  at('replicas').textContent = String(e.replicas);
  at('samples').textContent = String(e.samples);
  const facts = {
    Network: `r(x) = sum of φ(θ·x) over m = ${e.width} neurons, φ(z) = z³ + z`,
    Data: `n = ${e.samples} points in d = ${e.dimension} dimensions, |x| = 1, labels of size ${e.labels.low} to ${e.labels.high}`,
    Loss: 'L = sum of (r(x) − y)² over the data; every step takes one point',
    'Label noise': `normal, σ = ${e.noise}, drawn anew at every step`,
    Starts: `${e.replicas} networks, independent normal weights of standard deviation ${e.start.std}`,
    'Step size': start ? `η = ${short(start.stepSize)}` : 'from the steepest gradient at the start',
    Steps: `${grouped(e.steps)} with noise, ${grouped(judged.quiet.steps)} without`,
    'F*, the least F': start?.traceOptimum ? short(start.traceOptimum) : 'known once a run has begun',
  };
  at('numbers').replaceChildren(
    ...Object.entries(facts).map(([name, value]) => {
      const group = document.createElement('div');
      group.append(textElement('dt', name), textElement('dd', value));
      return group;
    }),
  );
}
