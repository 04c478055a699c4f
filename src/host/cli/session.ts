import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FlatwalkError } from '../../engine/index.ts';
import type { AdapterWish } from '../node/index.ts';
import { documentHead, outcomeOf } from '../results/document.ts';
import { ResultsFile } from '../results/file.ts';
import { isKept, ResultsFolder } from '../results/folder.ts';
import { failure as failureOf, toJson } from '../results/json.ts';
import { checkRoom } from '../results/layout.ts';
import { cutBack, type Resumable } from '../results/resume.ts';
import type { TaskName, TaskOptions, TaskResult } from '../tasks/index.ts';
import type { KeptWeights, TaskContext } from '../tasks/task.ts';
import { brokenOutput, onBrokenOutput } from './output.ts';
import { checkEnvironment } from './resume.ts';
import { Terminal, warning } from './terminal.ts';
import { type Environment, type Place, runTask } from './where.ts';
import { writeReport } from './write-report.ts';

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
  readonly keep: Keep | null;
  /** A file for the document of what the command gives, if it was said. */
  readonly file?: string;
  /** What the task can do besides, where it runs in this process. */
  readonly powers?: Partial<TaskContext>;
  /** The task's options, and the settings once all are known. */
  readonly prepare: () => Promise<Prepared<N>> | Prepared<N>;
  /** Tells a person about the result. Returns what documents say after their head. */
  readonly conclude: (result: TaskResult<N>, terminal: Terminal) => Promise<Concluded> | Concluded;
}

interface Keep {
  readonly out?: string;
  /** Whether results that are there may be replaced. */
  readonly force?: boolean;
}

interface Prepared<N extends TaskName> {
  readonly options: TaskOptions<N>;
  readonly config?: object;
  /** The results folder, where that was said in a file. */
  readonly out?: string;
  /** What documents say beside the settings, from the beginning. */
  readonly facts?: object;
  /** What a person should know about what was read. */
  readonly notes?: readonly string[];
  /** A run that goes on where it was, in its own folder. */
  readonly goesOn?: Resumable;
}

interface Concluded {
  readonly summary: { readonly outcome?: { readonly kind: string; readonly step?: number } };
  /** At the end, where there are any. */
  readonly weights?: KeptWeights | null;
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
  const release = onInterrupts(interrupt, terminal);
  let { config } = job;
  // Both are known only once the adapter has been opened.
  let environment: Environment | undefined;
  let folder: ResultsFolder | undefined;
  let out = keep?.out;
  let goesOn: Resumable | undefined;
  // Told by the task before its first row, so that a run that is killed has them in its folder.
  let facts = {};
  const resumed = () => goesOn && { resumed: [...(goesOn.summary.resumed ?? []), goesOn.checkpoint.step] };
  const head = () => ({ ...documentHead(command, config, environment), ...facts, ...resumed() });
  // Made when there is something to keep, so that a run refused for its settings leaves no folder behind.
  const results = () => {
    if (keep && !folder) {
      if (goesOn) cutBack(goesOn);
      folder = new ResultsFolder(goesOn?.path ?? out ?? defaultFolder(command), head(), {
        force: keep.force,
        goesOn: goesOn !== undefined,
        onFailure({ error }) {
          terminal.say(warning(`${error.message}\nThe run ends here.`));
          interrupt.abort();
        },
      });
    }
    return folder;
  };
  let summary: Concluded['summary'] = {};
  let failure: unknown;
  let unprinted: FlatwalkError | undefined;
  // Results are in their folder, whoever has stopped reading what is printed.
  const listening = keep
    ? onBrokenOutput((error) => {
        if (error.code !== 'EPIPE') unprinted ??= brokenOutput(error);
        else if (!interrupt.signal.aborted) {
          process.stderr.write('flatwalk: nobody reads what is printed; ending, and keeping what was computed\n');
          interrupt.abort();
        }
      })
    : undefined;
  try {
    const prepared = await job.prepare();
    config = prepared.config ?? config;
    facts = prepared.facts ?? {};
    out ??= prepared.out;
    goesOn = prepared.goesOn;
    if (keep && out && !goesOn) checkRoom(out, keep.force ?? false);
    terminal.detail('Settings and data are read');
    const file = job.file === undefined ? null : new ResultsFile(job.file);
    const context: TaskContext = {
      ...job.powers,
      signal: interrupt.signal,
      emit: (event) => {
        if (event.kind === 'configured') {
          config = { ...config, ...event.settings };
          facts = { ...facts, ...event.facts };
          terminal.detail(`Configured: ${toJson(event)}`);
        }
        if (isKept(event)) results()?.keep(event);
        terminal.event(event);
      },
    };
    const result = await runTask(job.task, prepared.options, context, {
      place: common.in,
      adapter: common.adapter,
      onEnvironment(e, why) {
        if (goesOn) checkEnvironment(goesOn, e);
        environment = e;
        terminal.environment(e);
        terminal.detail(`The adapter is open${why ? `: ${why}` : ''}`);
        for (const text of prepared.notes ?? []) terminal.remark(text);
      },
    });
    terminal.end();
    terminal.detail('Computed');
    const concluded = await job.conclude(result, terminal);
    summary = concluded.summary;
    process.exitCode = concluded.exitCode;
    const document = { ...head(), ...summary };
    if (concluded.weights) results()?.writeWeights(concluded.weights);
    results()?.writeSummary(document);
    file?.write(document);
    const path = folder?.path ?? file?.path;
    if (path) terminal.remark(`Results: ${path}`);
  } catch (error) {
    terminal.end();
    failure = error;
  } finally {
    release();
  }
  // Where the folder could not be written, that ended the run.
  failure = folder?.failure?.error ?? failure;
  const document = {
    ...head(),
    ...summary,
    ...(failure ? { outcome: outcomeOf(failure, summary.outcome?.step) } : {}),
  };
  if (failure) {
    try {
      folder?.writeSummary(document);
    } catch {
      // The first failure is the one to tell.
    }
  }
  folder?.close();
  if (common.json) printDocument(document);
  if (folder) await report(folder.path, terminal, !failure);
  // A write that fails is told in the next turn of the event loop.
  await new Promise(setImmediate);
  listening?.();
  if (failure ?? unprinted) throw failure ?? unprinted;
}

/** The report of a folder that is complete by itself. @throws HOST where it cannot be made, unless something worse has been told */
async function report(folder: string, terminal: Terminal, alone: boolean): Promise<void> {
  try {
    terminal.remark(`Report: ${await writeReport(folder)}`);
    terminal.detail('Reported');
  } catch (cause) {
    const trouble = new FlatwalkError(
      'HOST',
      `The results are in ${folder}, but their report could not be made: ${failureOf(cause).message}`,
      `Make it later: flatwalk report ${folder}`,
      { cause },
    );
    if (alone) throw trouble;
    terminal.say(warning(trouble.message));
  }
}

const INTERRUPTED = 130;
const interrupts = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first asks the run to end, the second ends the process. Returns what stops listening. */
function onInterrupts(interrupt: AbortController, terminal: Terminal): () => void {
  let asked = false;
  const listener = () => {
    if (asked) {
      terminal.end();
      process.exit(INTERRUPTED);
    }
    asked = true;
    process.stderr.write('flatwalk: ending, and keeping what was computed; once more to end at once\n');
    interrupt.abort();
  };
  for (const signal of interrupts) process.on(signal, listener);
  return () => {
    for (const signal of interrupts) process.off(signal, listener);
  };
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
