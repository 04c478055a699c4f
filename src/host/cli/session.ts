import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FlatwalkError } from '../../engine/index.ts';
import type { AdapterWish } from '../node/index.ts';
import { ResultsFile } from '../results/file.ts';
import { ResultsFolder, refuseResults } from '../results/folder.ts';
import { failure, toJson } from '../results/json.ts';
import type { TaskName, TaskOptions, TaskResult } from '../tasks/index.ts';
import type { TaskContext } from '../tasks/task.ts';
import { Terminal } from './terminal.ts';
import { type Environment, type Place, runTask } from './where.ts';

export interface CommonOptions {
  readonly in: Place;
  readonly adapter: AdapterWish;
  readonly json: boolean;
}

/** A command: a task, what it is made from, and what its result means. */
export interface Job<N extends TaskName> {
  readonly command: string;
  readonly task: N;
  readonly common: CommonOptions;
  /** The settings as they were asked for. */
  readonly config: object;
  /** Whether there is a results folder, and where if it was said. */
  readonly keep: { readonly out?: string } | null;
  /** A file for the document of what the command gives, if it was said. */
  readonly file?: string;
  /** What the task can do besides, where it runs in this process. */
  readonly powers?: Partial<TaskContext>;
  /** The task's options, and the settings once all are known. */
  readonly prepare: () => Promise<Prepared<N>> | Prepared<N>;
  /** Tells a person about the result. Returns what documents say after their head. */
  readonly conclude: (result: TaskResult<N>, terminal: Terminal) => Promise<Concluded> | Concluded;
}

interface Prepared<N extends TaskName> {
  readonly options: TaskOptions<N>;
  readonly config?: object;
}

interface Concluded {
  readonly summary: object;
  readonly exitCode: number;
}

/**
 * Runs a command: progress, Ctrl-C, a results folder that is filled as the task goes, and with --json one document on
 * stdout however it ends. @throws what the task throws, after that document
 */
export async function perform<N extends TaskName>(job: Job<N>): Promise<void> {
  const { command, common, keep } = job;
  const terminal = new Terminal(common.json);
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  let { config } = job;
  // Both are known only once the adapter has been opened.
  let environment: Environment | undefined;
  let folder: ResultsFolder | undefined;
  // Told by the task before its first row, so that a run that is killed has them in its folder.
  let facts = {};
  const head = () => ({ ...documentHead(command, config, environment), ...facts });
  // Made when there is something to keep, so that a run refused for its settings leaves no folder behind.
  const results = () => {
    if (keep) folder ??= new ResultsFolder(keep.out ?? defaultFolder(command), head());
    return folder;
  };
  try {
    const prepared = await job.prepare();
    config = prepared.config ?? config;
    if (keep?.out) refuseResults(keep.out);
    const file = job.file === undefined ? null : new ResultsFile(job.file);
    const result = await runTask(
      job.task,
      prepared.options,
      {
        ...job.powers,
        signal: interrupt.signal,
        emit: (event) => {
          if (event.kind === 'configured') {
            config = { ...config, ...event.settings };
            facts = event.facts;
          }
          if (event.kind === 'row') results()?.row(event);
          if (event.kind === 'features') results()?.features(event);
          terminal.event(event);
        },
      },
      {
        place: common.in,
        adapter: common.adapter,
        onEnvironment(e) {
          environment = e;
          terminal.environment(e);
        },
      },
    );
    terminal.end();
    const { summary, exitCode } = await job.conclude(result, terminal);
    const document = { ...head(), ...summary };
    results()?.writeSummary(document);
    file?.write(document);
    const kept = folder?.path ?? file?.path;
    if (kept) terminal.say(`Results: ${kept}`);
    if (common.json) printDocument(document);
    process.exitCode = exitCode;
  } catch (error) {
    terminal.end();
    const document = { ...head(), outcome: outcomeOf(error) };
    try {
      folder?.writeSummary(document);
    } catch {
      // The first failure is the one to tell.
    }
    if (common.json) printDocument(document);
    throw error;
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

/** How every document begins. */
export function documentHead(command: string, config?: object, environment?: Environment): object {
  return { schema: 1, command, config, environment };
}

export function outcomeOf(error: unknown): object {
  if (error instanceof FlatwalkError && error.code === 'ABORTED') return { kind: 'aborted' };
  return { kind: 'failed', ...failure(error) };
}

export function printDocument(document: object): void {
  process.stdout.write(`${toJson(document, 2)}\n`);
}

/** A name of its own in results/, by the time, also where several runs begin within a second. */
export function defaultFolder(command: string): string {
  const now = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  const first = join('results', `${command}-${now}`);
  let path = first;
  for (let k = 2; existsSync(path); k++) path = `${first}-${k}`;
  return path;
}
