import type { Flag, Level, Value } from '../completion.ts';

export function fish(levels: readonly Level[]): string {
  const steps = levels
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => {
      const here = quote(`${path.slice(0, -1).join(' ')}|${path.at(-1)}`);
      return `            case ${here}\n                set at ${quote(path.join(' '))}`;
    });
  return `# fish completion of flatwalk: flatwalk completion fish > ~/.config/fish/completions/flatwalk.fish
function __flatwalk_at
    set -l at ''
    set -l typed (commandline -opc)
    for word in $typed[2..-1]
        switch "$at|$word"
${steps.join('\n')}
        end
    end
    test "$at" = "$argv[1]"
end
complete -c flatwalk -f
${levels.flatMap(lines).join('\n')}
`;
}

function lines({ path, commands, flags, operand }: Level): string[] {
  const here = `complete -c flatwalk -n ${quote(`__flatwalk_at ${quote(path.join(' '))}`)}`;
  return [
    ...commands.map(({ name, description }) => `${here} -a ${quote(name)} -d ${quote(description)}`),
    ...flags.map((flag) => `${here} ${names(flag)}${argument(flag.value)} -d ${quote(flag.description)}`),
    ...(operand?.kind === 'file' ? [`${here} -F`] : []),
    ...(operand && 'words' in operand ? [`${here} -a ${quote(operand.words.join(' '))}`] : []),
  ];
}

function names({ long, short }: Flag): string {
  return `-l ${long.slice(2)}${short ? ` -s ${short.slice(1)}` : ''}`;
}

function argument(value: Value | null): string {
  if (value === null) return '';
  switch (value.kind) {
    case 'file':
      return ' -r -F';
    case 'words':
      return ` -x -a ${quote(value.words.join(' '))}`;
    case 'list':
      return ` -x -a ${quote(`(__fish_append , ${value.words.join(' ')})`)}`;
    case 'text':
      return ' -x';
    default:
      return value satisfies never;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, (sign) => `\\${sign}`)}'`;
}
