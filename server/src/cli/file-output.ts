import { createWriteStream, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UsableFailure } from '../foundation/failure.ts';

/**
 * Writes a file that only its owner may read. It is there whole or not at all; one that was there is replaced.
 * @returns its size.
 * @throws UsableFailure
 */
export async function writeFileWhole(file: string, content: Readable): Promise<number> {
  const fresh = `${file}.${process.pid}.new`;
  try {
    await pipeline(content, createWriteStream(fresh, { mode: 0o600 }));
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
