import { join } from 'node:path';
import type { FlatwalkError } from '../../engine/index.ts';
import type { AdapterWish } from '../node/index.ts';
import type { TaskName, TaskOptions, TaskResult } from '../tasks/index.ts';
import { ResultsFolder, toJson } from './results.ts';
import { Terminal } from './terminal.ts';
import { type Environment, type Place, runTask } from './where.ts';

export interface CommonOptions {
  readonly in: Place;
  readonly adapter: AdapterWish;
  readonly json: boolean;
}

export interface Session<N extends TaskName> {
  readonly terminal: Terminal;
  readonly result: TaskResult<N>;
  /** Writes summary.json (where there is a results folder) and, with --json, the document on stdout. */
  readonly conclude: (summary: object) => void;
}

/** Runs a task for a command: progress, Ctrl-C, and a results folder that is filled as the task goes. */
export async function session<N extends TaskName>(
  task: N,
  options: TaskOptions<N>,
  common: CommonOptions,
  folder: { readonly command: string; readonly out?: string; readonly config: object } | null,
): Promise<Session<N>> {
  const terminal = new Terminal(common.json);
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  // Both are known only once the adapter has been opened.
  const opened: { results?: ResultsFolder; environment?: Environment } = {};
  const head = () => ({
    schema: 1,
    command: folder?.command ?? task,
    config: folder?.config,
    environment: opened.environment,
  });
  // Made when there is something to keep, so that a run refused for its settings leaves no folder behind.
  const results = () => {
    if (folder) opened.results ??= new ResultsFolder(folder.out ?? defaultFolder(folder.command), head());
    return opened.results;
  };
  try {
    const result = await runTask(
      task,
      options,
      {
        signal: interrupt.signal,
        emit: (event) => {
          if (event.kind === 'row') results()?.row(event);
          terminal.event(event);
        },
      },
      {
        place: common.in,
        adapter: common.adapter,
        onEnvironment(e) {
          opened.environment = e;
          terminal.environment(e);
        },
      },
    );
    terminal.end();
    return {
      terminal,
      result,
      conclude(summary) {
        const document = { ...head(), ...summary };
        const folderNow = results();
        folderNow?.writeSummary(document);
        if (folderNow) terminal.say(`Results: ${folderNow.path}`);
        if (common.json) process.stdout.write(`${toJson(document, 2)}\n`);
      },
    };
  } catch (error) {
    terminal.end();
    const { code, message } = error as FlatwalkError;
    opened.results?.writeSummary({ ...head(), outcome: { kind: 'failed', code, message } });
    throw error;
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

function defaultFolder(command: string): string {
  const now = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return join('results', `${command}-${now}`);
}
