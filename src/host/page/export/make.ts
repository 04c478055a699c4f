/** Makes what the menu offers. Loaded when somebody first asks for a file. */
import type { Checkpoint } from '../../../engine/index.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import type { Theme } from '../../figures/theme.ts';
import type { StoredResults } from '../../results/schema.ts';
import type { KeptWeights } from '../../tasks/task.ts';
import { configFile, csvFile, folderFiles, jsonFile, type OutFile, weightsFile } from './files.ts';
import type { TakeName } from './takes.ts';
import { zipFile } from './zip.ts';

/** A run with all that can be taken away of it. */
export interface Taken {
  readonly results: StoredResults;
  readonly weights?: KeptWeights | null;
  readonly checkpoint?: Checkpoint | null;
}

interface Wish {
  /** One run, or several side by side. */
  readonly taken: readonly Taken[];
  /** Of the file, where several are put into one. */
  readonly name: string;
  /** Of pictures that cannot follow the reader's. */
  readonly theme: Theme;
}

const drawn = () => import('./drawn.ts');

const makers: Readonly<Record<TakeName, (wish: Wish) => Promise<OutFile>>> = {
  async report({ taken }) {
    const { reportFile } = await drawn();
    return reportFile(taken.map(({ results }) => results));
  },
  async figures({ taken, name, theme }) {
    const { figureFiles } = await drawn();
    const all = taken.map(({ results }) => results);
    return zipFile(`${name}-figures`, await figureFiles(all, theme));
  },
  table: ({ taken, name }) =>
    together(
      `${name}-tables`,
      taken.map(({ results }) => csvFile(results)),
    ),
  json: ({ taken, name }) =>
    together(
      `${name}-json`,
      taken.map(({ results }) => jsonFile(results)),
    ),
  settings: ({ taken, name }) =>
    together(
      `${name}-settings`,
      taken.map(({ results }) => configFile(results)),
    ),
  async weights({ taken, name }) {
    const files = taken.flatMap(({ results, weights }) => (weights ? [weightsFile(results, weights)] : []));
    if (files.length > 0) return together(`${name}-weights`, files);
    throw new FlatwalkError('BAD_ARGUMENT', 'The weights are still on the device', 'Pause the run first.');
  },
  async folder({ taken, name }) {
    const { reportText } = await drawn();
    const folders = taken.map((one) => ({
      path: one.results.path,
      files: folderFiles({ ...one, report: reportText([one.results]) }),
    }));
    if (folders.length === 1) return zipFile(folders[0].path, folders[0].files);
    const within = folders.flatMap(({ path, files }) =>
      files.map((file) => ({ ...file, name: `${path}/${file.name}` })),
    );
    return zipFile(name, within);
  },
};

/** @throws BAD_ARGUMENT where there are no weights yet, HOST where the browser cannot draw */
export function makeFile(take: TakeName, wish: Wish): Promise<OutFile> {
  return makers[take](wish);
}

/** A file as it is, several packed. */
async function together(folder: string, files: readonly OutFile[]): Promise<OutFile> {
  return files.length === 1 ? files[0] : zipFile(folder, files);
}
