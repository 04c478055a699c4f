/** What `inspect` tells a person: a table for each group of instruments, and reasons for what there is not. */

import { type SharpnessName, sharpnessMeasures } from '../../engine/geometry/index.ts';
import type { Ends } from '../tasks/inspect/spectrum.ts';
import { groupNames, type InspectResult, NOT_ASKED } from '../tasks/inspect.ts';
import type { Terminal } from './terminal.ts';

type Out = Pick<Terminal, 'say' | 'table'>;
export type Row = readonly [name: string, value: string, meaning: string];

/** A number as people read it; a dash where there is none. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  return Number.isInteger(value) && Math.abs(value) < 1e9 ? String(value) : value.toPrecision(6);
}

/** The first few of a list. */
export function numbers(values: ArrayLike<number> | null | undefined, most = 6): string {
  if (!values) return '–';
  const shown = Array.from(values)
    .slice(0, most)
    .map((value) => Number(value.toPrecision(4)));
  return `${shown.join('  ')}${values.length > most ? `  … (${values.length})` : ''}`;
}

export function reportInspection(found: InspectResult, out: Out): void {
  const { samples, width, dimension } = found.shape;
  out.say(`${width} neurons, ${samples} data points, ${dimension} dimensions, ${found.activation}`);
  group(out, 'Loss', [
    ['L', number(found.loss), 'sum of squared residuals'],
    ['|grad L|', number(found.gradientNorm), 'Euclidean norm of the gradient'],
  ]);
  const closed = ['tr D²L', 'F', 'F*'];
  const estimated = found.groups.includes('trace');
  group(
    out,
    'Trace of the Hessian',
    traceRows(found).filter(([name]) => estimated || closed.includes(name)),
  );
  for (const [of, title] of [
    ['hessian', 'Hessian'],
    ['gaussNewton', 'Gauss-Newton matrix 2 J^T J'],
  ] as const) {
    const ends = found.spectrum?.[of];
    if (ends) spectrum(out, `Ends of the spectrum: ${title}`, ends);
  }
  densities(out, found);
  const { sharpness } = found;
  if (sharpness) {
    const rows = Object.entries(sharpness.values).map(([name, value]): Row => {
      return [name, number(value), sharpnessMeasures[name as SharpnessName].symbol];
    });
    group(out, `Measures of sharpness, perturbations of radius ${sharpness.radius}`, rows);
  }
  if (found.groups.includes('manifold')) {
    group(out, 'Tangent kernel J J^T', [
      ['eigenvalues', numbers(found.tangentKernel?.eigenvalues), 'ascending'],
      ['rank', number(found.tangentKernel?.rank), `of ${samples}`],
      ['condition', number(found.tangentKernel?.condition), 'largest over smallest'],
    ]);
    group(out, 'Zero-loss manifold, at the retraction of the network', manifoldRows(found));
  }
  const onManifold = found.manifold?.spectrum;
  if (onManifold) spectrum(out, 'Ends of the spectrum: P_T B P_T there, with zeros off the tangent space', onManifold);
  const features = featureRows(found).filter(
    ([, value]) => found.groups.length === groupNames.length || !/^–/.test(value),
  );
  group(out, 'Features: the pre-activations Theta X^T', features);
  const missing = Object.entries(found.notDefined).filter(([, why]) => why !== NOT_ASKED);
  if (missing.length > 0) out.say('\nNot there:');
  for (const [name, why] of missing) out.say(`- ${name}: ${why.replace(/\.$/, '')}.`);
}

function traceRows(found: InspectResult): Row[] {
  const estimate = found.traceEstimate;
  const spread = estimate ? `± ${number(estimate.standardError)}` : '';
  const interval = estimate ? `${number(estimate.interval[0])} to ${number(estimate.interval[1])}` : '–';
  return [
    ['tr D²L', number(found.trace), 'closed form'],
    ['estimate', `${number(estimate?.value)} ${spread}`, `Hutchinson's, ${estimateWords(estimate)}`],
    ['', interval, "95 % interval by Student's t"],
    ['', `z = ${number(estimate?.z)}`, 'distance to the closed form in standard errors'],
    ['Hutch++', sketchText(found.hutchPlusPlus), sketchWords(found.hutchPlusPlus)],
    ['XTrace', sketchText(found.xTrace), sketchWords(found.xTrace)],
    ['by neuron', numbers(found.traceParts?.perNeuron), 'sums up to the trace'],
    ['by data point', numbers(found.traceParts?.perSample), 'sums up to the trace'],
    ['|D²L|_F', number(found.frobeniusNorm), 'Frobenius norm, closed form'],
    ['F', number(found.manifoldTrace), 'trace without the residuals: that of Gauss-Newton, and of D²L where L = 0'],
    ['F*', number(found.traceOptimum), optimumMeaning(found)],
  ];
}

function estimateWords(estimate: InspectResult['traceEstimate']): string {
  if (!estimate) return 'with its standard error';
  const { probes, kind, stopped, needed } = estimate;
  const drawn = `${probes} ${kind} ${probes === 1 ? 'probe' : 'probes'}`;
  if (stopped === 'accuracy') return `${drawn}: as accurate as was wished`;
  return needed === null ? drawn : `${drawn}: NOT as accurate as was wished, which takes about ${needed}`;
}

