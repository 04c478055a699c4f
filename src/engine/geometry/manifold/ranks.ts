import { FlatwalkError } from '../../../model/errors.ts';
import { real } from '../../arrays.ts';
import { lengthOf, singularValues } from './singular.ts';

/** A feature matrix Z: m neurons (rows) at n samples, flat and row-major. A ManifoldPoint is one. */
export interface Features {
  readonly m: number;
  readonly n: number;
  readonly Z: ArrayLike<number>;
}

export interface FeatureRanks {
  /** sigma of Z = Theta X^T, descending, min(m, n) of them. Unit: pre-activation, like disagreement; all others have none. */
  readonly singularValues: Float64Array;
  /** sum sigma² / sigma_1² = ‖Z‖_F² / ‖Z‖_2², between 1 and the rank. Rudelson and Vershynin 2007. */
  readonly stableRank: number;
  /** How many sigma are above `tolerance` times sigma_1. */
  readonly numericalRank: number;
  /** exp of the Shannon entropy of sigma / sum sigma. Roy and Vetterli, "The effective rank", EUSIPCO 2007. */
  readonly effectiveRank: number;
  /** exp of the Shannon entropy of sigma² / sum sigma², the shares of the energy: the metric `entropyRank` of runs. */
  readonly entropyRank: number;
  /** (sum sigma²)² / sum sigma⁴. The participation ratio of the eigenvalues of Z Z^T; Gao et al. 2017. */
  readonly participationRatio: number;
  /** sum sigma / sigma_1 = ‖Z‖_* / ‖Z‖_2, between 1 and the rank. */
  readonly nuclearRatio: number;
  /** sigma_1² / sum sigma², the share of the energy in the first direction: 1 / stableRank. */
  readonly topShare: number;
  /** The least cosine between the rows of two neurons, signed. NaN where fewer than two rows differ from zero. */
  readonly leastCosine: number;
  /** The mean cosine over all pairs of neurons, rows of zeros left out. NaN as above. */
  readonly meanCosine: number;
  /** Neurons whose row is zero. */
  readonly zeroNeurons: number;
  /** max_i (max_j z_ij - min_j z_ij), the largest spread of the neurons on a sample. */
  readonly disagreement: number;
}

/**
 * Ranks and alignment of the feature matrix in the definitions in use. The zero matrix has rank 0 in all of them, and all of
 * its energy in any direction. `tolerance` is that of numericalRank, 1e-3 if not given: weights read from the device carry
 * relative rounding of 1e-7. The least cosine takes m² n / 2 multiply-adds, a sweep of the singular values min(m, n)² max(m, n)
 * at most, which is no more than m² n.
 * @throws BAD_SHAPE, BAD_ARGUMENT, NOT_FINITE; LIMIT where m² n is above 2^29, with the number of neurons that fits
 */
export function featureRanks(features: Features, { tolerance = 1e-3 }: { tolerance?: number } = {}): FeatureRanks {
  const { m, n, Z } = checkFeatures(features);
  real('tolerance', tolerance, 0);
  checkPairs(m, n);
  const sigma = singularValues(Z, m, n);
  const top = sigma[0];
  const energy = sum(sigma, (s) => s * s);
  const nuclear = sum(sigma, (s) => s);
  const orZero = (value: number) => (top === 0 ? 0 : value);
  return {
    singularValues: sigma,
    stableRank: orZero(energy / (top * top)),
    numericalRank: orZero(sigma.filter((s) => s > tolerance * top).length),
    effectiveRank: orZero(Math.exp(sum(sigma, (s) => entropy(s / nuclear)))),
    entropyRank: orZero(Math.exp(sum(sigma, (s) => entropy((s * s) / energy)))),
    participationRatio: orZero(energy ** 2 / sum(sigma, (s) => s ** 4)),
    nuclearRatio: orZero(nuclear / top),
    topShare: top === 0 ? 1 : (top * top) / energy,
    ...cosines(features),
    disagreement: disagreementOf(features),
  };
}

export interface Clusters {
  /** How many neurons differ. */
  readonly distinct: number;
  /** Indices of the neurons of each cluster, ascending, the largest cluster first. */
  readonly members: readonly (readonly number[])[];
}

/**
 * Neurons that do the same on the data: single linkage, two neurons being linked where their rows of Z are within
 * `tolerance` (1e-3 if not given) times the length of the longest row. Signed: opposite rows are far apart.
 * @throws BAD_SHAPE, BAD_ARGUMENT, NOT_FINITE; LIMIT where m² n is above 2^29, with the number of neurons that fits
 */
