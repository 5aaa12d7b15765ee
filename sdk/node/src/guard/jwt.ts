import { createPublicKey, type KeyObject, verify as verifySignature } from 'node:crypto';
import { originOf } from '../../../common/data-centers/data-centers.ts';
import { NetworkError } from '../../../common/errors.ts';
import { type Sending, sendRequest } from '../../../common/http/send.ts';
import type { TokenVerifier } from './verifier.ts';

export interface JwtOptions extends Omit<Sending, 'signal'> {
  /** Accounts servers whose tokens count: each is the `iss` of its own. */
  readonly accounts: string | readonly string[];
  /** Client ids that the tokens must be made for (`aud`). */
  readonly audience: string | readonly string[];
  /** Clocks may differ by so much, in seconds. Default 30. */
  readonly toleranceSeconds?: number | undefined;
  /** Milliseconds since 1970; for tests. */
  readonly now?: (() => number) | undefined;
}

interface Jwk {
  readonly kid?: string;
  readonly kty?: string;
  readonly use?: string;
}

/** How long keys are kept; a key that is not known is asked for at once, but not again within `retryMs`. */
const keepMs = 3_600_000;
const retryMs = 10_000;

/**
 * Checks ID tokens and other JWT that an accounts server signed (RS256), by its public keys (`/oauth/v2/keys`). Such a
 * token is good until its end: there is no revocation, and scopes are those in its `scope` claim.
 *
 * @example
 * const verifier = jwtVerifier({ accounts: 'http://localhost:8000', audience: '1000.APP' });
 */
export function jwtVerifier(options: JwtOptions): TokenVerifier {
  const { toleranceSeconds = 30, now = Date.now } = options;
  const audience = new Set([options.audience].flat());
  const issuers = new Map(
    [options.accounts].flat().map((given) => {
      const origin = originOf(given, 'accounts server');
      return [origin, new KeySet(origin, options, now)] as const;
    }),
  );
  return {
    async verify(token, { signal } = {}) {
      const [head = '', body = '', signature = '', ...more] = token.split('.');
      const header = parse(head);
      const claims = parse(body);
      if (more.length > 0 || header?.alg !== 'RS256' || !claims) return undefined;
      const keys = issuers.get(String(claims.iss));
      const key = await keys?.find(typeof header.kid === 'string' ? header.kid : undefined, signal);
      if (!key) return undefined;
      const signed = verifySignature(
        'RSA-SHA256',
        Buffer.from(`${head}.${body}`),
        key,
        Buffer.from(signature, 'base64url'),
      );
      if (!signed || ![claims.aud].flat().some((each) => audience.has(String(each)))) return undefined;
      const seconds = now() / 1000;
      if (typeof claims.exp !== 'number' || claims.exp + toleranceSeconds <= seconds) return undefined;
      if (typeof claims.nbf === 'number' && claims.nbf - toleranceSeconds > seconds) return undefined;
      return {
        subject: String(claims.sub ?? ''),
        clientId: String([claims.azp ?? claims.aud].flat()[0] ?? ''),
        scopes: typeof claims.scope === 'string' ? claims.scope.split(' ') : [],
        expiresAtMs: (claims.exp + toleranceSeconds) * 1000,
        issuer: String(claims.iss),
        claims,
      };
    },
  };
}

/** The public keys of one accounts server. */
class KeySet {
  readonly #origin: string;
  readonly #sending: Sending;
  readonly #now: () => number;
  #keys = new Map<string | undefined, KeyObject>();
  #askedAtMs = -Infinity;
  #asking: Promise<void> | undefined;

  constructor(origin: string, { fetch, timeoutMs, maxTries, maxRetryDelayMs, random }: Sending, now: () => number) {
    this.#origin = origin;
    this.#sending = { fetch, timeoutMs, maxTries, maxRetryDelayMs, random };
    this.#now = now;
  }

  async find(kid: string | undefined, signal?: AbortSignal): Promise<KeyObject | undefined> {
    const age = this.#now() - this.#askedAtMs;
    if (age > keepMs || (!this.#keys.has(kid) && age > retryMs)) {
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined;
      });
      await this.#asking;
    }
    signal?.throwIfAborted();
    return this.#keys.get(kid);
  }

  async #ask(): Promise<void> {
    const answer = await sendRequest(
      { method: 'GET', url: `${this.#origin}/oauth/v2/keys` },
      { ...this.#sending, retry: 'always' },
    );
    const { keys } = (await answer.json().catch(() => ({}))) as { keys?: Jwk[] };
    if (!answer.ok || !Array.isArray(keys)) {
      throw new NetworkError(`expected the keys of ${this.#origin}, got status ${answer.status}`, { code: 'NO_KEYS' });
    }
    const usable = keys.filter(({ kty, use }) => kty === 'RSA' && (use === undefined || use === 'sig'));
    this.#keys = new Map(usable.map((jwk) => [jwk.kid, createPublicKey({ key: jwk as never, format: 'jwk' })]));
    this.#askedAtMs = this.#now();
  }
}

function parse(part: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
