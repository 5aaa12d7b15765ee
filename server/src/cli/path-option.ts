import { type Command, InvalidArgumentError } from 'commander';

/** The kinds of value that are a path, as the help calls them: `--data <dir>`, `--out <file>`. */
const pathKinds = ['file', 'dir', 'path'];

/**
 * Holds every option and argument of the command that is a path of a file or folder to one rule: an empty text names none,
 * and is wrong usage. It comes from a variable of a script that was not set, most often.
 */
export function checkPaths(command: Command): void {
  for (const option of command.options) {
    if (pathKinds.includes(/<(\w+)>$/.exec(option.flags)?.[1] ?? '')) option.argParser(parsePath);
  }
  for (const argument of command.registeredArguments) {
    if (pathKinds.includes(argument.name())) argument.argParser(parsePath);
  }
}

function parsePath(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected a path, got an empty text.');
  return text;
}
