import { InvalidArgumentError } from 'commander';

/**
 * The parser of every option and argument that is a path of a file or folder. An empty text names none: a variable of a
 * script that was not set, most often. It is wrong usage.
 */
export function parsePath(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected a path, got an empty text.');
  return text;
}
