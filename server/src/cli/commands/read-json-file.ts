import { readFileSync } from 'node:fs';
import { UsableFailure } from '../../foundation/failure.ts';

/** What a file says in JSON. @throws UsableFailure when it cannot be read, or is something else. */
export function readJsonFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new UsableFailure(`the file "${path}" cannot be read`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsableFailure(`the file "${path}": expected JSON, got ${(error as Error).message}`);
  }
}
