/** Files by their names: what commands use. Reading and writing of the bytes themselves knows no file system. */
import { checkFile, readBytes } from './disk.ts';
import { checkEnding, endingOf } from './kinds.ts';
import { type Choice, parseSamples, type Samples, sampleEndings } from './samples.ts';

/**
 * Inputs and labels from a .csv, .tsv, .json, .npz or .npy file, also packed as .gz. See parseSamples.
 * @throws BAD_ARGUMENT, BAD_SHAPE, NOT_FINITE, LIMIT, naming the file and the place in it
 */
export function readSamples(file: string, choice: Choice): Samples {
  checkFile(file);
  checkEnding(file, sampleEndings);
  const { target } = choice;
  const apart = endingOf(file) === '.npy' && target !== undefined && endingOf(target) === '.npy';
  const labels = apart ? { file: target, bytes: readBytes(target) } : undefined;
  return parseSamples({ file, bytes: readBytes(file) }, choice, labels);
}
