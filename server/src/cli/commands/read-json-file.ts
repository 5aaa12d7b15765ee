import { readTextFile } from '../../foundation/text-file.ts';

/**
 * What a file says in JSON.
 * @param what for messages: `the key set`.
 * @throws UsableFailure when it cannot be read, or is something else.
 */
export async function readJsonFile(path: string, what = 'the file'): Promise<unknown> {
  const text = readTextFile(path, what);
  // Few commands read JSON, and the reader takes its time to load.
  const { readJsonText } = await import('../../foundation/json-text.ts');
  return readJsonText(text, `${what} "${path}"`);
}
