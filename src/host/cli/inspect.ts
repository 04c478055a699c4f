import type { Command } from 'commander';
import type { InspectOptions } from '../tasks/inspect.ts';
import { reportInspection } from './inspect-report.ts';
import { type InstanceFlags, readFlags } from './instance.ts';
import { refuseFlags } from './options.ts';
import { type CommonOptions, perform } from './session.ts';

interface InspectFlags
  extends CommonOptions,
    InstanceFlags,
    Pick<InspectOptions, 'probes' | 'kind' | 'products' | 'seed' | 'vectors' | 'radius' | 'rankTolerance'> {
  readonly relativeError?: number;
  readonly largest?: number;
  readonly smallest?: number;
  readonly density: boolean;
  readonly densityProbes: number;
  readonly densitySteps: number;
  readonly out?: string;
}

export function inspectCommand(
  file: string,
  { in: place, adapter, json, out, ...o }: InspectFlags,
  command: Command,
): Promise<void> {
  let notes: readonly string[] = [];
  return perform({
    command: 'inspect',
    task: 'inspect',
    common: { in: place, adapter, json },
    config: { file, ...o },
    keep: null,
    file: out,
    prepare() {
      if (!o.density) refuseFlags(command, ['densityProbes', 'densitySteps'], 'There is no --density');
      const read = readFlags(file, o);
      notes = read.notes;
      const { probes, kind, products, seed, vectors, radius, rankTolerance } = o;
      const { relativeError = null, largest = null, smallest = null } = o;
      const density = o.density ? { probes: o.densityProbes, steps: o.densitySteps } : null;
      const trace = { probes, kind, products, seed, relativeError };
      const spectrum = { largest, smallest, vectors, density, radius };
      const vector = read.instance.vector;
      const options = { ...read.options, ...trace, ...spectrum, rankTolerance, vector };
      return { options, config: { ...o, ...read.config } };
    },
    conclude(result, terminal) {
      for (const text of notes) terminal.say(text);
      reportInspection(result, terminal);
      const { seconds, ...found } = result;
      terminal.say(`\nInspected in ${seconds.toFixed(1)} s.`);
      const summary = { outcome: { kind: 'finished' }, seconds, ...found, notes: [...notes, ...result.notes] };
      return { summary, exitCode: 0 };
    },
  });
}
