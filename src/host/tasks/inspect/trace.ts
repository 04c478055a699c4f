import {
  estimateTrace,
  frobeniusNorm,
  hutchPlusPlus,
  type ProbeKind,
  probeVariance,
  type SketchReport,
  type TraceReport,
  traceParts,
  xTrace,
} from '../../../engine/geometry/index.ts';
import type { Subject } from './subject.ts';

export interface TraceWish {
  /** Probes of Hutchinson's estimate; with `relativeError` at most so many. */
  readonly probes: number;
  readonly kind: ProbeKind;
  readonly seed: number;
  /** Probes end once the standard error is this share of the estimate. */
  readonly relativeError: number | null;
  /** Products with the Hessian for Hutch++ and XTrace each, at most. */
  readonly products: number;
}

/** What probes say of the trace of the Hessian, and what closed forms say. */
export interface TraceFindings {
  readonly traceEstimate: (TraceReport & { readonly kind: ProbeKind }) | null;
  /** Estimates that first find the span of the largest eigenvectors. */
  readonly hutchPlusPlus: SketchReport | null;
  readonly xTrace: SketchReport | null;
  /** Of one probe, exactly. */
  readonly probeVariance: number | null;
  /** |D^2 L|_F */
  readonly frobeniusNorm: number | null;
  /** By neuron (m) and by data point (n); both sum up to the trace. */
  readonly traceParts: { readonly perNeuron: Float64Array; readonly perSample: Float64Array } | null;
}

export async function inspectTrace(subject: Subject, wish: TraceWish): Promise<TraceFindings> {
  const { problem } = subject;
  const { probes, kind, seed } = wish;
  const relativeError = wish.relativeError ?? undefined;
  const estimate = await subject.attempt('traceEstimate', async () => {
    return (await estimateTrace(problem, { probes, kind, seed, relativeError }))[0];
  });
  if (estimate) explainGaps(subject, estimate);
  const sketch = async (name: 'hutchPlusPlus' | 'xTrace', method: typeof xTrace) => {
    const found = await subject.attempt(
      name,
      async () => (await method(problem, { products: wish.products, seed }))[0],
    );
    if (found && Number.isNaN(found.standardError)) {
      subject.absent(`${name}.standardError`, 'A single sample says nothing about its spread');
      subject.absent(`${name}.z`, 'There is no standard error');
    } else if (found && Number.isNaN(found.z)) {
      subject.absent(`${name}.z`, 'It is exact, but for rounding: the span that was found holds all of the trace');
    }
    return found;
  };
  const parts = await subject.attempt('traceParts', async () => (await traceParts(problem))[0]);
  return {
    traceEstimate: estimate && { ...estimate, kind },
    hutchPlusPlus: await sketch('hutchPlusPlus', hutchPlusPlus),
    xTrace: await sketch('xTrace', xTrace),
    probeVariance: await subject.attempt('probeVariance', async () => (await probeVariance(problem, { kind }))[0]),
    frobeniusNorm: await subject.attempt('frobeniusNorm', async () => (await frobeniusNorm(problem))[0]),
    traceParts: parts && { perNeuron: parts.perNeuron, perSample: parts.perSample },
  };
}

function explainGaps({ notDefined }: Subject, { probes, standardError, z }: TraceReport): void {
  if (probes === 1) {
    for (const name of ['standardError', 'interval', 'z', 'needed']) {
      notDefined[`traceEstimate.${name}`] = 'One probe says nothing about its spread';
    }
  } else if (Number.isNaN(z)) {
    notDefined['traceEstimate.z'] = `Every probe gives the trace, but for rounding (standard error ${standardError})`;
  }
}
