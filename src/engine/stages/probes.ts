import { type Law, splitSeed } from '../../model/draws.ts';
import type { Network } from '../network.ts';
import { prepareCurvature, vectorsAtOnce } from './curvature.ts';
import type { Stage } from './stage.ts';

export interface ProbeOptions {
  readonly probes: number;
  readonly kind?: Law;
  readonly seed?: number;
}

/** Hutchinson's estimate of tr D^2 L for one replica. */
export interface TraceEstimate {
  /** Mean of v^T H v over the probes. */
  readonly value: number;
  /** Sample standard deviation / sqrt(probes); NaN for a single probe. */
  readonly standardError: number;
  readonly probes: number;
  /** v^T H v of every probe. */
  readonly samples: Float64Array;
}

/** Hutchinson, Communications in Statistics 19 (1990): E v^T H v = tr H for independent entries of variance 1. */
export async function prepareProbes(
  network: Network,
  weights: GPUBuffer,
  { probes, kind = 'rademacher', seed = 0 }: ProbeOptions,
): Promise<Stage<TraceEstimate[]>> {
  const { gpu, replicas, cells } = network;
  const perReplica = vectorsAtOnce(network, probes);
  const curvature = await prepareCurvature(network, weights, perReplica);
  const draw = await gpu.launch('probe_vectors', { probes: curvature.vectors });
  const batches = Math.ceil(probes / perReplica);
  const vectors = replicas * perReplica;
  const size = vectors * curvature.chunks * 4;
  // Its size is a power of two of batches, so that few are ever made.
  const all = network.scratch('all forms', (2 ** Math.ceil(Math.log2(batches)) * size) / 4);
  const [seedLow, seedHigh] = splitSeed(seed);
  return {
    record() {
      for (let b = 0; b < batches; b++) {
        gpu.recorder.dispatch(draw, {
          vectors,
          per_replica: perReplica,
          first: b * perReplica,
          length: cells,
          kind: kind === 'gaussian' ? 1 : 0,
          seed_low: seedLow,
          seed_high: seedHigh,
        });
        curvature.recordForms();
        gpu.recorder.copy(curvature.forms, 0, all, b * size, size);
      }
    },
    outputs: [{ buffer: all, size: batches * size }],
    finish([bytes]) {
      const values = new Float32Array(bytes);
      return Array.from({ length: replicas }, (_, replica) => {
        const samples = new Float64Array(probes);
        for (let p = 0; p < probes; p++) {
          const vector = replica * perReplica + (p % perReplica);
          const base = Math.floor(p / perReplica) * vectors * curvature.chunks;
          for (let c = 0; c < curvature.chunks; c++) samples[p] += values[base + c * vectors + vector];
        }
        return { ...meanAndError(samples), probes, samples };
      });
    },
  };
}

function meanAndError(samples: Float64Array): { value: number; standardError: number } {
  const k = samples.length;
  const value = samples.reduce((a, b) => a + b, 0) / k;
  const squares = samples.reduce((sum, s) => sum + (s - value) ** 2, 0);
  return { value, standardError: k > 1 ? Math.sqrt(squares / (k - 1) / k) : Number.NaN };
}
