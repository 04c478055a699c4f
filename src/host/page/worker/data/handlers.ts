/** What the page asks about files that a visitor has dropped. */
import { FlatwalkError } from '../../../../model/errors.ts';
import { recordData } from '../../../config/checksum.ts';
import { pointsOf } from '../../../config/whole.ts';
import { describeSamples } from '../../../files/describe.ts';
import type { Answer, Ask, DataHead } from '../requests.ts';
import { describe, type HandlerContext } from '../wire.ts';
import { contentsOf } from './contents.ts';
import { files, forgetLast } from './files.ts';
import { drop, keep } from './store.ts';

/** @throws what is wrong with the file; it is not kept then */
export async function keepFile(
  { file, content }: Ask<'keepFile'>,
  { emit }: HandlerContext<'keepFile'>,
): Promise<Answer<'keepFile'>> {
  forgetLast();
  const bytes = await keep(file, content, (read, total) => emit({ read, total }));
  try {
    return { contents: contentsOf(file, bytes), bytes: bytes.length };
  } catch (error) {
    drop(file);
    throw error;
  }
}

export async function forgetFiles({ names }: Ask<'forgetFiles'>): Promise<null> {
  forgetLast();
  for (const name of names) drop(name);
  return null;
}

/** @throws what is wrong with the choice, naming the file and the place in it */
export async function describeData({ settings }: Ask<'describeData'>): Promise<Answer<'describeData'>> {
  const { data: file = '', samples: n, dimension: d, dataChecksum, ...rest } = settings;
  const raw = files.samples(file, settings);
  const { data, found, notes } = pointsOf(settings, () => raw, '');
  const inputs = Float64Array.from(data.inputs);
  // Checksums are made by the browser, and only where pages are loaded securely, as WebGPU is.
  const recorded = isSecureContext ? await recordData({ ...rest, data: file }, data) : null;
  return {
    summary: describeSamples({ ...raw, inputs }, raw),
    notes,
    inputs: found.inputs ?? raw.inputNames,
    target: found.target ?? raw.targetName,
    recorded,
    differs: recorded && (await differenceFrom({ ...rest, data: file, samples: n, dimension: d, dataChecksum }, data)),
    head: headOf(raw),
  };
}

async function differenceFrom(settings: Ask<'describeData'>['settings'], data: Parameters<typeof recordData>[1]) {
  try {
    await recordData(settings, data);
    return null;
  } catch (error) {
    if (!(error instanceof FlatwalkError)) throw error;
    return describe(error).message;
  }
}

const MOST_ROWS = 6;
const MOST_COLUMNS = 8;

function headOf({ inputs, labels, samples, dimension, inputNames }: ReturnType<typeof files.samples>): DataHead {
  const columns = Math.min(dimension, MOST_COLUMNS);
  return {
    columns: inputNames.slice(0, columns),
    rows: Array.from({ length: Math.min(samples, MOST_ROWS) }, (_, i) => ({
      inputs: Array.from(inputs.subarray(i * dimension, i * dimension + columns)),
      label: labels[i],
    })),
  };
}
