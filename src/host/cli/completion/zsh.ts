import type { Flag, Level, Value } from '../completion.ts';

export function zsh(levels: readonly Level[]): string {
  const steps = levels
    .filter(({ path }) => path.length > 0)
    .map(
      ({ path }) =>
        `      ${quote(`${path.slice(0, -1).join(' ')}|${path.at(-1)}`)}) at=${quote(path.join(' '))}; depth=$k ;;`,
    );
  return `#compdef flatwalk
# zsh completion of flatwalk: flatwalk completion zsh > "\${fpath[1]}/_flatwalk"
_flatwalk() {
  local at= k depth=1
  local -a commands
  for ((k = 2; k < CURRENT; k++)); do
    case "$at|\${words[k]}" in
${steps.join('\n')}
    esac
  done
  # The words of the command itself, whose name stands first.
  words=("\${(@)words[depth,-1]}")
  ((CURRENT -= depth - 1))
  case "$at" in
${levels.map(level).join('\n')}
  esac
}
if [[ $funcstack[1] == _flatwalk ]]; then
  _flatwalk "$@"
else
  compdef _flatwalk flatwalk
fi
`;
}

function level({ path, commands, flags, operand }: Level): string {
  const specs = [...flags.flatMap(specsOf)];
  if (commands.length > 0) specs.push('1:command:->commands');
  else if (operand) specs.push(`*:${operand.kind === 'file' ? 'file' : 'word'}:${action(operand)}`);
  const described = commands.map(({ name, description }) => quote(`${name.replaceAll(':', '\\:')}:${description}`));
  const lines = [
    ...(commands.length > 0 ? [`commands=(${described.join(' ')})`] : []),
    'local state',
    `_arguments -s ${specs.map(quote).join(' \\\n        ')}`,
    ...(commands.length > 0 ? ["[[ $state == commands ]] && _describe 'command' commands"] : []),
  ];
  return `    ${quote(path.join(' '))})\n      ${lines.join('\n      ')}\n      ;;`;
}

function specsOf({ long, short, description, value, variadic }: Flag): string[] {
  const text = `[${description.replaceAll(/[[\]:\\]/g, (sign) => `\\${sign}`)}]`;
  const rest = value === null ? '' : `:value:${action(value)}`;
  return [long, ...(short ? [short] : [])].map((name) => `${variadic ? '*' : ''}${name}${text}${rest}`);
}

function action(value: Value): string {
  switch (value.kind) {
    case 'file':
      return '_files';
    case 'words':
      return `(${value.words.map((word) => word.replaceAll(':', '\\:')).join(' ')})`;
    case 'list':
      return `_sequence compadd - ${value.words.join(' ')}`;
    case 'text':
      return ' ';
    default:
      return value satisfies never;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
