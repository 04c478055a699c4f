/** What is said, how much of it, and where: help, mistakes, --quiet, --verbose, colours, --json. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { beforeAll, describe, expect, test } from 'vitest';
import { commandGroups, visibleCommands } from '../../../src/host/cli/common.ts';
import { exitCodes, exitMeanings } from '../../../src/host/cli/exit.ts';
import { program as tree } from '../../../src/host/cli/main.ts';
import { adapterWishes } from '../../../src/host/node/environment.ts';
import '../../gpu.ts';
import { root, stackTrace, useProgram } from '../program.ts';

const { flatwalk, file: program, folder } = useProgram();

const small = ['run', '--generate', 'unit', '--n', '3', '--d', '4', '--steps', '20'];

function pathOf(command: Command): string[] {
  return command.parent ? [...pathOf(command.parent), command.name()] : [];
}
/** What --help prints. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (piece) => (text += piece) }).outputHelp();
  return text;
}

const commands = visibleCommands(tree);
const paths = commands.map((command) => pathOf(command).join(' '));

/** Escape sequences of colours and cursors, and returns to the start of a line. */
const forTerminals = (text: string) => text.includes('\u001b') || text.includes('\r');

describe('help', () => {
  test('begins with the first thing to type, and ends with the exit codes', async () => {
    const { code, out, err } = await flatwalk(['--help']);
    expect([code, err]).toEqual([0, '']);
    expect(out.trim().split('\n')[1]).toMatch(/^ {2}flatwalk reproduce --quick /);
    for (const [exit, meaning] of exitMeanings) expect(out).toContain(`${exit}  ${meaning}`);
    expect((await flatwalk(['help'])).out).toBe(out);
  });

  test('every exit code of a failure has its meaning', () => {
    const known = exitMeanings.map(([code]) => code);
    for (const [failure, code] of Object.entries(exitCodes)) expect(known, failure).toContain(code);
  });

  test('every command has its place, an example, and one help by either name', async () => {
    const placed = Object.values(commandGroups).flat();
    for (const path of paths.filter((one) => !one.includes(' '))) expect(placed).toContain(path);
    for (const heading of Object.keys(commandGroups)) expect(helpOf(tree)).toContain(`\n${heading}\n`);
    for (const command of commands) {
      expect(helpOf(command), command.name()).toMatch(/\nExamples?: flatwalk /);
      expect(helpOf(command), command.name()).toContain('--verbose');
    }
    const { out } = await flatwalk(['help', 'run']);
    expect(out).toBe((await flatwalk(['run', '--help'])).out);
    expect(out).toBe(helpOf(commands[0]));
  });

  test('examples are commands: their flags exist', () => {
    for (const one of [tree, ...commands]) {
      for (const [, line] of helpOf(one).matchAll(/(?:^ +|: |&& )flatwalk (?!help)([^\n&>]*)/gm)) {
        const words = line.split(/\s+/);
        const command = commands.filter((known) => pathOf(known).every((word, k) => words[k] === word)).at(-1);
        for (const flag of words.filter((word) => word.startsWith('--'))) {
          const known = command?.options.map(({ long }) => long) ?? [];
          expect(known, `${flag} of: flatwalk ${line}`).toContain(flag);
        }
      }
    }
  });

  test('every command that computes takes an adapter by its flag and by FLATWALK_ADAPTER, in either place', () => {
    const computing = commands.filter(({ options }) => options.some(({ long }) => long === '--in'));
    expect(computing.length).toBeGreaterThan(0);
    for (const { options } of computing) {
      const adapter = options.find(({ long }) => long === '--adapter');
      expect([adapter?.envVar, adapter?.argChoices]).toEqual(['FLATWALK_ADAPTER', adapterWishes]);
    }
  });

  test('no command: the help, as a mistake', async () => {
    const { code, out, err } = await flatwalk([]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('Begin with');
  });

  test.each([
    [['rnu'], 'Did you mean run?'],
    [['help', 'rnu'], 'Begin with'],
    [['run', '--stpes', '3'], 'Did you mean --steps?'],
    [['bench', 'comapre'], 'Did you mean compare?'],
    [['adapters', '--adapter', 'swiftshadr'], 'Allowed choices are'],
  ])('a mistake is met with what was meant: %j', async (args, text) => {
    const { code, out, err } = await flatwalk(args);
    expect(out + err).toContain(text);
    expect(out + err).not.toMatch(stackTrace);
    if (args[0] !== 'help') expect(code).toBe(2);
  });
});

describe('how much is said', () => {
  test('usually: who computes, and the results', async () => {
    const { code, out, err } = await flatwalk([...small, '--out', 'usual']);
    expect([code, err]).toEqual([0, '']);
    for (const words of ['Adapter: ', 'Plan: ', 'loss', 'Finished', 'Results: ']) expect(out).toContain(words);
    expect(forTerminals(out)).toBe(false);
  });

  test('--quiet: what was asked for', async () => {
    const { code, out, err } = await flatwalk([...small, '--out', 'quiet', '--quiet']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('loss');
    for (const words of ['Adapter: ', 'SOFTWARE', 'Plan: ', 'Finished', 'Results: ']) expect(out).not.toContain(words);
    const document = await flatwalk([...small, '--out', 'quiet-json', '-q', '--json']);
    expect([document.code, document.err]).toEqual([0, '']);
    expect(JSON.parse(document.out).outcome.kind).toBe('finished');
  });

  test('--quiet: errors all the same', async () => {
    const { code, out, err } = await flatwalk(['run', '--data', 'nowhere.csv', '--quiet']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^flatwalk: Cannot read nowhere\.csv.*\n {2}\S.*\n$/);
  });

  test('--verbose: phases with their times, the plan, and why this adapter; on stderr', async () => {
    const { code, out, err } = await flatwalk([...small, '--out', 'verbose', '--verbose']);
    expect(code).toBe(0);
    expect(err).toMatch(/^\[\d+\.\d\d s\] Settings and data are read\n\[\d+\.\d\d s\] The adapter is open: \w/);
    expect(err).toContain('"strategy"');
    expect(err).toMatch(/\] Computed\n/);
    expect(out).toContain('Finished');
  });

  test('a stack trace is for who asks for one', async () => {
    const args = ['run', '--data', 'nowhere.csv'];
    expect((await flatwalk(args)).err).not.toMatch(stackTrace);
    expect((await flatwalk([...args, '--verbose'])).err).toMatch(stackTrace);
    expect((await flatwalk(args, { env: { FLATWALK_DEBUG: '1' } })).err).toMatch(stackTrace);
  });

  test('both at once are refused, and neither is a setting of the run', async () => {
    expect(await flatwalk([...small, '-q', '-v'])).toMatchObject({ code: 2, out: '' });
    const { config } = JSON.parse(readFileSync(join(folder, 'quiet/summary.json'), 'utf8'));
    expect(Object.keys(config)).toEqual(expect.not.arrayContaining(['quiet', 'verbose', 'json']));
  });
});

describe('terminals', () => {
  const script = spawnSync('script', ['--version']).status === 0;
  if (!script) console.log('skipped: bars and colours on a terminal: there is no program `script` to make one');

  const onTerminal = (args: string[], env: NodeJS.ProcessEnv = {}) => {
    const line = [process.execPath, program, ...args].join(' ');
    const { NO_COLOR: _, FORCE_COLOR: __, ...plain } = process.env;
    return execFileSync('script', ['-qec', line, '/dev/null'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...plain, TERM: 'xterm', ...env },
    });
  };

  test.skipIf(!script)('have colours and a bar; NO_COLOR and --quiet take them away', () => {
    const coloured = onTerminal([...small, '--out', 'terminal']);
    expect(coloured).toContain('\u001b[1m');
    expect(coloured).toMatch(/░|█/);
    const plain = onTerminal([...small, '--out', 'terminal-plain'], { NO_COLOR: '1' });
    expect(plain).not.toContain('\u001b[1m');
    expect(onTerminal([...small, '--out', 'terminal-quiet', '--quiet'])).not.toMatch(/░|█/);
  });

  test('what is none has no colours, unless they are forced', async () => {
    const args = ['adapters', '--in', 'node'];
    const plain = await flatwalk(args, { env: { NO_COLOR: '', FORCE_COLOR: '' } });
    expect(forTerminals(plain.out + plain.err)).toBe(false);
    const forced = await flatwalk(args, { env: { NO_COLOR: '', FORCE_COLOR: '1' } });
    expect(forced.out).toContain('\u001b[');
    const off = await flatwalk(args, { env: { NO_COLOR: '', FORCE_COLOR: '0' } });
    expect(forTerminals(off.out)).toBe(false);
  });
});

