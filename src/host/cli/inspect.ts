import type { Command } from 'commander';
import { FlatwalkError } from '../../engine/index.ts';
import { similar } from '../files/similar.ts';
import { type GroupName, groupNames, type InspectOptions } from '../tasks/inspect.ts';
import { reportInspection } from './inspect-report.ts';
import { type InstanceFlags, readFlags } from './instance.ts';
import { refuseFlags } from './options.ts';
import { type CommonOptions, perform } from './session.ts';

interface InspectFlags
  extends CommonOptions,
    InstanceFlags,
    Pick<InspectOptions, 'probes' | 'kind' | 'products' | 'seed' | 'vectors' | 'radius' | 'rankTolerance'> {
  readonly relativeError?: number;
  readonly mostSteps?: number;
  readonly only?: string[];
  readonly largest?: number;
  readonly smallest?: number;
  /** Undefined where nothing was said: unless it takes long. */
  readonly density?: boolean;
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
      if (o.density === false) refuseFlags(command, ['densityProbes', 'densitySteps'], 'There is --no-density');
      const read = readFlags(file, o);
      notes = read.notes;
      const { probes, kind, products, seed, vectors, radius, rankTolerance } = o;
      const { relativeError = null, largest = null, smallest = null, mostSteps = null } = o;
      const only = o.only ? checkGroups(o.only) : null;
      const { density: wanted, densityProbes, densitySteps } = o;
      const density = wanted === false ? null : { probes: densityProbes, steps: densitySteps, always: wanted === true };
      const trace = { probes, kind, products, seed, relativeError };
      const spectrum = { largest, smallest, mostSteps, vectors, density, radius };
      const vector = read.instance.vector;
      const options = { ...read.options, ...trace, ...spectrum, rankTolerance, vector, only };
      return { options, config: { ...o, ...read.config } };
    },
    conclude(result, terminal) {
      for (const text of notes) terminal.remark(text);
      reportInspection(result, terminal);
      const { seconds, ...found } = result;
      terminal.remark(`\nInspected in ${seconds.toFixed(1)} s.`);
      const summary = { outcome: { kind: 'finished' }, seconds, ...found, notes: [...notes, ...result.notes] };
      return { summary, exitCode: 0 };
    },
  });
}

function checkGroups(names: readonly string[]): GroupName[] {
  const strange = names.find((name) => !(groupNames as readonly string[]).includes(name));
  if (strange === undefined) return names as GroupName[];
  const [near] = similar(strange, groupNames);
  throw new FlatwalkError(
    'BAD_ARGUMENT',
    `There is no group of instruments '${strange}'`,
    `${near ? `Did you mean ${near}? ` : ''}Choose from: ${groupNames.join(', ')}.`,
  );
}
