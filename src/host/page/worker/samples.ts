/** The data that settings name: generated, or dropped by a visitor and kept under the name of their file. */
import type { Settings } from '../../config/table.ts';
import { type Files, type WholeData, wholeData } from '../../config/whole.ts';

/** What reads files is loaded where there is one. */
const noFiles: Files = {
  samples: () => {
    throw new Error('there are no files to read');
  },
  weights: () => {
    throw new Error('there are no files to read');
  },
};

/**
 * Data, and starting weights if there is a file of them, as `flatwalk run` has them from the same settings and files, to the bit.
 * @throws BAD_ARGUMENT where the file that the settings name has not been dropped, or is not the one they were made for; and what
 * is wrong with it
 */
export async function samplesFor(settings: Settings): Promise<WholeData> {
  const needed = settings.data !== undefined || settings.weights !== undefined;
  const files = needed ? (await import('./data/files.ts')).files : noFiles;
  return wholeData(settings, files, 'Choose generated data, or drop a file.');
}