describe('with --json stdout has the document alone', () => {
  const network = { activation: 'cubic_linear:1', theta: [[1, 0.5]], X: [[1, 0]], y: [2] };
  beforeAll(async () => {
    writeFileSync(join(folder, 'network.json'), JSON.stringify(network));
    mkdirSync(join(folder, 'taken'));
    writeFileSync(join(folder, 'taken/summary.json'), '{}');
    await flatwalk([...small, '--out', 'kept']);
    await flatwalk(['bench', '--tiny', '--suite', 'roofline', '--out', 'bench.json']);
  });

  /** Each as short as it can be; some are refused, which is a document too. */
  const asked: Record<string, string[]> = {
    run: [...small.slice(1), '--out', 'json'],
    sweep: [...small.slice(1), '--vary', 'seed=0', '--out', 'swept'],
    reproduce: ['--quick', '--out', 'taken'],
    watch: ['kept'],
    report: ['kept'],
    export: ['kept', '--out', 'kept.csv'],
    inspect: ['network.json', '--only', 'trace'],
    flow: ['network.json', '--until', '0.01', '--points', '2', '--out', 'flow'],
    explain: ['--size', 'small', '--steps', '100'],
    tune: ['--data', 'nowhere.csv', '--target', 'y'],
    bench: ['--tiny', '--suite', 'roofline', '--filter', 'nothing-of-that-name'],
    'bench compare': ['bench.json', 'bench.json'],
    adapters: ['--in', 'node'],
    verify: ['--quick', '--in', 'nowhere'],
  };

  test('every command that has it is asked', () => {
    const having = commands.filter(({ options }) => options.some(({ long }) => long === '--json'));
    expect(having.map((command) => pathOf(command).join(' ')).sort()).toEqual(Object.keys(asked).sort());
  });

  test.each(Object.entries(asked))('%s', async (path, args) => {
    const words = path.split(' ');
    const { code, out, err } = await flatwalk([...words, ...args, '--json']);
    const document = JSON.parse(out);
    expect(document).toMatchObject({ command: path, outcome: { kind: expect.any(String) } });
    expect(document.outcome.kind === 'failed').toBe(![0, 1].includes(code as number));
    expect(out + err).not.toMatch(stackTrace);
    expect(forTerminals(out + err)).toBe(false);
  });
});

describe('whoever reads may have had enough', () => {
  const shell = (line: string) =>
    spawnSync('bash', ['-c', line], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NODE: process.execPath, PROGRAM: program },
    });

  test.skipIf(process.platform === 'win32')('stdout, stderr or both are closed early', () => {
    const { stdout, stderr } = shell('"$NODE" "$PROGRAM" run --help | head -n 1');
    expect(stdout).toMatch(/^Usage: flatwalk run/);
    expect(stderr).toBe('');
    const both = shell('"$NODE" "$PROGRAM" explain --size small --verbose 2>&1 | head -n 1; echo $PIPESTATUS');
    expect(both.stdout + both.stderr).not.toMatch(stackTrace);
    expect(both.stdout.trim().split('\n').at(-1)).toBe('0');
    expect(shell('"$NODE" "$PROGRAM" --version >&-; echo $?').stdout).toBe('0\n');
  });
});

test('the readme tells the same exit codes', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8').replaceAll(/\s+/g, ' ');
  for (const [code, meaning] of exitMeanings) expect(readme).toContain(`${code} ${meaning}`);
});
