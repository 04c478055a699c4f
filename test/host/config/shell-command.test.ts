/** The command that says some settings, through a shell and the command line's own flags back to the same settings. */
import { execFileSync } from 'node:child_process';
import { Command } from 'commander';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandOf } from '../../../src/host/config/command.ts';
import { givenFlags, settingFlags } from '../../../src/host/config/flags.ts';
import { resolve } from '../../../src/host/config/resolve.ts';
import { type Given, type Group, groups } from '../../../src/host/config/table.ts';

/** The words as a shell hands them to a program. */
function wordsOf(command: string): string[] {
  const print = `for word in "$@"; do printf '%s\\0' "$word"; done`;
  const words = execFileSync('sh', ['-c', `set -- ${command}\n${print}`], { encoding: 'utf8' }).split('\0');
  return words.slice(0, -1);
}

/** The settings that the program makes of a command. */
function readBack(command: string) {
  const [program, name, ...flags] = wordsOf(command);
  expect([program, name]).toEqual(['flatwalk', 'run']);
  const parser = settingFlags(new Command().exitOverride(), Object.keys(groups) as Group[]);
  return resolve({ flags: givenFlags(parser.parse(flags, { from: 'user' }).opts()) });
}

const cases: Record<string, Given> = {
  'nothing but generated points': { generate: 'gaussian' },
  'numbers, and a flag without a value': { generate: 'unit', noise: 2, seed: 7, retractFirst: true, stepSize: 1e-7 },
  'a file, whose name needs quotes': {
    data: "the owner's houses $HOME.csv",
    target: '-price "in" €',
    inputs: ['a b', 'c'],
  },
  'lists, pins and a rule': {
    generate: 'orthonormal',
    labelRange: [0.5, 4],
    metrics: ['loss', 'gap'],
    pin: { strategy: 'lane', space: 'data', lanes: 4 },
    secondLayer: [1, -2.5, 1e21],
    width: 3,
    stopWhen: 'loss<1e-6 and stableRank<1.001',
    stepSizeSchedule: 'cosine,final=0.01,warmup=500',
  },
  'weights from a file, beside which the width has no default': {
    generate: 'gaussian',
    weights: 'start.npz',
    width: 16,
    secondLayer: 'ones',
  },
};

describe('the command of some settings', () => {
  test.each(Object.entries(cases))('says the same: %s', (_, given) => {
    const settings = resolve({ flags: given });
    const command = commandOf(settings);
    expect(readBack(command as string)).toEqual(settings);
  });

  test('any text goes through the shell', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((one) => !one.includes('\0'));
    const check = fc.property(text, text, (data, target) => {
      const settings = resolve({ flags: { data, target } });
      expect(readBack(commandOf(settings) as string)).toEqual(settings);
    });
    fc.assert(check, { numRuns: 25 });
  });

  test('leaves out defaults, and what only documents record', () => {
    const settings = resolve({ flags: { generate: 'gaussian', noise: 2, steps: 100_000 } });
    const recorded = { ...settings, samples: 8, dimension: 32, dataChecksum: 'abc' };
    expect(commandOf(recorded)).toBe('flatwalk run --generate gaussian --noise 2');
  });

  test.each<[string, Given]>([
    ['a name with a comma in it', { data: 'a.csv', inputs: ['rooms, large'] }],
    ['a name with blanks around it', { data: 'a.csv', inputs: [' rooms'] }],
  ])('is none where no flag can say it: %s', (_, given) => {
    expect(commandOf(resolve({ flags: given }))).toBeNull();
  });
});
