/** The scripts, run by the shells themselves. */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { metricNames } from '../../../src/engine/index.ts';
import { visibleCommands } from '../../../src/host/cli/common.ts';
import { completionScript, type Shell, shells } from '../../../src/host/cli/completion.ts';
import { program as tree } from '../../../src/host/cli/main.ts';
import { useProgram } from '../program.ts';

const { flatwalk, folder } = useProgram();
const script = (shell: Shell) => join(folder, `flatwalk.${shell}`);

beforeAll(() => {
  for (const shell of shells) writeFileSync(script(shell), completionScript(shell, tree));
  for (const name of ['houses.csv', 'network.npz', 'two words.csv']) writeFileSync(join(folder, name), '');
});

const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;
const without = shells.filter((shell) => !has(shell));
for (const shell of without) console.log(`skipped: completion by ${shell}, which is not installed`);

test.each(shells)('flatwalk completion %s prints the script, and its syntax is right', async (shell) => {
  const { code, out, err } = await flatwalk(['completion', shell]);
  expect([code, err]).toEqual([0, '']);
  expect(out).toBe(completionScript(shell, tree));
  if (has(shell)) execFileSync(shell, ['-n', script(shell)]);
});

test('a shell that is not known is refused', async () => {
  expect(await flatwalk(['completion', 'tcsh'])).toMatchObject({ code: 2, out: '' });
});

describe.skipIf(!has('bash'))('bash', () => {
  /** What it offers in place of the last word. */
  const offered = (...words: string[]) => {
    const code = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _flatwalk; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const output = execFileSync('bash', ['-c', code, 'bash', script('bash'), 'flatwalk', ...words], { cwd: folder });
    return output.toString().split('\n').filter(Boolean);
  };

  test('every command, and every flag of each', () => {
    for (const command of [tree, ...visibleCommands(tree)]) {
      const path = [];
      for (let one = command; one.parent; one = one.parent) path.unshift(one.name());
      const commands = visibleCommands(command).filter(({ parent }) => parent === command);
      expect(offered(...path, '')).toEqual(expect.arrayContaining(commands.map((one) => one.name())));
      const flags = command.createHelp().visibleOptions(command);
      expect(offered(...path, '--').sort()).toEqual(flags.map(({ long }) => long).sort());
    }
  });

  const cases: [words: string[], expected: string[]][] = [
    [['ru'], ['run']],
    [['bench', 'comp'], ['compare']],
    [['bench', 'compare', '--th'], ['--threshold']],
    [
      ['run', '--labels', ''],
      ['random', 'teacher'],
    ],
    [['run', '--labels', '=', 'te'], ['teacher']],
    [['run', '--data', 'houses.csv', '--adapter', 'sw'], ['swiftshader']],
    [['run', '--activation', 'soft'], ['softplus']],
    [['run', '--metrics', 'loss,gap,stab'], ['loss,gap,stableRank']],
    [['help', 'expo'], ['export']],
    [['completion', 'fi'], ['fish']],
    // Left to the shell, which knows files.
    [['run', '--data', 'ho'], []],
    [['inspect', 'net'], []],
  ];
  test.each(cases)('%j', (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });

  test('all metrics', () => {
    expect(offered('run', '--metrics', '')).toEqual(metricNames);
  });

  test('file names are left to it', () => {
    const code = `source "$1"; complete -p flatwalk`;
    expect(execFileSync('bash', ['-c', code, 'bash', script('bash')]).toString()).toMatch(/-o default.*-F _flatwalk/);
  });
});

describe.skipIf(!has('fish'))('fish', () => {
  const offered = (line: string) => {
    const output = execFileSync('fish', ['-N', '-c', `source $argv[1]; complete -C "$argv[2]"`, script('fish'), line], {
      cwd: folder,
    });
    return output
      .toString()
      .split('\n')
      .map((one) => one.split('\t')[0])
      .filter(Boolean);
  };

  test.each([
    ['flatwalk ru', ['run']],
    ['flatwalk bench compare --thr', ['--threshold']],
    ['flatwalk run --labels ', ['random', 'teacher']],
    ['flatwalk run --data ho', ['houses.csv']],
    ['flatwalk run --metrics loss,gap,stab', ['loss,gap,stableRank']],
    ['flatwalk help expo', ['export']],
    ['flatwalk completion fi', ['fish']],
  ])('%s', (line, expected) => {
    expect(offered(line)).toEqual(expected);
  });
});

describe.skipIf(!has('zsh'))('zsh', () => {
  /** Types into a shell on a terminal of its own, with a command that says what it was given. */
  const typing = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "autoload -Uz compinit; compinit -u -d $2; source $1; cd $3; bindkey '^I' complete-word"
zpty -w shell 'flatwalk() { print -r -- "GOT""TEN:$*:END" }'
for line in "\${(@)argv[4,-1]}"; do
  zpty -w -n shell "$line"$'\\t\\n'
  out=
  while [[ $out != *GOTTEN:*:END* ]]; do zpty -r shell piece || break; out+=$piece; done
  out=\${out##*GOTTEN:}
  print -r -- "\${out%%:END*}"
done
zpty -d shell
`;

  test('commands, flags, values and files', () => {
    const lines: [typed: string, completed: string][] = [
      ['ru', 'run'],
      ['bench compare --thr', 'bench compare --threshold'],
      ['run --labels te', 'run --labels teacher'],
      ['run --data hou', 'run --data houses.csv'],
      ['run --metrics loss,gap,stab', 'run --metrics loss,gap,stableRank'],
      ['help expo', 'help export'],
      ['completion fi', 'completion fish'],
      ['inspect net', 'inspect network.npz'],
    ];
    writeFileSync(join(folder, 'typing.zsh'), typing);
    const args = ['-f', 'typing.zsh', script('zsh'), join(folder, 'zcompdump'), folder];
    const output = execFileSync('zsh', [...args, ...lines.map(([typed]) => `flatwalk ${typed}`)], { cwd: folder });
    expect(
      output
        .toString()
        .trim()
        .split('\n')
        .map((line) => line.trim()),
    ).toEqual(lines.map(([, completed]) => completed));
  });
});
