import { Command, CommanderError } from 'commander';

/** The names that are meant by a word, as far as Commander can tell; its suggestions come with its errors only. */
export function similar(word: string, names: readonly string[]): string[] {
  const guess = new Command()
    .exitOverride()
    .helpCommand(false)
    .configureOutput({ writeErr: () => {} });
  for (const name of names) guess.command(name);
  try {
    guess.parse([word], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const [, found] = /Did you mean (?:one of )?([^?]*)\?/.exec(error.message) ?? [];
    return found?.split(', ') ?? [];
  }
  return [];
}