export function clusters(features: Features, tolerance = 1e-3): Clusters {
  const { m, n, Z } = checkFeatures(features);
  real('tolerance', tolerance, 0);
  checkPairs(m, n);
  const row = (j: number) => Float64Array.from({ length: n }, (_, i) => Z[j * n + i]);
  const rows = Array.from({ length: m }, (_, j) => row(j));
  const reach = tolerance * rows.reduce((most, r) => Math.max(most, lengthOf(r)), 0);
  const left = new Set(rows.keys());
  const members: number[][] = [];
  for (const seed of left) {
    left.delete(seed);
    const cluster = [seed];
    // The list grows while it is gone through.
    for (const j of cluster) {
      for (const k of left) {
        if (isFarther(rows[j], rows[k], reach)) continue;
        left.delete(k);
        cluster.push(k);
      }
    }
    members.push(cluster.sort((a, b) => a - b));
  }
  members.sort((a, b) => b.length - a.length || a[0] - b[0]);
  return { distinct: members.length, members };
}

/** max_i (max_j z_ij - min_j z_ij). */
export function disagreementOf({ m, n, Z }: Features): number {
  let worst = 0;
  for (let i = 0; i < n; i++) {
    let [low, high] = [Z[i], Z[i]];
    for (let j = 1; j < m; j++) {
      low = Math.min(low, Z[j * n + i]);
      high = Math.max(high, Z[j * n + i]);
    }
    worst = Math.max(worst, high - low);
  }
  return worst;
}

function cosines({ m, n, Z }: Features) {
  const units: Float64Array[] = [];
  for (let j = 0; j < m; j++) {
    const row = Float64Array.from({ length: n }, (_, i) => Z[j * n + i]);
    const length = lengthOf(row);
    if (length > 0) units.push(row.map((z) => z / length));
  }
  const count = units.length;
  const zeroNeurons = m - count;
  if (count < 2) return { leastCosine: Number.NaN, meanCosine: Number.NaN, zeroNeurons };
  let least = 1;
  for (const [j, a] of units.entries()) {
    for (let k = 0; k < j; k++) {
      let cosine = 0;
      for (let i = 0; i < n; i++) cosine += a[i] * units[k][i];
      least = Math.min(least, cosine);
    }
  }
  // |sum u|² has every pair twice, and each neuron with itself.
  let square = 0;
  for (let i = 0; i < n; i++) square += units.reduce((total, unit) => total + unit[i], 0) ** 2;
  return { leastCosine: least, meanCosine: (square - count) / (count * (count - 1)), zeroNeurons };
}

/** Whether two rows are more than `reach` apart. */
function isFarther(a: Float64Array, b: Float64Array, reach: number): boolean {
  // The largest difference bounds the length from below, and mostly decides.
  for (let i = 0; i < a.length; i++) if (Math.abs(a[i] - b[i]) > reach) return true;
  return lengthOf(a.map((z, i) => z - b[i])) > reach;
}

/** Multiply-adds of all pairs: seconds on the host, and about a minute for singular values where m and n are alike. */
const PAIR_WORK = 2 ** 29;

/** @throws LIMIT where m² n is above 2^29 */
export function checkPairs(m: number, n: number): void {
  if (m * m * n <= PAIR_WORK) return;
  const fitting = Math.floor(Math.sqrt(PAIR_WORK / n));
  throw new FlatwalkError(
    'LIMIT',
    `Comparing all pairs of ${m} neurons at ${n} samples takes m² n operations on the host, which is too many here`,
    fitting > 0 ? `Use at most ${fitting} neurons at so many samples.` : 'Use fewer samples.',
  );
}

function checkFeatures(features: Features): Features {
  const { m, n, Z } = features;
  if (m > 0 && n > 0 && Z.length === m * n) {
    const bad = Array.prototype.findIndex.call(Z, (z: number) => !Number.isFinite(z));
    if (bad < 0) return features;
    const what = `Z: neuron ${Math.floor(bad / n)} has the pre-activation ${Z[bad]} at sample ${bad % n}`;
    throw new FlatwalkError('NOT_FINITE', what, 'Take weights at which the network has finite pre-activations.');
  }
  throw new FlatwalkError('BAD_SHAPE', `Z has ${Z.length} numbers, not ${m} x ${n}`, 'Give m rows of n numbers.');
}

const sum = (sigma: Float64Array, term: (s: number) => number) => sigma.reduce((total, s) => total + term(s), 0);
const entropy = (share: number) => (share > 0 ? -share * Math.log(share) : 0);
