import { fault, type Source } from './fields.ts';
import { similar } from './similar.ts';

/** What a file may have, with the other names that people use for it. */
export const parts = {
  activation: { meaning: 'the activation', also: ['phi', 'activation_function', 'nonlinearity'] },
  theta: { meaning: 'the weights, m rows of d numbers', also: ['Theta', 'weights', 'W', 'w', 'W1', 'θ'] },
  X: { meaning: 'the data points, n rows of d numbers', also: ['x', 'inputs', 'data', 'points'] },
  y: { meaning: 'the labels, n numbers', also: ['Y', 'labels', 'targets', 'target'] },
  a: { meaning: 'the second layer, m numbers', also: ['secondLayer', 'second_layer', 'W2'] },
  v: { meaning: 'a vector for a Hessian product, m rows of d numbers', also: ['V', 'vector'] },
  m: { meaning: 'the number of neurons', also: ['width', 'neurons'] },
  n: { meaning: 'the number of data points', also: ['samples'] },
  d: { meaning: 'the number of dimensions', also: ['dimension'] },
  id: { meaning: 'a name', also: ['name'] },
} as const;
export type Part = keyof typeof parts;
const partNames = Object.keys(parts) as Part[];

/** What such files have besides, and what is not read. */
const besides = ['expect', 'on_M', 'description', 'comment', 'notes'];

/** Which name in the file stands for which part. @throws BAD_ARGUMENT for strange names, and for two of one part */
export function resolveNames({ file, names }: Source): Map<Part, string> {
  const found = new Map<Part, string>();
  for (const name of names) {
    if (besides.includes(name) || name.startsWith('_')) continue;
    const part = partNames.find((one) => one === name || (parts[one].also as readonly string[]).includes(name));
    if (!part) {
      const [near] = similar(
        name,
        partNames.flatMap((one) => [one, ...parts[one].also]),
      );
      const known = `It may have ${partNames.join(', ')}.`;
      throw fault(file, `nothing is known by the name '${name}'`, near ? `Did you mean ${near}? ${known}` : known);
    }
    const other = found.get(part);
    if (other !== undefined)
      throw fault(file, `${other} and ${name} are both ${parts[part].meaning}`, 'Leave out one.');
    found.set(part, name);
  }
  return found;
}
