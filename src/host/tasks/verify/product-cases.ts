/** Cases of the kernels that are matrix products: odd shapes in every tile that the device can run. */
import { RUNNING } from '../../../engine/network.ts';
import {
  chooseTile,
  partsOf,
  possibleTiles,
  rightSteps,
  type TileName,
  tileVariant,
} from '../../../engine/products.ts';
import { activationNames } from '../../../model/activations.ts';
import type { Choices } from '../../../reference/kernels/oracle.ts';
import type { CaseContext } from './cases.ts';
import type { Case } from './compare.ts';
import { blank, STOPPED, stoppedSecond, symmetric, targetConstants, targets } from './inputs.ts';

/** [replicas, rows, n, first, count, d]: ones, primes, one past a tile of each kind, tall, wide, a block inside. */
type Shape = readonly [replicas: number, rows: number, n: number, first: number, count: number, d: number];
const shapes: readonly Shape[] = [
  [1, 1, 1, 0, 1, 1],
  [3, 1, 1, 0, 1, 257],
  [1, 257, 1, 0, 1, 1],
  [1, 1, 257, 0, 257, 1],
  [2, 31, 33, 0, 33, 65],
  [1, 65, 7, 0, 7, 31],
  [3, 3, 129, 40, 67, 130],
  [1, 129, 65, 1, 64, 3],
  [1, 17, 70, 3, 65, 66],
];

const choicesOf = (c: CaseContext, tile: TileName): Choices => ({
  activation: c.activation,
  space: 'weight',
  draws: 'full',
  law: 'gaussian',
  tile: tileVariant(tile).slots.tile,
});

/** Both ways in which the right matrix may lie. */
export function multiplyCases(c: CaseContext): Case<'multiply'>[] {
  return both.flatMap((lies) => {
    const one: Shape | null = c.shape
      ? [1, c.shape.replicas * c.shape.width, c.shape.samples, 0, c.shape.samples, c.shape.dimension]
      : null;
    return (one ? [one] : shapes).flatMap((shape, k) => {
      const [replicas, rows, n, first, count, d] = shape;
      const [columns, terms] = lies === 'columns' ? [count, d] : [d, count];
      const accumulate = (k + (lies === 'terms' ? 1 : 0)) % 2;
      const cells = replicas * rows * columns;
      return tilesFor(c, { rows, columns, terms }).map((tile) => ({
        name:
          `${replicas} x ${rows} rows, n ${n} from ${first} to ${first + count}, d ${d} for ${lies}` +
          `${accumulate ? ', added' : ''}, ${tile}`,
        buffers: {
          left: c.random.normals(replicas * rows * terms),
          right: c.random.normals(n * d),
          status: c.shape ? new Uint32Array([RUNNING]) : stoppedSecond(replicas),
          product: accumulate ? c.random.normals(cells) : blank(cells),
        },
        params: {
          replicas,
          rows,
          columns,
          terms,
          first: first * d,
          ...rightSteps(lies, d),
          accumulate,
          step: STOPPED,
        },
        constants: tileVariant(tile).constants,
        choices: choicesOf(c, tile),
      }));
    });
  });
}

/** Every activation has one tile, as each is another pipeline; together they have all. */
export function activateCases(c: CaseContext): Case<'activate'>[] {
  const all = possibleTiles(c.device);
  const own = all[activationNames.indexOf(c.activation.name) % all.length];
  const { shape: s } = c;
  return (s ? [[s.replicas, s.width, s.samples, 0, s.samples, s.samples] as const] : shapes).map((shape, k) => {
    const [replicas, width, n, first, count, d] = shape;
    const tile = s ? chooseTile({ rows: width, columns: count, terms: d }, c.device) : own;
    const lies = s || k % 2 ? 'columns' : 'terms';
    // Data points as terms have as many numbers as there are samples in the block: G.
    const [right, length, terms] = lies === 'columns' ? [n * d, d, d] : [count * count, count, count];
    return {
      name: `${replicas} replicas, m ${width}, n ${n} from ${first} to ${first + count}, ${terms} terms, ${tile}`,
      buffers: {
        left: c.random.normals(replicas * width * terms, 1.5 * terms ** -0.5),
        right: c.random.normals(right),
        start: c.random.normals(replicas * width * count),
        targets: targets(c.random, n, width, replicas),
        preactivations: blank(replicas * width * count),
        partials: blank(replicas * partsOf(tile, width) * 3 * count),
      },
      params: {
        replicas,
        width,
        columns: count,
        terms,
        first: lies === 'columns' ? first * d : 0,
        ...rightSteps(lies, length),
        samples: n,
        from_start: k % 2,
      },
      constants: { ...tileVariant(tile).constants, ...targetConstants(n, width, replicas) },
      choices: choicesOf(c, tile),
    };
  });
}

/** [replicas, rows, columns, skip] */
const matrices = [
  [1, 1, 1, 0],
  [2, 7, 5, 0],
  [1, 5, 67, 1],
  [1, 129, 3, 1],
  [3, 3, 131, 0],
  [1, 1, 33, 0],
] as const;

export function gramCases(c: CaseContext): Case<'gram_matrix'>[] {
  const { shape: s } = c;
  return (s ? [[s.replicas, s.width, s.samples, 0] as const] : matrices).flatMap(([replicas, rows, columns, skip], k) =>
    (s ? [0] : [0, 1]).flatMap((side) => {
      const [size, terms] = side === 0 ? [columns, rows - skip] : [rows, columns];
      const [weighted, accumulate] = [(k + side) % 2, (k >> 1) % 2];
      const what = `${side ? 'rows' : 'columns'}${weighted ? ', weighted' : ''}${accumulate ? ', added' : ''}`;
      return tilesFor(c, { rows: size, columns: size, terms }).map((tile) => {
        const matrix = c.random.normals(replicas * rows * columns);
        return {
          name: `${replicas} replicas, ${rows} x ${columns}, ${what}, ${tile}`,
          buffers: {
            left: matrix,
            right: matrix,
            factors: symmetric(c.random, 1, size),
            status: stoppedSecond(replicas),
            gram: accumulate ? symmetric(c.random, replicas, size) : blank(replicas * size * size),
          },
          params: { replicas, rows, columns, skip, side, weighted, accumulate, step: STOPPED },
          constants: tileVariant(tile).constants,
          choices: choicesOf(c, tile),
        };
      });
    }),
  );
}

const both = ['columns', 'terms'] as const;

/** All that are possible, or the one that a benchmark's shape is given. */
function tilesFor(c: CaseContext, shape: { rows: number; columns: number; terms: number }): TileName[] {
  return c.shape ? [chooseTile(shape, c.device)] : possibleTiles(c.device);
}
