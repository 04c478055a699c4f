import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FlatwalkError } from '../../engine/index.ts';
import { endingOf } from '../files/kinds.ts';
import { readWeights } from '../files/node.ts';
import { encodeWeights } from '../files/weights.ts';
import { ResultsFile } from '../results/file.ts';
import { CHECKPOINT, SUMMARY, WEIGHTS } from '../results/names.ts';
import { readResults } from '../results/read.ts';
import type { Summary } from '../results/schema.ts';
import { stateOf } from '../results/state.ts';

export interface WrittenWeights {
  readonly replicas: number;
  readonly width: number;
  readonly dimension: number;
}

/** Where there are no weights. */
function whatToDo(folder: string, summary: Summary): string {
  if (summary.command !== 'run') return 'Those of a run have.';
  // It may go on on another machine.
  if (['running', 'unknown'].includes(stateOf(summary))) return 'Wait for its end.';
  if (existsSync(join(folder, CHECKPOINT))) return `Let it come to its end: flatwalk run --resume ${folder}`;
  return `Begin the run again: flatwalk run ${join(folder, SUMMARY)} --out <other folder>`;
}

/**
 * The weights at the end of a run, as the kind of file that the name ends in; as safetensors with its activation and step.
 * @throws BAD_ARGUMENT for a folder without weights, and for a file that is there already, HOST when it cannot be written
 */
export function exportWeights(folder: string, out: string, force: boolean): WrittenWeights {
  const { summary } = readResults(folder);
  const file = join(folder, WEIGHTS);
  if (!existsSync(file)) {
    throw new FlatwalkError('BAD_ARGUMENT', `${folder} has no ${WEIGHTS}`, whatToDo(folder, summary));
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
