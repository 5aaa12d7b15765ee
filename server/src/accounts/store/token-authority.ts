import type { Settings } from '../../config/settings.ts';
import type { ChangeNotices } from '../../database/change-notices.ts';
import type { ClientDirectory } from '../../directory/clients.ts';
import type { Clock } from '../../foundation/clock.ts';
import { expiryDetail } from '../../foundation/expiry-detail.ts';
import { credentialKeyOfHash } from '../../inspector/flow-key.ts';
import type { CacheUse } from '../../metrics/metrics.ts';
import { type Client, isEnabledAt } from '../../oauth/client.ts';
import type { AccessToken } from '../../oauth/ids.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { ScopeCatalogue, ScopeSet } from '../../oauth/scopes.ts';
import type { CredentialPlace } from '../../oauth/slots.ts';
import type { KnownToken, Presentation, TokenAuthority, TokenCheck, TokenGrant } from '../../oauth/token-authority.ts';
import type { CredentialFinder } from './credential-finder.ts';
import { type Proofs, proveBinding } from './proofs.ts';
import { type RememberedToken, TokenCache } from './token-cache.ts';
import type { StoredAccessToken, TokenStore } from './token-store.ts';

interface Entry extends RememberedToken {
  readonly stored: StoredAccessToken;
  readonly scopes: ScopeSet;
  /** The answer for as long as the client stays the same object. */
  client: Client | undefined;
  check: TokenCheck | undefined;
}

const refusals = {
  evicted: 'TokenEvicted',
  revoked: 'TokenRevoked',
  'refresh token evicted': 'RefreshTokenEvicted',
  'user inactive': 'UserInactive',
} as const;

/** Which limit evicts. */
const limitOf: Partial<
  Record<keyof typeof refusals, 'activeAccessTokensPerRefreshToken' | 'refreshTokensPerUserAndClient'>
> = { evicted: 'activeAccessTokensPerRefreshToken', 'refresh token evicted': 'refreshTokensPerUserAndClient' };

/** Topic of change notices that name one access token by the hash of it. */
export const tokenTopic = 'token';
/** Topic of change notices that may concern any token: a grant, refresh token or user ended. */
export const allTokensTopic = 'tokens';

/**
 * Answers resource servers in the same process. Tokens stay in memory for a few seconds; a change notice drops them at
 * once, so a revocation is visible on this process immediately and on the others with the notice.
 */
export class LocalTokenAuthority implements TokenAuthority {
  readonly #tokens: TokenStore;
  readonly #clients: ClientDirectory;
  readonly #scopes: ScopeCatalogue;
  readonly #credentials: CredentialFinder;
  readonly #placeOf: (token: string) => Promise<CredentialPlace | undefined>;
  readonly #proofs: Proofs;
  readonly #clock: Clock;
  readonly #dataCenter: string;
  readonly #limits: Settings['limits'];
  readonly #cache: TokenCache<Entry>;

  constructor(options: {
    readonly tokens: TokenStore;
    readonly clients: ClientDirectory;
    readonly scopes: ScopeCatalogue;
    readonly credentials: CredentialFinder;
    /** Where a token is stored; undefined for what can be none of ours. */
    readonly placeOf: (token: string) => Promise<CredentialPlace | undefined>;
    readonly proofs: Proofs;
    readonly notices: ChangeNotices;
    readonly clock: Clock;
    readonly dataCenter: string;
    readonly limits: Settings['limits'];
  }) {
    this.#tokens = options.tokens;
    this.#clients = options.clients;
    this.#scopes = options.scopes;
    this.#credentials = options.credentials;
    this.#placeOf = options.placeOf;
    this.#proofs = options.proofs;
    this.#clock = options.clock;
    this.#dataCenter = options.dataCenter;
    this.#limits = options.limits;
    const { tokenCacheEntries: entries, tokenCacheTtlSeconds: ttlSeconds } = options.limits;
    const cache = new TokenCache<Entry>({ entries, ttlSeconds });
    this.#cache = cache;
    const reset = () => cache.forgetAll();
    options.notices.subscribe(tokenTopic, { changed: (hash) => cache.forget(hash), reset });
    options.notices.subscribe(allTokensTopic, { changed: reset, reset });
  }

