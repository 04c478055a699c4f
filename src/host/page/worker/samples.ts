/** Data that a visitor has dropped: kept here, under the name of their file. */
import { FlatwalkError } from '../../../model/errors.ts';
import type { Data } from '../../config/generate.ts';
import type { Settings } from '../../config/table.ts';

/** @throws BAD_ARGUMENT where the file that the settings name has not been dropped */
export function samplesFor({ data }: Settings): Data {
  throw new FlatwalkError('BAD_ARGUMENT', `The data of '${data}' are not here`, 'Drop the file on the page.');
}
