import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseObject } from '../../../common/http/read-json.ts';
import type { SecureStorage } from '../hooks.ts';

/**
 * A file that only its owner can read (mode 0600), written as a whole: a process that ends in the middle leaves the
 * earlier one.
 *
 * @example
 * const secureStorage = fileStorage(join(homedir(), '.config/my-tool/session.json'));
 */
export function fileStorage(path: string): SecureStorage {
  let last: Promise<unknown> = Promise.resolve();
  const read = async (): Promise<Record<string, unknown>> => {
    try {
      return { ...parseObject(await readFile(path, 'utf8')) };
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return {};
      throw error;
    }
  };
  const write = async (items: Record<string, unknown>) => {
    const fresh = `${path}.${process.pid}`;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    try {
      await writeFile(fresh, JSON.stringify(items), { mode: 0o600 });
      await rename(fresh, path);
    } finally {
      await rm(fresh, { force: true });
    }
  };
  /** One change after the other, or one would write over what another wrote. */
  const change = (make: (items: Record<string, unknown>) => void): Promise<void> => {
    const done = last.then(async () => {
      const items = await read();
      make(items);
      await write(items);
    });
    last = done.catch(() => undefined);
    return done;
  };
  return {
    async getItem(key) {
      await last;
      const value = (await read())[key];
      return typeof value === 'string' ? value : null;
    },
    setItem: (key, value) =>
      change((items) => {
        items[key] = value;
      }),
    removeItem: (key) =>
      change((items) => {
        delete items[key];
      }),
  };
}
