import { type Command, CommanderError } from 'commander';
import { createProgram } from '../program.ts';

/**
 * What the command line says to words; nothing when it takes them. No command is run.
 * @param isPart more may belong to them: what is missing is no fault.
 */
export async function commandFault(words: readonly string[], { isPart = false } = {}): Promise<string | undefined> {
  const program = createProgram();
  const quiet = (command: Command): void => {
    command.configureOutput({ writeOut: () => {}, writeErr: () => {} });
    if (command.commands.length === 0) command.action(() => {});
    for (const child of command.commands) quiet(child);
  };
  quiet(program);
  try {
    await program.parseAsync(words, { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const missing = ['commander.missingMandatoryOptionValue', 'commander.missingArgument'];
    // A value that the text does not give whole.
    const isShort = error.code === 'commander.invalidArgument' && words.some((word) => word.includes('…'));
    return error.exitCode === 0 || isShort || (isPart && missing.includes(error.code)) ? undefined : error.message;
  }
}
