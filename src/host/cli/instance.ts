/** The argument and the flags that say which network a command looks at. */
import { FlatwalkError } from '../../engine/index.ts';
import { activation, activationNames } from '../../model/activations.ts';
import type { Instance } from '../files/instance.ts';
import { readInstance } from '../files/node.ts';
import { similar } from '../files/similar.ts';
import type { InstanceOptions } from '../tasks/inspect/subject.ts';

export interface InstanceFlags {
  readonly instance?: string;
  readonly activation?: string;
}

export interface ReadInstance {
  readonly options: InstanceOptions;
  readonly instance: Instance;
  /** What documents say about the file. */
  readonly config: object;
  readonly notes: readonly string[];
}

/** @throws BAD_ARGUMENT, BAD_SHAPE, NOT_FINITE, LIMIT with the file and the place */
export function readFlags(file: string, { instance: chosen, activation: asked }: InstanceFlags): ReadInstance {
  const instance = readInstance(file, chosen);
  const given = asked ?? instance.activation;
  if (given === null) {
    throw new FlatwalkError('BAD_ARGUMENT', `${file}: it does not say which activation`, 'Give --activation NAME.');
  }
  const name = checkActivation(given);
  const { samples, width, dimension, inputs, labels, weights, secondLayer, notes } = instance;
  const other = asked !== undefined && instance.activation !== null && instance.activation !== asked;
  const replaced = other ? [`The activation is ${asked}, as asked for; the file says ${instance.activation}.`] : [];
  return {
    options: { activation: name, width, dimension, inputs, labels, weights, secondLayer },
    instance,
    config: { file, instance: instance.id ?? undefined, activation: name, samples, width, dimension },
    notes: [...notes, ...replaced],
  };
}

/** @throws BAD_ARGUMENT with what was meant, if that can be told */
export function checkActivation(spec: string): string {
  try {
    return activation(spec).spec;
  } catch (error) {
    const [near] = similar(spec.split(':')[0], activationNames);
    if (!(error instanceof FlatwalkError) || !near) throw error;
    const [what] = error.message.split('\n');
    throw new FlatwalkError(error.code, what, `Did you mean ${near}? ${error.fix}`, { cause: error });
  }
}