  async check(accessToken: AccessToken): Promise<TokenCheck> {
    const entry = this.#cache.find(accessToken, this.#clock.nowMs()) ?? (await this.#load(accessToken));
    return entry ? this.#answer(entry) : this.#unknown(accessToken);
  }

  /** As the database has it now, whatever memory knows: for callers that remember the answer themselves. */
  async checkStored(accessToken: AccessToken): Promise<TokenCheck> {
    const entry = await this.#read(accessToken);
    return entry ? this.#answer(entry) : this.#unknown(accessToken);
  }

  async #answer(entry: Entry): Promise<TokenCheck> {
    const { stored } = entry;
    const nowMs = this.#clock.nowMs();
    if (stored.expiresAtMs <= nowMs) {
      return { refusal: 'TokenExpired', known: knownToken(stored, expiryDetail(stored.expiresAtMs, nowMs)) };
    }
    if (stored.ended) return { refusal: refusals[stored.ended], known: await this.#ended(stored) };
    const client = await this.#clients.find(stored.clientId);
    if (entry.check && entry.client === client) return entry.check;
    entry.client = client;
    entry.check =
      client && isEnabledAt(client, this.#dataCenter)
        ? { grant: toGrant(entry, client) }
        : { refusal: 'ClientDisabled', known: knownToken(stored, { issuedTo: stored.clientId }) };
    return entry.check;
  }

  /** With the limit that evicted it, as it holds for its client. */
  async #ended(stored: StoredAccessToken): Promise<KnownToken> {
    const name = stored.ended === null ? undefined : limitOf[stored.ended];
    if (name === undefined) return knownToken(stored, {});
    // The token is dead either way; without the directory the platform's own limit is told.
    const client = await this.#clients.find(stored.clientId).catch(() => undefined);
    return knownToken(stored, { limit: client?.overrides[`limits.${name}`] ?? this.#limits[name] });
  }

  prove(grant: Pick<TokenGrant, 'binding'>, came: Presentation): Promise<Refusal | undefined> {
    return proveBinding(this.#proofs, grant, came);
  }

  proofNonce(): string {
    return this.#proofs.nonce();
  }

  #unknown(accessToken: AccessToken): TokenCheck {
    const explanation = async () => {
      const known = await this.#credentials.findElsewhere(accessToken, this.#dataCenter);
      if (!known) return undefined;
      const { clientId, dataCenter: issuedBy } = known;
      const detail = { issuedBy, cameTo: this.#dataCenter };
      return { outcome: 'TokenOfOtherDataCenter', detail, knownIn: issuedBy, clientId };
    };
    return { refusal: 'TokenUnknown', explanation };
  }

  allowsOrigin(origin: string): Promise<boolean> {
    return this.#clients.allowsOrigin(this.#dataCenter, origin);
  }

  get cacheUse(): CacheUse {
    return this.#cache.use;
  }

  async #load(accessToken: AccessToken): Promise<Entry | undefined> {
    const place = await this.#placeOf(accessToken);
    if (!place) return undefined;
    const moment = this.#cache.miss();
    const entry = await this.#find(place);
    if (entry && !entry.stored.ended) this.#cache.keep(accessToken, entry, moment);
    return entry;
  }

  async #read(accessToken: AccessToken): Promise<Entry | undefined> {
    const place = await this.#placeOf(accessToken);
    return place && this.#find(place);
  }

  async #find(place: CredentialPlace): Promise<Entry | undefined> {
    const loadedAtMs = this.#clock.nowMs();
    const stored = await this.#tokens.findAccessToken(place);
    if (!stored) return undefined;
    const scopes = this.#scopes.setOf(stored.scopes);
    return { stored, scopes, name: place.hash.toString('hex'), loadedAtMs, client: undefined, check: undefined };
  }
}

function knownToken({ clientId, userId }: StoredAccessToken, detail: KnownToken['detail']): KnownToken {
  return { clientId, userId, detail };
}

function toGrant({ name, stored, scopes }: Entry, client: Client): TokenGrant {
  return {
    key: credentialKeyOfHash(name),
    clientId: stored.clientId,
    userId: stored.userId,
    scopes,
    organizationId: stored.organizationId,
    environment: stored.environment,
    javascriptDomains: client.javascriptDomains,
    expiresAtMs: stored.expiresAtMs,
    binding: stored.binding,
    strict: client.profile === 'strict',
    searchWithoutScope: client.overrides['compatibility.searchWithoutScope'],
  };
}
