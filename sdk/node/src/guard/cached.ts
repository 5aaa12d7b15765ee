import { createHash } from 'node:crypto';
import { orAborted } from '../../../common/http/wait.ts';
import type { TokenVerifier, VerifiedToken } from './verifier.ts';

export interface CacheOptions {
  /** Longest time that a token counts as good after it was revoked, in seconds. Default 5. */
  readonly seconds?: number | undefined;
  /** Tokens that are kept at most. Default 10,000. */
  readonly entries?: number | undefined;
  /** Milliseconds since 1970; for tests. */
  readonly now?: (() => number) | undefined;
}

interface Entry {
  readonly untilMs: number;
  readonly result: Promise<VerifiedToken | undefined>;
}

/**
 * Keeps what a verifier said for a few seconds, good or bad, but no token beyond its own end. Requests with one token at the
 * same time are one question. Tokens are kept as hashes only.
 *
 * @example
 * const verifier = cachedVerifier(introspection({ accounts, clientId, clientSecret }), { seconds: 5 });
 */
export function cachedVerifier(inner: TokenVerifier, options: CacheOptions = {}): TokenVerifier {
  const { seconds = 5, entries = 10_000, now = Date.now } = options;
  const kept = new Map<string, Entry>();
  return {
    async verify(token, { signal } = {}) {
      const key = createHash('sha256').update(token).digest('base64');
      let entry = kept.get(key);
      if (!entry || entry.untilMs <= now()) {
        entry = { untilMs: now() + seconds * 1000, result: inner.verify(token) };
        // Oldest first; an entry that is asked for anew moves to the end.
        kept.delete(key);
        kept.set(key, entry);
        const [oldest] = kept.keys();
        if (kept.size > entries && oldest !== undefined) kept.delete(oldest);
        const made = entry;
        made.result.catch(() => kept.get(key) === made && kept.delete(key));
      }
      const result = await orAborted(entry.result, signal);
      return result?.expiresAtMs !== undefined && result.expiresAtMs <= now() ? undefined : result;
    },
  };
}
