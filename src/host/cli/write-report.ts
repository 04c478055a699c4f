import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlatwalkError } from '../../engine/index.ts';
import { replaceFile } from '../results/file.ts';
import { reason } from '../results/json.ts';
import { REPORT } from '../results/names.ts';

/** By which a file is known to have been made here, and may be made anew. */
const MADE_HERE = '<meta name="generator" content="flatwalk report">';

/** Writes report.html into a results folder. Returns its path. @throws HOST, BAD_ARGUMENT where the folder cannot be read */
export async function writeReport(folder: string): Promise<string> {
  return writeReportFile([folder], join(folder, REPORT));
}

/** One report of several folders. @throws BAD_ARGUMENT where another file is in the way, and as above */
export async function writeReportFile(folders: readonly string[], file: string): Promise<string> {
  refuseForeign(file);
  // What reads and draws is large, and most commands need none of it.
  const { readResults } = await import('../results/read.ts');
  const { buildReport } = await import('../report/document.ts');
  const text = buildReport(folders.map(readResults));
  writeWhole(file, text, 'Choose another file with --out.');
  return file;
}

/** @throws BAD_ARGUMENT where there is a file that no report was */
function refuseForeign(file: string): void {
  if (!existsSync(file)) return;
  let head: string;
  try {
    head = readFileSync(file, 'utf8').slice(0, 1000);
  } catch (cause) {
    throw new FlatwalkError('HOST', `Cannot write ${file}: ${reason(cause)}`, 'Choose another file with --out.', {
      cause,
    });
  }
  if (head.includes(MADE_HERE)) return;
  throw new FlatwalkError(
    'BAD_ARGUMENT',
    `${file} exists already, and is no report of flatwalk`,
    'Choose another file with --out.',
  );
}

/** So that nobody ever meets half of it. @throws HOST */
export function writeWhole(file: string, content: string | Uint8Array, fix: string): void {
  try {
    replaceFile(file, [content]);
  } catch (cause) {
    throw new FlatwalkError('HOST', `Cannot write ${file}: ${reason(cause)}`, fix, { cause });
  }
}
