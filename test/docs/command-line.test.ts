/** docs/command-line.md has every flag, and docs/config.schema.json every setting; `vitest run -u` writes both anew. */
import { readFileSync } from 'node:fs';
import type { Command, Option } from 'commander';
import { expect, test } from 'vitest';
import { program } from '../../src/host/cli/main.ts';
import { defaultOf, keysOf } from '../../src/host/config/flags.ts';
import { configSchema } from '../../src/host/config/json-schema.ts';
import { entry, type Group, groups, keys } from '../../src/host/config/table.ts';

const page = new URL('../../docs/command-line.md', import.meta.url).pathname;
const schema = new URL('../../docs/config.schema.json', import.meta.url).pathname;
const BEGIN = '<!-- written by test/docs/command-line.test.ts -->';

const cell = (text: string) => text.replaceAll('|', '\\|') || '–';
const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(' | ')} |`).join('\n');

function settings(group: Group): string {
  const rows = keysOf(group).map((key) => {
    const { flag, help, unit = '', needs } = entry(key);
    const only = needs ? ` Only with \`${needs.key}\`${needs.of ? ` ${needs.of.join(', ')}` : ''}.` : '';
    return [flag ? `\`${flag}\`` : '', `\`${key}\``, `${help}.${only}`, unit, defaultOf(key)];
  });
  return `### ${groups[group]}\n\n${table(['flag', 'key', '', 'unit', 'default'], rows)}`;
}

const ofSettings = new Set(keys.map((key) => entry(key).flag));

function flag({ flags, description, defaultValue, defaultValueDescription, argChoices }: Option): string[] {
  const [, text, said = ''] = /^(.*?)(?: \(default: (.*)\))?$/.exec(description) ?? [];
  const usual =
    defaultValue === undefined || defaultValue === false ? said : (defaultValueDescription ?? `${defaultValue}`);
  const choices = argChoices ? `${text}: ${argChoices.join(', ')}` : text;
  return [`\`${flags}\``, choices, usual];
}

function commands(parent: Command, path: string): string[] {
  return parent
    .createHelp()
    .visibleCommands(parent)
    .flatMap((command) => {
      const name = `${path} ${command.name()}`;
      if (command.name() === 'help') return [];
      const shared = path.endsWith('flatwalk') && ['run', 'explain', 'tune'].includes(command.name());
      const options = command
        .createHelp()
        .visibleOptions(command)
        .filter(({ flags }) => !flags.includes('--help') && !(shared && ofSettings.has(flags)));
      const words = command.registeredArguments.map((a) => (a.required ? ` <${a.name()}>` : ` [${a.name()}]`)).join('');
      const more = shared
        ? `\n\nAnd ${command.name() === 'run' ? 'all flags above' : 'those above of data, network, training and plan'}.`
        : '';
      const rows = options.length > 0 ? `\n\n${table(['flag', '', 'default'], options.map(flag))}` : '';
      return [`### ${name}${words}\n\n${command.description()}.${rows}${more}`, ...commands(command, name)];
    });
}

test('docs/command-line.md has every flag with its unit and its default', async () => {
  const [written] = readFileSync(page, 'utf8').split(BEGIN);
  const parts = [
    '## Settings of a run',
    ...(Object.keys(groups) as Group[]).map(settings),
    '## Every command',
    ...commands(program, 'flatwalk'),
  ];
  await expect(`${written}${BEGIN}\n\n${parts.join('\n\n')}\n`).toMatchFileSnapshot(page);
});

test('docs/config.schema.json is the schema that config files are checked with', async () => {
  await expect(`${JSON.stringify(configSchema(), null, 2)}\n`).toMatchFileSnapshot(schema);
});
