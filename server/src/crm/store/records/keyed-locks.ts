import type { ChangeLocks } from '../../kernel/store.ts';
/**
 * Lets changes to one record of this process go one after the other, so that they do not overtake each other between
 * reading and writing. Other processes are held off by the record's version.
 */
export class KeyedLocks implements ChangeLocks {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `work` once everything that was asked for before it under one of `keys` is done. */
  async run<Result>(keys: readonly string[], work: () => Promise<Result>): Promise<Result> {
    const before = keys.map((key) => this.#tails.get(key)).filter((tail) => tail !== undefined);
    const { promise: done, resolve } = Promise.withResolvers<void>();
    // All keys are taken in the same turn, so that no two holders can wait for each other.
    for (const key of keys) this.#tails.set(key, done);
    try {
      await Promise.all(before);
      return await work();
    } finally {
      resolve();
      for (const key of keys) if (this.#tails.get(key) === done) this.#tails.delete(key);
    }
  }
}
