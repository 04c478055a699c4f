/** Files by their names: what commands read. What reads and writes the bytes themselves knows no file system. */
import { checkFile, readBytes } from './disk.ts';
import { checkInstanceEnding, type Instance, parseInstance } from './instance.ts';
import { checkEnding } from './kinds.ts';
import { type Choice, type Samples, samplesFrom } from './samples.ts';
import { parseWeights, type WeightsFile, weightEndings } from './weights.ts';

/**
 * Inputs and labels from a .csv, .tsv, .json, .npz, .npy or .safetensors file, also packed as .gz. See parseSamples.
 * @throws BAD_ARGUMENT, BAD_SHAPE, NOT_FINITE, LIMIT, naming the file and the place in it
 */
export function readSamples(file: string, choice: Choice): Samples {
  checkFile(file);
  return samplesFrom(file, choice, readBytes);
}

/**
 * Weights from a .npz, .safetensors, .npy or .json file. See parseWeights.
 * @throws BAD_ARGUMENT, BAD_SHAPE, NOT_FINITE, LIMIT, naming the file, the array and the place
 */
export function readWeights(file: string): WeightsFile {
  checkFile(file);
  checkEnding(file, weightEndings);
  return parseWeights(file, readBytes(file));
}

/**
 * One network with its data set from a .json, .npz or .safetensors file. See parseInstance.
 * @throws BAD_ARGUMENT, BAD_SHAPE, NOT_FINITE, LIMIT, naming the file, the array and the place
 */
export function readInstance(file: string, chosen?: string): Instance {
  checkFile(file);
  checkInstanceEnding(file);
  return parseInstance(file, readBytes(file), chosen);
}
