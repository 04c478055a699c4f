/** Data that are made instead of read. */
import { FlatwalkError } from '../../engine/index.ts';
import { type InputKind, makeInputs, makeLabels, makeTeacherLabels } from '../../model/data.ts';
import type { Settings } from './table.ts';

/** Data points and their labels: n x d numbers, row by row, and n. */
export interface Data {
  readonly inputs: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  readonly samples: number;
  readonly dimension: number;
}

/** 256 MiB of f32, and what the generator numbers. */
const MOST_NUMBERS = 2 ** 26;

/** @throws BAD_SHAPE for orthonormal points that do not exist, LIMIT before anything is made */
export function generateData(s: Settings): Data {
  const { generate: kind, n = 0, d = 0, dataSeed: seed = 0, activation } = s;
  if (n * d > MOST_NUMBERS) {
    throw new FlatwalkError(
      'LIMIT',
      `${n} points in ${d} dimensions are more than the ${MOST_NUMBERS} numbers that are generated at most`,
      d <= MOST_NUMBERS ? `Take ${Math.floor(MOST_NUMBERS / d)} points or fewer.` : 'Take fewer dimensions.',
    );
  }
  const inputs = makeInputs({ kind: kind as InputKind, n, d, seed });
  const { labelRange: [low, high] = [], labelSigns: signs, teacherWidth: width, teacherStd: std } = s;
  const labels =
    s.labels === 'teacher'
      ? makeTeacherLabels({ inputs, n, d, activation, width, std, seed })
      : makeLabels({ n, low, high, signs, seed });
  return { inputs, labels, samples: n, dimension: d };
}
