import { LRUCache } from 'lru-cache';
import type { Settings } from '../../config/settings.ts';
import { clientTopic } from '../../directory/clients.ts';
import { atMost } from '../../foundation/at-most.ts';
import type { Clock } from '../../foundation/clock.ts';
import { expiryDetail } from '../../foundation/expiry-detail.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import { credentialKeyOfHash } from '../../inspector/flow-key.ts';
import type { CacheUse } from '../../metrics/metrics.ts';
import { maxUriLength } from '../../oauth/client-uris.ts';
import type { AccessToken } from '../../oauth/ids.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { ScopeCatalogue } from '../../oauth/scopes.ts';
import type { Presentation, TokenAuthority, TokenCheck, TokenGrant } from '../../oauth/token-authority.ts';
import { canBeToken } from '../signing/presented-tokens.ts';
import { Proofs, proveBinding } from '../store/proofs.ts';
import { allTokensTopic, tokenTopic } from '../store/token-authority.ts';
import { type RememberedToken, TokenCache } from '../store/token-cache.ts';
import type { AccountsServer } from './accounts-server.ts';
import type { ChangeStream } from './change-stream.ts';
import { readCheck } from './wire.ts';

interface Entry extends RememberedToken {
  readonly check: { readonly grant: TokenGrant };
}

const mostOrigins = 10_000;
/**
 * How long after a client has changed nothing is remembered: another process of the accounts server, behind the same address,
 * may hear of it a moment later than the one that told us.
 */
const settlingMs = 1_000;

/**
 * Answers a resource server that has no access to the tables of the accounts server: it asks that over HTTP. Living tokens
 * stay in memory for a few seconds; the stream of changes drops them at once.
 */
export class RemoteTokenAuthority implements TokenAuthority {
  readonly #server: AccountsServer;
  readonly #scopes: ScopeCatalogue;
  readonly #clock: Clock;
  readonly #proofs: Proofs;
  readonly #cache: TokenCache<Entry>;
  readonly #origins: LRUCache<string, { readonly allowed: boolean; readonly askedAtMs: EpochMs }>;
  readonly #ttlMs: number;
  #settledAtMs = 0;

  constructor(options: {
    readonly server: AccountsServer;
    readonly changes: Pick<ChangeStream, 'subscribe'>;
    readonly scopes: ScopeCatalogue;
    readonly clock: Clock;
    /** The key of the nonces, which all processes have. */
    readonly proofKey: Buffer;
    readonly dataCenter: string;
    readonly limits: Settings['limits'];
  }) {
    const { changes, server, limits } = options;
    this.#server = server;
    this.#scopes = options.scopes;
    this.#clock = options.clock;
    this.#proofs = new Proofs({
      take: (name, expiresAtMs) => server.ask('proof', { name: [...name], expiresAtMs }),
      clock: options.clock,
      key: options.proofKey,
      dataCenterId: options.dataCenter,
    });
    const { tokenCacheEntries: entries, tokenCacheTtlSeconds: ttlSeconds } = limits;
    const cache = new TokenCache<Entry>({ entries, ttlSeconds });
    this.#cache = cache;
    this.#ttlMs = ttlSeconds * 1000;
    this.#origins = new LRUCache(atMost(mostOrigins));
    const reset = () => cache.forgetAll();
    changes.subscribe(tokenTopic, { changed: (hash) => cache.forget(credentialKeyOfHash(hash)), reset });
    changes.subscribe(allTokensTopic, { changed: reset, reset });
    const forgetClients = () => {
      this.#origins.clear();
      cache.forgetAll();
    };
    const changed = () => {
      this.#settledAtMs = this.#clock.nowMs() + settlingMs;
      forgetClients();
    };
    changes.subscribe(clientTopic, { changed, reset: forgetClients });
  }

  async check(accessToken: AccessToken): Promise<TokenCheck> {
    const nowMs = this.#clock.nowMs();
    const known = this.#cache.find(accessToken, nowMs);
    if (known) return known.check.grant.expiresAtMs > nowMs ? known.check : expired(known.check.grant, nowMs);
    if (!canBeToken(accessToken)) return { refusal: 'TokenUnknown' };
    const moment = this.#cache.miss();
    const written = await this.#server.ask('check', accessToken);
    const check = readCheck(
      written,
      this.#scopes,
      async () => (await this.#server.ask('explain', accessToken)) ?? undefined,
    );
    const { key } = check.grant ?? {};
    if (check.grant && key && this.#isSettled(nowMs)) {
      this.#cache.keep(accessToken, { name: key, loadedAtMs: nowMs, check }, moment);
    }
    return check;
  }

  prove(grant: Pick<TokenGrant, 'binding'>, came: Presentation): Promise<Refusal | undefined> {
    return proveBinding(this.#proofs, grant, came);
  }

  proofNonce(): string {
    return this.#proofs.nonce();
  }

  async allowsOrigin(origin: string): Promise<boolean> {
    // No client has registered such a one; it is not worth a question, nor a place in memory.
    if (origin.length > maxUriLength) return false;
    const nowMs = this.#clock.nowMs();
    const known = this.#origins.get(origin);
    if (known && Math.abs(nowMs - known.askedAtMs) < this.#ttlMs) return known.allowed;
    const settledAtMs = this.#settledAtMs;
    const allowed = await this.#server.ask('origin', origin);
    const unchanged = settledAtMs === this.#settledAtMs && this.#isSettled(nowMs);
    if (unchanged) this.#origins.set(origin, { allowed, askedAtMs: nowMs });
    return allowed;
  }

  get cacheUse(): CacheUse {
    return this.#cache.use;
  }

  #isSettled(nowMs: EpochMs): boolean {
    return nowMs >= this.#settledAtMs;
  }
}

function expired({ clientId, expiresAtMs, userId }: TokenGrant, nowMs: EpochMs): TokenCheck {
  return { refusal: 'TokenExpired', known: { clientId, userId, detail: expiryDetail(expiresAtMs, nowMs) } };
}
