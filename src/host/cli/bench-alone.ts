/** A run of a size of the benchmarks in a process of its own: what the process says, and the process that listens. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Memory } from '../../../bench/document.ts';
import type { SizeName } from '../../../bench/problems.ts';
import type { Alone } from '../../../bench/suite.ts';
import { firstRow } from '../../../bench/suites/end-to-end.ts';
import { Engine, FlatwalkError, type MetricName, type MetricRow } from '../../engine/index.ts';
import { type AdapterWish, openNodeGpu } from '../node/index.ts';
import { toJson } from '../results/json.ts';

/** A line each of what the process says. */
type Line = { readonly row: Pick<MetricRow, 'step' | 'values'> } | { readonly memory: Memory };

/** The hidden command that the process runs: its first row as soon as it is there, its memory at the end. */
export async function aloneCommand(
  size: SizeName,
  { adapter, metrics }: { readonly adapter: AdapterWish; readonly metrics: string[] },
): Promise<void> {
  const say = (line: Line) => process.stdout.write(`${toJson(line)}\n`);
  const { gpu } = await openNodeGpu(adapter);
  const engine = await Engine.open({ gpu });
  let held = 0;
  await firstRow(engine, size, metrics as MetricName[], ({ step, values }) => {
    if (step === 0) say({ row: { step, values } });
    held = Math.max(held, engine.held.bytes);
    return 'go on';
  });
  say({ memory: { held, peak: peakMemory() } });
  engine.dispose();
}

/**
 * The most bytes that this process has had in memory. What getrusage says has in it what the parent had when it started this
 * one, so Linux is asked for the peak of the address space itself.
 */
function peakMemory(): number {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return 1024 * (kilobytes ? Number(kilobytes) : process.resourceUsage().maxRSS);
}

/** Starts this program once more, with that command. */
export function startAlone(size: SizeName, metrics: readonly MetricName[], adapter: AdapterWish): Alone {
  const args = ['bench', 'alone', size, '--metrics', metrics.join(','), '--adapter', adapter];
  const child = spawn(process.execPath, [process.argv[1], ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const lines = createInterface({ input: child.stdout });
  const wait = <T>(pick: (line: Line) => T | undefined) =>
    new Promise<T>((resolve, reject) => {
      lines.on('line', (text) => {
        const found = pick(JSON.parse(text) as Line);
        if (found !== undefined) resolve(found);
      });
      const fail = (why: string) => reject(new FlatwalkError('HOST', `A run by itself ${why}`, 'Run it again.'));
      child.once('error', (error) => fail(`cannot be started: ${error.message}`));
      child.once('close', (code, signal) => {
        const said = errors.trim().split('\n')[0];
        fail(`ended ${signal ? `by ${signal}` : `with ${code}`}${said ? `: ${said}` : ''}`);
      });
    });
  const firstOf = wait((line) => ('row' in line ? line.row : undefined));
  const ended = wait((line) => ('memory' in line ? line.memory : undefined));
  // Who stops it does not wait for its end.
  ended.catch(() => {});
  firstOf.catch(() => {});
  return { firstRow: firstOf, ended, stop: () => void child.kill('SIGKILL') };
}