type Sketch = InspectResult['xTrace'];
const sketchText = (one: Sketch) => `${number(one?.value)}${one ? ` ± ${number(one.standardError)}` : ''}`;
const sketchWords = (one: Sketch) => (one ? `${one.products} products, ${one.rank} directions exactly` : '');

function densities(out: Out, { density }: InspectResult): void {
  for (const [of, found] of Object.entries(density ?? {})) {
    if (!found) continue;
    const { size, moments, nodes, exactMean } = found;
    const spread = (k: number) => `${number(moments[k].value)} ± ${number(moments[k].standardError)}`;
    group(out, `Density of the ${size} eigenvalues: ${of}`, [
      ['mean', spread(1), `exactly ${number(exactMean)}`],
      ['mean square', spread(2), '|H|_F² / N'],
      [
        'from, to',
        `${number(nodes[0])}, ${number(nodes[nodes.length - 1])}`,
        `${nodes.length} nodes; the curve is in the document`,
      ],
    ]);
  }
}

function optimumMeaning({ traceIsOptimal, shape }: InspectResult): string {
  if (!traceIsOptimal) return 'F where all neurons agree';
  return shape.samples > shape.dimension ? 'a lower bound of F on the manifold' : 'the least F on the manifold';
}

function spectrum(out: Out, title: string, { largest, smallest, steps, complete }: Ends): void {
  out.say(`\n${title}`);
  const row = (which: string) => (pair: Ends['largest'][number], k: number) => [
    `${which} ${k + 1}`,
    number(pair.value),
    pair.residual.toExponential(1),
    pair.converged ? 'yes' : 'NO',
  ];
  const rows = [...largest.map(row('largest')), ...smallest.map(row('smallest'))];
  out.table(['', 'eigenvalue', 'residual |Hv - λv|', 'converged'], rows);
  const all = [...largest, ...smallest].every((pair) => pair.converged);
  const more = all ? '' : '; for pairs that have not converged, allow more with --most-steps';
  const copies = complete ? '' : '; copies of a multiple eigenvalue may be missing';
  out.say(`Lanczos with ${steps} products${copies}${more}.`);
}

function manifoldRows({ manifold }: InspectResult): Row[] {
  const hessian = manifold?.hessian;
  const residuals = manifold?.residuals ?? [];
  const path = residuals.length > 0 ? `${number(residuals[0])} → ${number(residuals[residuals.length - 1])}` : '–';
  return [
    ['residual', path, `largest, in ${Math.max(0, residuals.length - 1)} Gauss-Newton steps`],
    ['F', number(manifold?.sharpness), 'tr D²L there'],
    ['condition', number(manifold?.condition), 'of J J^T there'],
    ['|P grad F|', number(manifold?.gradientNorm), 'Riemannian gradient'],
    ['λ', numbers(manifold?.lambda), 'multipliers of F, one for each data point'],
    [
      'Hessian of F',
      hessian ? `${number(hessian.smallest)} to ${number(hessian.largest)}` : '–',
      hessianMeaning(hessian),
    ],
    ['ρ', number(manifold?.predictedRate), 'its smallest eigenvalue at the minimum; F - F* falls as exp(-2ρt)'],
  ];
}

function hessianMeaning(hessian: NonNullable<InspectResult['manifold']>['hessian'] | undefined): string {
  if (!hessian) return 'eigenvalues on the tangent space in the span of the data';
  const { negative, dimension } = hessian;
  return negative === 0
    ? `positive in all ${dimension} directions`
    : `negative in ${negative} of ${dimension} directions`;
}

function featureRows({ singularValues, stableRank, disagreement, optimumDistance, features }: InspectResult): Row[] {
  const most = features ? features.clusters.map((one) => one.length) : [];
  return [
    ['singular values', numbers(singularValues), 'σ, largest first'],
    ['stable rank', number(stableRank), 'Σσ² / σ₁²'],
    ['numerical rank', number(features?.numericalRank), `σ above ${features?.tolerance ?? '–'} σ₁`],
    ['effective rank', number(features?.effectiveRank), 'exp of the entropy of σ / Σσ'],
    ['entropy rank', number(features?.entropyRank), 'exp of the entropy of σ² / Σσ²'],
    ['participation', number(features?.participationRatio), '(Σσ²)² / Σσ⁴'],
    ['nuclear ratio', number(features?.nuclearRatio), 'Σσ / σ₁'],
    [
      'cosines',
      `${number(features?.leastCosine)}, ${number(features?.meanCosine)}`,
      'of pairs of neurons: least, mean',
    ],
    ['distinct neurons', number(features?.distinctNeurons), `neurons that do the same: ${numbers(most)}`],
    ['disagreement', number(disagreement), 'largest spread of the neurons on a data point'],
    ['to the optimum', number(optimumDistance), 'max |z - φ⁻¹(y/m)|'],
  ];
}

export function group(out: Out, title: string, rows: readonly Row[]): void {
  out.say(`\n${title}`);
  out.table(['', 'value', ''], rows);
}
