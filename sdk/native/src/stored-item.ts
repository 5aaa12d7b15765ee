import { StoreError } from '../../common/errors.ts';
import { parseObject } from '../../common/http/read-json.ts';
import type { SecureStorage } from './hooks.ts';

/** One value of the app's secure storage, as JSON. What cannot be read counts as nothing: an older version may have left it. */
export class StoredItem<T> {
  readonly #storage: SecureStorage;
  readonly #key: string;
  readonly #read: (json: Readonly<Record<string, unknown>>) => T | undefined;

  constructor(storage: SecureStorage, key: string, read: (json: Readonly<Record<string, unknown>>) => T | undefined) {
    this.#storage = storage;
    this.#key = key;
    this.#read = read;
  }

  /** @throws StoreError */
  async get(): Promise<T | undefined> {
    const text = await this.#with('read', () => this.#storage.getItem(this.#key));
    const json = typeof text === 'string' ? parseObject(text) : undefined;
    return json && this.#read(json);
  }

  /** @throws StoreError */
  async set(value: T): Promise<void> {
    await this.#with('written', () => this.#storage.setItem(this.#key, JSON.stringify(value)));
  }

  /** @throws StoreError */
  async remove(): Promise<void> {
    await this.#with('written', () => this.#storage.removeItem(this.#key));
  }

  async #with<R>(what: string, use: () => Promise<R> | R): Promise<R> {
    try {
      return await use();
    } catch (cause) {
      throw new StoreError(`the secure storage could not be ${what}`, {
        code: 'storage_failed',
        mend: 'The device may be locked: try again once it is unlocked',
        cause,
      });
    }
  }
}
