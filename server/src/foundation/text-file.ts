import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { UsableFailure } from './failure.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
};

/**
 * The text of a file that a person named.
 * @param what for messages: `the config file`.
 * @throws UsableFailure that says why it cannot be read.
 */
export function readTextFile(path: string, what = 'the file'): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(path, what, error);
  }
}

/** @throws UsableFailure where a file that is read later, piece by piece, cannot be read. */
export function checkReadableFile(path: string, what = 'the file'): void {
  try {
    accessSync(path, constants.R_OK);
    if (statSync(path).isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
  } catch (error) {
    throw unreadable(path, what, error);
  }
}

function unreadable(path: string, what: string, error: unknown): UsableFailure {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new UsableFailure(`cannot read ${what} "${path}": ${reasons[code] ?? message}`);
}
