/** Files by their names: what commands use. Reading and writing of the bytes themselves knows no file system. */
import { checkFile, readBytes, writeBytes } from './disk.ts';
import { checkInstanceEnding, type Instance, parseInstance } from './instance.ts';
import { checkEnding, endingOf } from './kinds.ts';
import { type Choice, parseSamples, type Samples, sampleEndings } from './samples.ts';
import {
  type ExtraArray,
  encodeWeights,
  parseWeights,
  type Weights,
  type WeightsFile,
  weightEndings,
} from './weights.ts';

/**
 * Inputs and labels from a .csv, .tsv, .json, .npz, .npy or .safetensors file, also packed as .gz. See parseSamples.
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
 * Weights into a .npz, .safetensors or .npy file, which is there whole or not at all, and replaces what was there. See
 * encodeWeights.
 * @throws BAD_ARGUMENT for another ending, BAD_SHAPE where numbers do not fit, HOST when it cannot be written
 */
export function writeWeights(
  file: string,
  weights: Weights,
  extra?: Readonly<Record<string, ExtraArray>>,
  metadata?: Readonly<Record<string, string>>,
): void {
  writeBytes(file, encodeWeights(file, weights, extra, metadata));
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
