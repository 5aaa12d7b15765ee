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
 * same time are one question. Tokens are kept in memory as they are, so that a known one costs no hash.
 *
 * @example
 * const verifier = cachedVerifier(introspection({ accounts, clientId, clientSecret }), { seconds: 5 });
 */
export function cachedVerifier(inner: TokenVerifier, options: CacheOptions = {}): TokenVerifier {
  const { seconds = 5, entries = 10_000, now = Date.now } = options;
  /** Oldest first: an entry that is asked for anew moves to the end. */
  const kept = new Map<string, Entry>();
  const ask = (token: string): Entry => {
    const entry = { untilMs: now() + seconds * 1000, result: inner.verify(token) };
    kept.delete(token);
    for (const [oldest, { untilMs }] of kept) {
      if (untilMs > now() && kept.size < entries) break;
      kept.delete(oldest);
    }
    kept.set(token, entry);
    entry.result.catch(() => kept.get(token) === entry && kept.delete(token));
    return entry;
  };
  return {
    async verify(token, { signal } = {}) {
      const known = kept.get(token);
      const entry = known && known.untilMs > now() ? known : ask(token);
      const result = await orAborted(entry.result, signal);
      return result?.expiresAtMs !== undefined && result.expiresAtMs <= now() ? undefined : result;
    },
  };
}
