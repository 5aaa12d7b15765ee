import { LRUCache } from 'lru-cache';
import type { Settings } from '../../config/settings.ts';
import type { ChangeNotices } from '../../database/change-notices.ts';
import type { ClientDirectory } from '../../directory/clients.ts';
import { atMost } from '../../foundation/at-most.ts';
import type { Clock } from '../../foundation/clock.ts';
import { expiryDetail } from '../../foundation/expiry-detail.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import { credentialKeyOfHash } from '../../inspector/flow-key.ts';
import { type Client, isEnabledAt } from '../../oauth/client.ts';
import type { AccessToken } from '../../oauth/ids.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { ScopeCatalogue, ScopeSet } from '../../oauth/scopes.ts';
import type { CredentialPlace } from '../../oauth/slots.ts';
import type { KnownToken, Presentation, TokenAuthority, TokenCheck, TokenGrant } from '../../oauth/token-authority.ts';
import type { CredentialFinder } from './credential-finder.ts';
import type { Proofs } from './proofs.ts';
import type { StoredAccessToken, TokenStore } from './token-store.ts';

interface Entry {
  readonly stored: StoredAccessToken;
  readonly scopes: ScopeSet;
  readonly hash: string;
  readonly loadedAtMs: EpochMs;
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
  readonly #ttlMs: number;
  /** The access tokens that were asked about last; the token itself is the key, so that a known one costs no hash. */
  readonly #entries: LRUCache<string, Entry>;
  /** Notices name tokens by their hash. */
  readonly #byHash = new Map<string, string>();
  #generation = 0;
  #hits = 0;
  #misses = 0;

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
    this.#entries = new LRUCache({
      ...atMost(options.limits.tokenCacheEntries),
      dispose: ({ hash }, accessToken) => {
        if (this.#byHash.get(hash) === accessToken) this.#byHash.delete(hash);
      },
      noDisposeOnSet: true,
    });
    this.#limits = options.limits;
    this.#ttlMs = options.limits.tokenCacheTtlSeconds * 1000;
    options.notices.subscribe(tokenTopic, { changed: (hash) => this.#forget(hash), reset: () => this.#forgetAll() });
    options.notices.subscribe(allTokensTopic, { changed: () => this.#forgetAll(), reset: () => this.#forgetAll() });
  }

  async check(accessToken: AccessToken): Promise<TokenCheck> {
    const entry = await this.#entry(accessToken);
    if (!entry) return this.#unknown(accessToken);
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

  async prove({ binding }: Pick<TokenGrant, 'binding'>, came: Presentation): Promise<Refusal | undefined> {
    const { keyThumbprint } = binding;
    if (keyThumbprint === null) return came.scheme === 'DPoP' ? { outcome: 'TokenNotBound' } : undefined;
    if (came.scheme !== 'DPoP' || came.proof === undefined) return { outcome: 'ProofMissing' };
    const checked = await this.#proofs.check(came.proof, { ...came, nonce: 'optional' });
    if ('outcome' in checked) return checked;
    return checked.thumbprint === keyThumbprint ? undefined : { outcome: 'TokenOfOtherKey' };
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

  /** How often it was asked about something that could be a token: known in memory, or not. */
  get cacheUse(): { readonly hits: number; readonly misses: number } {
    return { hits: this.#hits, misses: this.#misses };
  }

  async #entry(accessToken: AccessToken): Promise<Entry | undefined> {
    const nowMs = this.#clock.nowMs();
    const known = this.#entries.get(accessToken);
    if (known && Math.abs(nowMs - known.loadedAtMs) < this.#ttlMs) {
      this.#hits++;
      return known;
    }
    const place = await this.#placeOf(accessToken);
    if (!place) return undefined;
    this.#misses++;
    const generation = this.#generation;
    const stored = await this.#tokens.findAccessToken(place);
    if (!stored) return undefined;
    const hash = place.hash.toString('hex');
    const entry: Entry = {
      stored,
      scopes: this.#scopes.setOf(stored.scopes),
      hash,
      loadedAtMs: nowMs,
      client: undefined,
      check: undefined,
    };
    // A notice that came while the statement ran may be about this very token: then the answer serves once only.
    if (generation === this.#generation && !stored.ended) {
      // A JWT may be given twice for the same token (a refresh that is repeated): one text of it is kept, so that a notice
      // forgets the token whole.
      const other = this.#byHash.get(hash);
      if (other !== undefined && other !== accessToken) this.#entries.delete(other);
      this.#entries.set(accessToken, entry);
      this.#byHash.set(hash, accessToken);
    }
    return entry;
  }

  #forget(hash: string): void {
    this.#generation++;
    const accessToken = this.#byHash.get(hash);
    if (accessToken !== undefined) this.#entries.delete(accessToken);
  }

  #forgetAll(): void {
    this.#generation++;
    // First, so that disposing of each entry has nothing left to look for.
    this.#byHash.clear();
    this.#entries.clear();
  }
}

function knownToken({ clientId, userId }: StoredAccessToken, detail: KnownToken['detail']): KnownToken {
  return { clientId, userId, detail };
}

function toGrant({ hash, stored, scopes }: Entry, client: Client): TokenGrant {
  return {
    key: credentialKeyOfHash(hash),
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
