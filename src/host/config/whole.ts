/** Settings with the data that they name, from wherever files come: a disk, or what was dropped on a page. */
import { FlatwalkError } from '../../engine/index.ts';
import type { Choice, Samples } from '../files/samples.ts';
import { type ScaleReport, scaleSamples } from '../files/scale.ts';
import type { WeightsFile } from '../files/weights.ts';
import { recordData } from './checksum.ts';
import { type Data, generateData } from './generate.ts';
import type { Settings } from './table.ts';
import { withWeights } from './weights.ts';

/** Files by the names that settings have for them. */
export interface Files {
  /** @throws BAD_ARGUMENT, BAD_SHAPE, NOT_FINITE, LIMIT, naming the file and the place in it */
  readonly samples: (file: string, choice: Choice) => Samples;
  readonly weights: (file: string) => WeightsFile;
}

export interface Points {
  readonly data: Data;
  /** Settings that the file has decided. */
  readonly found: { readonly inputs?: readonly string[]; readonly target?: string };
  /** What documents say about how inputs were scaled. */
  readonly facts: { readonly scaling?: ScaleReport };
  readonly notes: readonly string[];
}

export interface WholeData extends Omit<Points, 'found'> {
  /** Whole, also where weights from a file decide a part. */
  readonly settings: Settings;
  readonly weights: WeightsFile | null;
  /** The settings with what was found out about the data. */
  readonly config: object;
}

/**
 * `otherwise`: what to do where settings have no data.
 * @throws BAD_ARGUMENT, BAD_SHAPE, NOT_FINITE, LIMIT, naming the file and the place where the fault has one
 */
export async function wholeData(s: Settings, files: Files, otherwise: string): Promise<WholeData> {
  const { data, found, facts, notes } = pointsOf(s, files.samples, otherwise);
  const weights = s.weights === undefined ? null : files.weights(s.weights);
  const settings = weights ? withWeights(s, weights, data) : s;
  const layers = weights ? [weights.theta, weights.secondLayer ?? []] : [];
  const config = { ...settings, ...found, ...(await recordData(settings, data, layers)) };
  return { settings, data, weights, config, facts, notes: [...notes, ...(weights?.notes ?? [])] };
}

/** Data points with their labels, scaled as the settings say. @throws as wholeData */
export function pointsOf(s: Settings, samplesOf: Files['samples'], otherwise: string): Points {
  if (s.data === undefined) {
    if (s.generate === undefined) throw new FlatwalkError('BAD_ARGUMENT', 'There is no problem', otherwise);
    return { data: generateData(s), found: {}, facts: {}, notes: [] };
  }
  const read = samplesOf(s.data, s);
  const { scale = 'none' } = s;
  const { samples, report } = scaleSamples(read, scale);
  const { inputNames, targetName, notes, ...data } = samples;
  const found = { inputs: inputNames, target: s.target ?? targetName };
  return { data, found, facts: scale === 'none' ? {} : { scaling: report }, notes: [...scaledWords(report), ...notes] };
}

function scaledWords({ mean, norms }: ScaleReport): string[] {
  const short = (value: number) => value.toPrecision(3);
  return [
    ...(mean
      ? [`Standardised ${mean.length} columns; their means and deviations are in the document, under scaling.`]
      : []),
    ...(norms ? [`Scaled rows of length ${short(norms.least)} to ${short(norms.most)} to length 1.`] : []),
  ];
}
