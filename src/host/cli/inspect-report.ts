/** What `inspect` tells a person: a table for each group of instruments, and reasons for what there is not. */
import type { InspectResult } from '../tasks/inspect.ts';
import type { Terminal } from './terminal.ts';

type Out = Pick<Terminal, 'say' | 'table'>;
type Row = readonly [name: string, value: string, meaning: string];

/** A number as people read it; a dash where there is none. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  return Number.isInteger(value) && Math.abs(value) < 1e9 ? String(value) : value.toPrecision(6);
}

/** The first few of a list. */
export function numbers(values: readonly number[] | null, most = 8): string {
  if (values === null) return '–';
  const shown = values.slice(0, most).map((value) => Number(value.toPrecision(4)));
  return `${shown.join('  ')}${values.length > most ? `  … (${values.length})` : ''}`;
}

export function reportInspection(found: InspectResult, out: Out): void {
  const { samples, width, dimension } = found.shape;
  out.say(`${width} neurons, ${samples} data points, ${dimension} dimensions, ${found.activation}`);
  group(out, 'Loss', [
    ['L', number(found.loss), 'sum of squared residuals'],
    ['|grad L|', number(found.gradientNorm), 'Euclidean norm of the gradient'],
  ]);
  const estimate = found.traceEstimate;
  const spread = estimate ? `± ${number(estimate.standardError)} (${estimate.probes} probes)` : '';
  group(out, 'Trace of the Hessian', [
    ['tr D²L', number(found.trace), 'closed form'],
    ['estimate', `${number(estimate?.value)} ${spread}`, "Hutchinson's, with its standard error"],
    ['F', number(found.manifoldTrace), 'without the residuals; the trace where L = 0'],
    ['F*', number(found.traceOptimum), optimumMeaning(found)],
  ]);
  group(out, 'Features', [
    ['singular values', numbers(found.singularValues), 'of the pre-activations Theta X^T'],
    ['stable rank', number(found.stableRank), 'sum σ² / σ₁²'],
    ['entropy rank', number(found.entropyRank), 'exp of the entropy of σ² / sum σ²'],
    ['rank at 1e-3', number(found.thresholdRank), 'singular values above 1e-3 σ₁'],
    ['disagreement', number(found.disagreement), 'largest spread of the neurons on a data point'],
    ['to the optimum', number(found.optimumDistance), 'max |z - φ⁻¹(y/m)|'],
  ]);
  const missing = Object.entries(found.notDefined);
  if (missing.length > 0) out.say('\nNot there:');
  for (const [name, why] of missing) out.say(`- ${name}: ${why.replace(/\.$/, '')}.`);
}

function optimumMeaning({ traceIsOptimal, shape }: InspectResult): string {
  if (!traceIsOptimal) return 'F where all neurons agree';
  return shape.samples > shape.dimension ? 'a lower bound of F on the manifold' : 'the least F on the manifold';
}

export function group(out: Out, title: string, rows: readonly Row[]): void {
  out.say(`\n${title}`);
  out.table(['', 'value', ''], rows);
}
