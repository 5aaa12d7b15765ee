import { LRUCache } from 'lru-cache';
import { atMost } from '../../foundation/at-most.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import type { CacheUse } from '../../metrics/metrics.ts';

/** What is remembered of an access token. */
export interface RememberedToken {
  /** What notices of changes call the token. */
  readonly name: string;
  /** When it was asked for. */
  readonly loadedAtMs: EpochMs;
}

/**
 * The access tokens that were asked about last, each for a limited time. The token itself is the key, so that a known one
 * costs no hash; notices forget tokens by their names.
 */
export class TokenCache<Entry extends RememberedToken> {
  readonly #entries: LRUCache<string, Entry>;
  readonly #byName = new Map<string, string>();
  readonly #ttlMs: number;
  #generation = 0;
  #hits = 0;
  #misses = 0;

  constructor(options: { readonly entries: number; readonly ttlSeconds: number }) {
    this.#ttlMs = options.ttlSeconds * 1000;
    this.#entries = new LRUCache({
      ...atMost(options.entries),
      dispose: ({ name }, accessToken) => {
        if (this.#byName.get(name) === accessToken) this.#byName.delete(name);
      },
      noDisposeOnSet: true,
    });
  }

  /** What is known of a token and not too old. */
  find(accessToken: string, nowMs: EpochMs): Entry | undefined {
    const known = this.#entries.get(accessToken);
    if (!known || Math.abs(nowMs - known.loadedAtMs) >= this.#ttlMs) return undefined;
    this.#hits++;
    return known;
  }

  /** Counts a question that memory could not answer. @returns the moment, for `keep`. */
  miss(): number {
    this.#misses++;
    return this.#generation;
  }

  /** Remembers what was found since `moment`, unless a notice came meanwhile that may be about this very token. */
  keep(accessToken: string, entry: Entry, moment: number): void {
    if (moment !== this.#generation) return;
    // A JWT may be given twice for the same token (a refresh that is repeated): one text of it is kept, so that a notice
    // forgets the token whole.
    const other = this.#byName.get(entry.name);
    if (other !== undefined && other !== accessToken) this.#entries.delete(other);
    this.#entries.set(accessToken, entry);
    this.#byName.set(entry.name, accessToken);
  }

  forget(name: string): void {
    this.#generation++;
    const accessToken = this.#byName.get(name);
    if (accessToken !== undefined) this.#entries.delete(accessToken);
  }

  forgetAll(): void {
    this.#generation++;
    // First, so that disposing of each entry has nothing left to look for.
    this.#byName.clear();
    this.#entries.clear();
  }

  /** How often it was asked about something that could be a token. */
  get use(): CacheUse {
    return { hits: this.#hits, misses: this.#misses };
  }
}
