import type { Level, Value } from '../completion.ts';

/** For bash 3.2 and newer; needs no package of completions. */
export function bash(levels: readonly Level[]): string {
  const steps = levels
    .filter(({ path }) => path.length > 0)
    .map(
      ({ path }) => `      ${quote(`${path.slice(0, -1).join(' ')}|${path.at(-1)}`)}) at=${quote(path.join(' '))} ;;`,
    );
  return `# bash completion of flatwalk: source <(flatwalk completion bash)
_flatwalk() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at= k
  # --flag=value comes as three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((k = 1; k < COMP_CWORD; k++)); do
    case "$at|\${COMP_WORDS[k]}" in
${steps.join('\n')}
    esac
  done
  COMPREPLY=()
  case "$at|$prev" in
${levels.flatMap(values).join('\n')}
  esac
  case "$at" in
${levels.map(words).join('\n')}
  esac
}
# What is completed by no word is a file name.
complete -o bashdefault -o default -F _flatwalk flatwalk
`;
}

function values({ path, flags }: Level): string[] {
  return flags.flatMap(({ long, short, value }) => {
    if (value === null) return [];
    const names = [long, short].flatMap((name) => (name ? [quote(`${path.join(' ')}|${name}`)] : []));
    return [`    ${names.join(' | ')}) ${complete(value)}return ;;`];
  });
}

function complete(value: Value): string {
  if (!('words' in value)) return '';
  const known = quote(value.words.join(' '));
  if (value.kind === 'words') return `COMPREPLY=($(compgen -W ${known} -- "$cur")); `;
  const before = `local before=; [[ $cur == *,* ]] && before="\${cur%,*},"; `;
  return `${before}COMPREPLY=($(compgen -P "$before" -W ${known} -- "\${cur##*,}")); `;
}

function words({ path, commands, flags, operand }: Level): string {
  const names = [
    ...commands.map(({ name }) => name),
    ...(operand && 'words' in operand ? operand.words : []),
    ...flags.flatMap(({ long, short }) => [long, ...(short ? [short] : [])]),
  ];
  // Where a file may stand, flags are offered once a hyphen is there.
  const guard = operand?.kind === 'file' ? '[[ $cur == -* ]] && ' : '';
  return `    ${quote(path.join(' '))}) ${guard}COMPREPLY=($(compgen -W ${quote(names.join(' '))} -- "$cur")) ;;`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
