import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FlatwalkError } from '../../engine/index.ts';
import { endingOf } from '../files/kinds.ts';
import { readWeights } from '../files/node.ts';
import { encodeWeights } from '../files/weights.ts';
import { ResultsFile } from '../results/file.ts';
import { WEIGHTS } from '../results/layout.ts';
import { readResults } from '../results/read.ts';

export interface WrittenWeights {
  readonly replicas: number;
  readonly width: number;
  readonly dimension: number;
}

/**
 * The weights at the end of a run, as the kind of file that the name ends in; as safetensors with its activation and step.
 * @throws BAD_ARGUMENT for a folder without weights, and for a file that is there already, HOST when it cannot be written
 */
export function exportWeights(folder: string, out: string, force: boolean): WrittenWeights {
  const { summary } = readResults(folder);
  const file = join(folder, WEIGHTS);
  if (!existsSync(file)) {
    const why = summary.outcome.kind === 'running' ? 'Wait for its end.' : 'Those of a run have.';
    throw new FlatwalkError('BAD_ARGUMENT', `${folder} has no ${WEIGHTS}`, why);
  }
  const weights = readWeights(file);
  const { replicas, width, dimension } = weights;
  const known = { activation: summary.config?.activation, step: summary.outcome.step };
  const said = Object.entries(known).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const metadata = endingOf(out) === '.safetensors' ? Object.fromEntries(said) : {};
  new ResultsFile(out, { force }).writeContent([encodeWeights(out, weights, {}, metadata)]);
  const size = `${replicas === 1 ? '' : `${replicas} x `}${width} x ${dimension}`;
  process.stderr.write(`theta, ${size}${weights.secondLayer ? `, and a, ${width}` : ''}: ${out}\n`);
  return { replicas, width, dimension };
}
