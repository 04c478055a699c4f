import type { Command } from 'commander';
import { inWords } from '../../engine/index.ts';
import { reportPlan } from './explain.ts';
import { readProblem, type SizeFlags, tunedFile } from './problem.ts';
import { type CommonOptions, perform } from './session.ts';
import { verdict } from './terminal.ts';

type TuneFlags = CommonOptions & SizeFlags & { readonly budget: number };

export function tuneCommand(
  file: string | undefined,
  { in: place, adapter, json, ...o }: TuneFlags,
  command: Command,
): Promise<void> {
  // Times to compile are those of a driver that has not seen the kernels: caches on disk come and go.
  process.env.MESA_SHADER_CACHE_DISABLE ??= 'true';
  process.env.__GL_SHADER_DISK_CACHE ??= '0';
  return perform({
    command: 'tune',
    task: 'tune',
    common: { in: place, adapter, json },
    config: o,
    keep: null,
    async prepare() {
      const { options, config, notes } = await readProblem(file, o, command);
      return { options: { ...options, budget: o.budget }, config: { ...config, budget: o.budget }, notes };
    },
    async conclude(result, terminal) {
      const file = await tunedFile();
      await file.save(result.entry);
      reportPlan(result.explanation, terminal);
      for (const { choice, why } of result.skipped) terminal.say(`- Not measured: ${inWords(choice)}: ${why}.`);
      for (const { choice, why } of result.refused) {
        terminal.say(`${verdict(false)} REFUSED: ${inWords(choice)}: ${why}.`);
      }
      const { measured, refused, against, seconds } = result;
      terminal.say(
        `${measured.length} plans measured in ${seconds.toFixed(0)} s, checked against ${against}` +
          `${refused.length > 0 ? `; ${refused.length} REFUSED` : ''}. Kept in ${file.path}`,
      );
      const { adapter: _, ...rest } = result;
      const summary = { outcome: { kind: 'finished' }, file: file.path, ...rest };
      return { summary, exitCode: refused.length > 0 ? 1 : 0 };
    },
  });
}
