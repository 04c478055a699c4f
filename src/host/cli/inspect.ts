import { number, reportInspection } from './inspect-report.ts';
import { type InstanceFlags, readFlags } from './instance.ts';
import { type CommonOptions, perform } from './session.ts';

interface InspectFlags extends CommonOptions, InstanceFlags {
  readonly probes: number;
  readonly seed: number;
  readonly out?: string;
}

export function inspectCommand(file: string, { in: place, adapter, json, out, ...o }: InspectFlags): Promise<void> {
  let notes: readonly string[] = [];
  return perform({
    command: 'inspect',
    task: 'inspect',
    common: { in: place, adapter, json },
    config: { file, ...o },
    keep: null,
    file: out,
    prepare() {
      const { options, instance, config, notes: ofFile } = readFlags(file, o);
      notes = ofFile;
      return {
        options: { ...options, vector: instance.vector, probes: o.probes, seed: o.seed },
        config: { ...o, ...config },
      };
    },
    conclude(result, terminal) {
      for (const text of notes) terminal.say(text);
      reportInspection(result, terminal);
      const { seconds, ...found } = result;
      terminal.say(`Inspected in ${number(seconds)} s.`);
      const document = { outcome: { kind: 'finished' }, seconds, ...found, notes: [...notes, ...result.notes] };
      return { summary: document, exitCode: 0 };
    },
  });
}
