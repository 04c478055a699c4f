/** What every command has, whoever defines it, and how the help arranges them. */
import { type Command, Option } from 'commander';
import { exitMeanings } from './exit.ts';
import { setVoice, type Voice } from './terminal.ts';

/** Commands by what they are for, in the order of the help. */
export const commandGroups: Readonly<Record<string, readonly string[]>> = {
  'Walk:': ['run', 'sweep', 'reproduce'],
  'Results:': ['watch', 'report', 'export'],
  'Look at a network:': ['inspect', 'flow'],
  'Speed:': ['explain', 'tune', 'bench'],
  'This machine, this program:': ['adapters', 'verify', 'completion'],
};

const optionGroups: Readonly<Record<string, readonly string[]>> = {
  'Where it is computed:': ['in', 'adapter'],
  'What is said:': ['json', 'quiet', 'verbose'],
};

const beginning = `
Begin with
  flatwalk reproduce --quick                       the claims, measured on this machine within a minute
  flatwalk run --data houses.csv --target price    a network trained on a table of yours, with a report in results/
  flatwalk adapters                                what could compute here, and what does
`;

const ending = `
Exit codes:
${exitMeanings.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n')}

One command with all its flags: flatwalk help run, or flatwalk run --help`;

/** Completes the tree once all commands are in it. */
export function finish(program: Command): void {
  const order = Object.values(commandGroups).flat();
  (program.commands as Command[]).sort((a, b) => order.indexOf(a.name()) - order.indexOf(b.name()));
  for (const [heading, names] of Object.entries(commandGroups)) {
    for (const command of program.commands) if (names.includes(command.name())) command.helpGroup(heading);
  }
  for (const command of visibleCommands(program)) {
    command
      .addOption(new Option('-q, --quiet', 'nothing but what was asked for, and errors').conflicts('verbose'))
      .addOption(new Option('-v, --verbose', 'also how: plan, times of phases, stack traces of errors'));
    for (const option of command.options) {
      for (const [heading, names] of Object.entries(optionGroups)) {
        if (names.includes(option.attributeName())) option.helpGroup(heading);
      }
    }
  }
  program
    .commandsGroup(Object.keys(commandGroups).at(-1) as string)
    .helpCommand('help [command]', 'what a command does, with its flags and an example')
    .addHelpText('before', beginning)
    .addHelpText('after', ending)
    .hook('preAction', (_, command) => setVoice(takeVoice(command)));
}

/** Commands that people see, with their subcommands. */
export function visibleCommands(parent: Command): Command[] {
  const shown = parent.createHelp().visibleCommands(parent);
  return parent.commands.filter((one) => shown.includes(one)).flatMap((one) => [one, ...visibleCommands(one)]);
}

/** How much is said is no setting of what is done, so that actions and documents do not have it. */
function takeVoice(command: Command): Voice {
  const { json, quiet, verbose } = command.opts<Voice>();
  for (const name of ['quiet', 'verbose']) command.setOptionValue(name, undefined);
  return { json, quiet, verbose };
}
