import type { Problem } from '../../src/engine/index.ts';
import { probeVector } from '../../src/model/draws.ts';
import { quadraticForm } from '../../src/reference/index.ts';
import { compareNumbers } from '../check.ts';
import type { BenchCase, Check, Figure } from '../document.ts';
import { formTolerance } from '../peers/check.ts';
import { problemOf, SEED, type SizeName, sizeNames } from '../problems.ts';
import { ratio } from '../statistics.ts';
import type { BenchContext, Entry, Group, Suite } from '../suite.ts';
import { referenceOf } from './runs.ts';

/** Hutchinson's estimate of the trace: what a probe costs by itself, one after the other, and many together. */
export const probes: Suite = {
  name: 'probes',
  quickSeconds: 12,
  groups: (context) => sizesFor(context).map((size) => groupOf(context, size)),
  figures: (cases) => sizeNames.flatMap((size) => togetherFigure(cases, size)),
};

const MANY = 64;

/** On a software adapter many probes of the large size take half a minute. */
function sizesFor({ effort }: BenchContext): SizeName[] {
  return effort === 'tiny' ? ['small'] : ['small', 'mid', 'large'];
}

interface ProbeCase {
  readonly name: string;
  /** Probes of an estimate. */
  readonly together: number;
  /** Estimates of a unit, one after the other. */
  readonly estimates: number;
}

function casesOf({ effort, engine }: BenchContext, size: SizeName): ProbeCase[] {
  const slow = engine.adapter.software && size === 'large';
  const one = { name: `${size}/one probe`, together: 1, estimates: 1 };
  const single = { name: `${size}/${MANY} single probes`, together: 1, estimates: MANY };
  const together = { name: `${size}/${MANY} probes together`, together: MANY, estimates: 1 };
  if (effort !== 'full' && slow) return [one];
  // Beyond the small size, what single probes cost is told by one of them.
  return size === 'small' || (effort === 'full' && !slow) ? [one, single, together] : [one, together];
}

const weights: Record<SizeName, number> = { small: 2, mid: 3, large: 3 };

function groupOf(context: BenchContext, size: SizeName): Group {
  const cases = casesOf(context, size);
  return {
    names: cases.map(({ name }) => name),
    weight: weights[size],
    async prepare(wanted) {
      const problem = await context.engine.problem(problemOf(size).options);
      const entries = cases.filter(({ name }) => wanted(name)).map((one) => entryOf(one, size, problem));
      return { entries, dispose: () => problem.dispose() };
    },
  };
}

function entryOf({ name, together, estimates }: ProbeCase, size: SizeName, problem: Problem): Entry {
  const { m, n, d } = problemOf(size).size;
  return {
    name,
    unit: 'probe',
    per: together * estimates,
    // U = V X^T and its use; the vectors are drawn.
    work: { flops: 2 * m * n * d + 6 * m * n, bytes: 4 * (m * d + n * d + m * n) },
    async run(count) {
      for (let k = 0; k < count * estimates; k++) await problem.traceEstimate({ probes: together, seed: SEED });
    },
    async check() {
      const [{ samples }] = await problem.traceEstimate({ probes: together, seed: SEED });
      const checks = checkedProbes(size, together).map((probe) => {
        const { form, tolerance } = expected(size, probe);
        return compareNumbers([samples[probe]], [form], tolerance, 'quadratic forms in float64');
      });
      const share = (check: Check) => check.error / check.tolerance;
      return checks.reduce((worst, check) => (share(check) > share(worst) ? check : worst));
    },
  };
}

/** All of the small size; of others the first and the last, which take float64 loops long enough. */
function checkedProbes(size: SizeName, together: number): number[] {
  if (size === 'small') return Array.from({ length: together }, (_, k) => k);
  return [...new Set([0, together - 1])];
}

interface Expected {
  readonly form: number;
  readonly tolerance: number;
}

/** They take a while and are needed again. */
const known = new Map<string, Expected>();

function expected(size: SizeName, probe: number): Expected {
  const key = `${size} ${probe}`;
  const found = known.get(key);
  if (found) return found;
  const problem = referenceOf(problemOf(size));
  const vector = probeVector(SEED, probe, 0, problem.m * problem.d, 'rademacher');
  const made = { form: quadraticForm(problem, vector), tolerance: formTolerance(problem, vector) };
  known.set(key, made);
  return made;
}

/** How many times longer a probe takes by itself than among many. */
function togetherFigure(cases: readonly BenchCase[], size: SizeName): Figure[] {
  const timeOf = (name: string) => cases.find((one) => one.case === `${size}/${name}`)?.time;
  const single = timeOf(`${MANY} single probes`) ?? timeOf('one probe');
  const together = timeOf(`${MANY} probes together`);
  if (!single || !together) return [];
  const { median: value, low, high } = ratio(single.samples, together.samples);
  const name = `${size}/single over ${MANY} together`;
  return [{ name, suite: 'probes', value, low, high, unit: 'x', note: 'time of a probe, round by round' }];
}
