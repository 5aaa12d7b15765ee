import { createWriteStream, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UsableFailure } from '../foundation/failure.ts';

/**
 * Whether a file can be there, before anything is done for it.
 * @param what names it: `--out`.
 * @throws UsableFailure
 */
export function checkOutput(what: string, file: string): void {
  const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder(file)) throw new UsableFailure(`${what}: expected a file, "${file}" is a folder`);
  if (!isFolder(dirname(file))) {
    throw new UsableFailure(`${what}: expected a file in a folder that is there, got "${file}"`);
  }
}

/**
 * Writes a file that only its owner may read. It is there whole or not at all; one that was there is replaced.
 * @param check looks at what was written, before it takes its place.
 * @returns its size.
 * @throws UsableFailure
 */
export async function writeFileWhole(
  file: string,
  content: Readable,
  check: (fresh: string) => Promise<void> = async () => {},
): Promise<number> {
  const fresh = `${file}.${process.pid}.new`;
  try {
    await pipeline(content, createWriteStream(fresh, { mode: 0o600 }));
    await check(fresh);
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw new UsableFailure(`cannot write ${file}: ${(error as Error).message.replaceAll(fresh, file)}`);
  }
  return statSync(file).size;
}

/** Writes a text, also to a device such as /dev/stdout; with the flag `wx` only where no file is yet. @throws UsableFailure */
export function writeText(file: string, text: string, flag: 'w' | 'wx' = 'w'): void {
  try {
    writeFileSync(file, text, { flag });
  } catch (error) {
    throw new UsableFailure(`cannot write ${file}: ${(error as Error).message}`);
  }
}
