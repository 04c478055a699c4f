import { copyFileSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { encodeCheckpoint, FlatwalkError } from '../../engine/index.ts';
import type { KeptWeights, TaskEvent, Told } from '../tasks/task.ts';
import { featuresLine, rowLine, summaryText } from './document.ts';
import { makeFolder, replaceFile } from './file.ts';
import { reason } from './json.ts';
import { checkRoom, clearResults, holdsResults } from './layout.ts';
import { LineFile } from './lines.ts';
import { CHECKPOINT, FEATURES, onTheWay, ROWS, SUMMARY, WAY, WEIGHTS } from './names.ts';
import { encodeWeights } from './weights.ts';

export interface FolderOptions {
  /** Whether what a run before has left in the folder may be replaced. Files of others stay. */
  readonly force?: boolean;
  /** Whether the run there goes on: its rows up to the checkpoint are kept (see resume.ts). */
  readonly goesOn?: boolean;
  /** Told once, when the folder cannot be written any more and what was computed is kept elsewhere. */
  readonly onFailure?: (failure: FolderFailure) => void;
}

/** A folder that could not be written to its end. */
export interface FolderFailure {
  readonly error: FlatwalkError;
  /** Where everything is instead. */
  readonly kept: string;
}

/**
 * A results folder, readable while it is written: rows are appended whole, everything else is replaced whole. When it cannot
 * be written any more, what it holds goes on in a folder for temporary files, so that nothing that was computed is lost.
 */
export class ResultsFolder {
  #path: string;
  #rows: LineFile;
  #features: LineFile | null = null;
  #summary: object;
  /** The last weights, as they are in the file. */
  #weights: Uint8Array | null = null;
  #checkpoint: Uint8Array | null = null;
  #failure: FolderFailure | null = null;
  readonly #onFailure: FolderOptions['onFailure'];

  /** @throws BAD_ARGUMENT when the folder holds results already, HOST when it cannot be made */
  constructor(path: string, summary: object, { force = false, goesOn = false, onFailure }: FolderOptions = {}) {
    this.#path = path;
    this.#summary = { ...summary, outcome: { kind: 'running', process: process.pid, host: hostname() } };
    this.#onFailure = onFailure;
    if (!goesOn) checkRoom(path, force);
    try {
      if (!goesOn) makeFolder(path);
      if (force && !goesOn) clearResults(path);
      this.#rows = openRows(path, goesOn);
      if (goesOn && existsSync(join(path, FEATURES))) this.#features = new LineFile(join(path, FEATURES), 'a');
      this.#replace(SUMMARY, summaryText(this.#summary));
    } catch (error) {
      if (error instanceof FlatwalkError) throw error;
      throw new FlatwalkError(
        'HOST',
        `Cannot write results to ${path}: ${reason(error)}`,
        'Choose another with --out.',
        {
          cause: error,
        },
      );
    }
  }

  /** Where the results are: elsewhere once there is a `failure`. */
  get path(): string {
    return this.#path;
  }

  get failure(): FolderFailure | null {
    return this.#failure;
  }

  /** Keeps what a task tells. @throws HOST when it can be written nowhere */
  keep(event: TaskEvent): void {
    if (event.kind === 'row') this.#keepRow(event);
    if (event.kind === 'features') this.#keepFeatures(event);
    if (event.kind === 'weights') this.#keepWeights(event);
    if (event.kind === 'checkpoint') this.#keepCheckpoint(event);
  }

  #keepRow(row: Told<'row'>): void {
    const line = rowLine(row);
    this.#write(() => this.#rows.append(line));
  }

  #keepFeatures(features: Told<'features'>): void {
    const line = featuresLine(features);
    this.#write(() => {
      this.#features ??= new LineFile(join(this.#path, FEATURES), 'wx');
      this.#features.append(line);
    });
  }

  #keepWeights(weights: Told<'weights'>): void {
    const bytes = encodeWeights(weights);
    this.#write(() => {
      mkdirSync(join(this.#path, WAY), { recursive: true });
      this.#replace(join(WAY, onTheWay(weights.step)), bytes);
    });
  }

  #keepCheckpoint({ checkpoint }: Told<'checkpoint'>): void {
    const bytes = encodeCheckpoint(checkpoint);
    this.#checkpoint = bytes;
    this.#write(() => {
      // The rows before it, or whoever goes on from there would miss some.
      this.#rows.sync();
      this.#replace(CHECKPOINT, bytes);
    });
  }

  /** The weights at the end. @throws HOST when they can be written nowhere */
  writeWeights(weights: KeptWeights): void {
    const bytes = encodeWeights(weights);
    this.#weights = bytes;
    this.#write(() => this.#replace(WEIGHTS, bytes));
  }

  /** @throws HOST when it can be written nowhere */
  writeSummary(summary: object): void {
    this.#summary = summary;
    this.#write(() => this.#replace(SUMMARY, summaryText(this.#summary)));
  }

  close(): void {
    this.#rows.close();
    this.#features?.close();
  }

  #replace(name: string, content: string | Uint8Array): void {
    replaceFile(join(this.#path, name), [content]);
  }

  #write(action: () => void): void {
    try {
      action();
    } catch (cause) {
      this.#moveAway(cause);
      action();
    }
  }

  /** To a new folder, with all that is known. @throws HOST when there is no room there either, or this was one already */
  #moveAway(cause: unknown): void {
    const was = this.#path;
    const told = `Cannot write to ${was}: ${reason(cause)}`;
    if (this.#failure) throw new FlatwalkError('HOST', told, 'Free some space.', { cause });
    try {
      const kept = mkdtempSync(join(tmpdir(), `flatwalk-${basename(resolve(was))}-`));
      writeFileSync(join(kept, ROWS), this.#rows.contents());
      if (this.#features) writeFileSync(join(kept, FEATURES), this.#features.contents());
      if (this.#checkpoint) writeFileSync(join(kept, CHECKPOINT), this.#checkpoint);
      else if (existsSync(join(was, CHECKPOINT))) copyFileSync(join(was, CHECKPOINT), join(kept, CHECKPOINT));
      if (this.#weights) writeFileSync(join(kept, WEIGHTS), this.#weights);
      this.close();
      this.#path = kept;
      this.#rows = new LineFile(join(kept, ROWS), 'a');
      this.#features &&= new LineFile(join(kept, FEATURES), 'a');
      this.#replace(SUMMARY, summaryText(this.#summary));
      const fix = 'Free some space, or choose another folder with --out.';
      const error = new FlatwalkError('HOST', `${told}. What was computed is in ${kept}`, fix, { cause });
      this.#failure = { error, kept };
    } catch (second) {
      const both = `${told}; nor in a folder for temporary files: ${reason(second)}`;
      throw new FlatwalkError('HOST', both, 'Free some space.', { cause: second });
    }
    this.#onFailure?.(this.#failure);
  }
}

/** Whether it is for the folder. */
export function isKept({ kind }: TaskEvent): boolean {
  return kind === 'row' || kind === 'features' || kind === 'weights' || kind === 'checkpoint';
}

/** @throws BAD_ARGUMENT when another run has been faster */
function openRows(path: string, goesOn: boolean): LineFile {
  try {
    return new LineFile(join(path, ROWS), goesOn ? 'a' : 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw holdsResults(path);
    throw error;
  }
}
