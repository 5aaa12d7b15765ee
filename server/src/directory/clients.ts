import { LRUCache } from 'lru-cache';
import { type ChangeNotices, notifyChanges, restoredTopic } from '../database/change-notices.ts';
import { type Database, isUniqueViolation, type Queryable } from '../database/database.ts';
import { atMost } from '../foundation/at-most.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Random } from '../foundation/random.ts';
import { type Client, type ClientProfile, type ClientType, clientTypeRules } from '../oauth/client.ts';
import type { ClientOverrides } from '../oauth/client-overrides.ts';
import { maxUriLength } from '../oauth/client-uris.ts';
import type { ClientFields } from '../oauth/client-validation.ts';
import { createClientId } from '../oauth/formats.ts';
import type { ClientId, UserId } from '../oauth/ids.ts';
import type { ClientDocuments } from './client-documents.ts';
import type { ClientKeySets } from './client-key-sets.ts';
import { type ClientRow, selectClients, toClient } from './client-rows.ts';
import { ClientSecrets, type Secrets } from './client-secrets.ts';
import { ClientRegistrations } from './registrations.ts';
import { SecretUses } from './secret-uses.ts';
import { addBare, type ClientUpdate, countForOwner, enable, type StandardFields, writeFields } from './write-client.ts';

export type { Secrets };

/** What `create` is told beside the fields. */
export interface NewClient extends ClientFields, Partial<StandardFields> {
  readonly type: ClientType;
  readonly dataCenter: string;
  readonly ownerId: UserId;
  readonly enabledDataCenters: readonly string[];
  readonly sameSecret: boolean;
  /** Default: false. */
  readonly resourceServer?: boolean | undefined;
  /** Most clients of the owner; 0: no limit. */
  readonly mostOfOwner: number;
  /** Whether its secrets are kept as hashes only, so that nobody can be told them again. Default: false. */
  readonly secretsShownOnce?: boolean | undefined;
  /** Settings of its own; default: none. */
  readonly overrides?: ClientOverrides;
}

/** Topic of change notices of the directory that name one client. */
export const clientTopic = 'client';

const clientIdPattern = /^100[04]\.[0-9A-Za-z]{1,64}$/;
const unknownClient = Promise.resolve(undefined);
const noOrigin = Promise.resolve(false);
const maxCached = 10_000;

/**
 * The clients of all data centres. Look-ups are kept in memory until a change notice says otherwise; while the database
 * is away nothing changes there, and what is known goes on for a while.
 */
export class ClientDirectory {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #random: Random;
  /** The secrets of clients: listed, told again. */
  readonly secrets: ClientSecrets;
  /** Of clients that register themselves. */
  readonly registrations: ClientRegistrations;
  /** The keys that clients sign with. */
  readonly keySets: ClientKeySets;
  readonly #documents: ClientDocuments | undefined;
  readonly #uses: SecretUses;
  readonly #byId = new LRUCache<string, Promise<Client | undefined>>(atMost(maxCached));
  readonly #origins = new LRUCache<string, Promise<boolean>>(atMost(maxCached));
  readonly #graceMs: number;
  readonly #firstParty: ReadonlyMap<string, Promise<Client>>;
  /** Since when no notices arrive. */
  #awaySinceMs: number | undefined;

  /**
   * @param sealingKey seals secrets (32 bytes); it must come from outside the database.
   * @param keySets fetches the keys that clients publish.
   * @param graceSeconds how long clients are served from memory while the directory's database is away.
   * @param firstParty the platform's own clients: found by id, in no database and no list.
   * @param documents finds clients whose id is the address of their metadata; default: there are none.
   */
  constructor(
    database: Database,
    notices: ChangeNotices,
    clock: Clock,
    random: Random,
    sealingKey: Buffer,
    keySets: ClientKeySets,
    graceSeconds = 3600,
    firstParty: readonly Client[] = [],
    documents?: ClientDocuments,
  ) {
    this.keySets = keySets;
    this.#documents = documents;
    this.#firstParty = new Map(firstParty.map((client) => [client.clientId, Promise.resolve(client)]));
    this.#graceMs = graceSeconds * 1000;
    this.#database = database;
    this.#clock = clock;
    this.#random = random;
    this.secrets = new ClientSecrets(database, clock, random, sealingKey);
    this.registrations = new ClientRegistrations(database);
    this.#uses = new SecretUses(database);
    notices.subscribe(restoredTopic, { changed: () => this.#uses.forget(), reset: () => {} });
    notices.subscribe(clientTopic, {
      changed: (clientId) => this.#forget(clientId),
      reset: () => {
        this.#awaySinceMs = undefined;
        this.#forget();
      },
      lost: () => {
        this.#awaySinceMs ??= clock.nowMs();
      },
    });
  }

  /** The client, or undefined when nobody has this id. Usually answered from memory. */
  find(clientId: ClientId): Promise<Client | undefined> {
    if (!clientIdPattern.test(clientId)) {
      return this.#documents?.isAddress(clientId) ? this.#documents.find(clientId) : unknownClient;
    }
    const own = this.#firstParty.get(clientId);
    if (own) return own;
    this.#forgetAfterGrace();
    return remember(this.#byId, clientId, async () => {
      const rows = await this.#database.query<ClientRow>({
        name: 'client-find',
        text: `${selectClients} WHERE c.client_id = $1`,
        values: [clientId],
      });
      return rows[0] && toClient(rows[0]);
    });
  }

  #forgetAfterGrace(): void {
    if (this.#awaySinceMs === undefined) return;
    if (this.#clock.nowMs() - this.#awaySinceMs >= this.#graceMs) this.#forget();
  }

  /** Whether some client that is enabled at the data centre has registered `origin` as a JavaScript domain; `profile`: some client of it. */
  allowsOrigin(dataCenterId: string, origin: string, profile?: ClientProfile): Promise<boolean> {
    this.#forgetAfterGrace();
    // No client has registered such a one; it is not worth a question, nor a place in memory.
    if (origin.length > maxUriLength) return noOrigin;
    return remember(this.#origins, `${dataCenterId} ${profile ?? ''} ${origin}`, async () => {
      const rows = await this.#database.query({
        name: 'client-allows-origin',
        text: `SELECT 1 FROM client c JOIN client_data_center d USING (client_id)
               WHERE c.javascript_domains @> ARRAY[$2] AND d.data_center = $1 AND d.enabled
                 AND ($3::text IS NULL OR c.profile = $3) LIMIT 1`,
        values: [dataCenterId, origin, profile ?? null],
      });
      return rows.length > 0;
    });
  }

  /** All clients, oldest first; those of one owner, or of one data centre. */
  async list(filter: { readonly dataCenter?: string; readonly ownerId?: UserId } = {}): Promise<Client[]> {
    const rows = await this.#database.query<ClientRow>({
      text: `${selectClients} WHERE ($1::text IS NULL OR c.data_center = $1) AND ($2::bigint IS NULL OR c.owner_id = $2)
             ORDER BY c.created_at_ms, c.client_id`,
      values: [filter.dataCenter ?? null, filter.ownerId ?? null],
    });
    return rows.map(toClient);
  }

  /**
   * A page of clients, newest first: those of one owner, or all; `search` is a part of the name in any letter case, or a
   * whole client id.
   */
  async page(filter: {
    readonly owner?: { readonly dataCenter: string; readonly ownerId: UserId };
    readonly search: string;
    readonly limit: number;
    readonly offset: number;
  }): Promise<{ readonly clients: readonly Client[]; readonly total: number }> {
    const { owner, search, limit, offset } = filter;
    const where = `($1::text IS NULL OR (c.data_center = $1 AND c.owner_id = $2::bigint))
             AND ($3 = '' OR strpos(lower(c.name), lower($3)) > 0 OR c.client_id = $3)`;
    const values = [owner?.dataCenter ?? null, owner?.ownerId ?? null, search];
    const [counted] = await this.#database.query<{ total: number }>({
      text: `SELECT count(*)::int AS total FROM client c WHERE ${where}`,
      values,
    });
    const rows = await this.#database.query<ClientRow>({
      text: `${selectClients} WHERE ${where} ORDER BY c.created_at_ms DESC, c.client_id DESC LIMIT $4 OFFSET $5`,
      values: [...values, limit, offset],
    });
    return { clients: rows.map(toClient), total: counted?.total ?? 0 };
  }

  /** The owner's client ids by type, without reading the clients. */
  async idsByType(owner: {
    readonly dataCenter: string;
    readonly ownerId: UserId;
  }): Promise<Map<ClientType, string[]>> {
    const rows = await this.#database.query<{ type: ClientType; ids: string[] }>({
      text: `SELECT type, array_agg(client_id ORDER BY created_at_ms) AS ids FROM client
             WHERE data_center = $1 AND owner_id = $2 GROUP BY type`,
      values: [owner.dataCenter, owner.ownerId],
    });
    return new Map(rows.map(({ type, ids }) => [type, ids]));
  }

  /**
   * Registers a client whose fields have been validated. Each enabled data centre gets a secret of its own, or all the
   * same one.
   * @returns why not: the owner has a self client already (one per owner), or as many clients as are allowed.
   */
  async create(
    fresh: NewClient,
  ): Promise<{ client: Client; secrets: Secrets } | { taken: 'self client' } | { owned: number }> {
    const clientId = createClientId(this.#random, clientTypeRules[fresh.type].prefix);
    const dataCenters = [...new Set([fresh.dataCenter, ...fresh.enabledDataCenters])];
    const secrets = this.secrets.make(dataCenters, fresh.sameSecret);
    const nowMs = this.#clock.nowMs();
    try {
      const owned = await this.#database.transaction(async (transaction) => {
        const count = await countForOwner(transaction, fresh);
        if (fresh.mostOfOwner > 0 && count >= fresh.mostOfOwner) return count;
        await transaction.query({
          text: `INSERT INTO client (client_id, type, name, homepage_url, redirect_uris, javascript_domains, data_center,
                                     owner_id, same_secret, created_at_ms, updated_at_ms, resource_server,
                                     secrets_shown_once, profile, jwks, access_token_format,
                                     post_logout_redirect_uris, backchannel_logout_uri, jwks_uri, dpop_bound, overrides)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
          values: [
            clientId,
            fresh.type,
            fresh.name,
            fresh.homepageUrl,
            fresh.redirectUris,
            fresh.javascriptDomains,
            fresh.dataCenter,
            fresh.ownerId,
            fresh.sameSecret,
            nowMs,
            fresh.resourceServer ?? false,
            fresh.secretsShownOnce ?? false,
            fresh.profile ?? 'compatible',
            fresh.jwks ? JSON.stringify(fresh.jwks) : null,
            fresh.accessTokenFormat ?? 'opaque',
            fresh.postLogoutRedirectUris ?? [],
            fresh.backchannelLogoutUri ?? null,
            fresh.jwksUri ?? null,
            fresh.dpopBound ?? false,
            JSON.stringify(fresh.overrides ?? {}),
          ],
        });
        for (const id of dataCenters) await addBare(transaction, clientId, id, nowMs);
        await this.secrets.store(transaction, clientId, secrets);
        await this.#announce(transaction, clientId);
        return undefined;
      });
      if (owned !== undefined) return { owned };
    } catch (error) {
      if (isUniqueViolation(error)) return { taken: 'self client' };
      throw error;
    }
    this.#forget(clientId);
    return { client: (await this.find(clientId)) as Client, secrets };
  }

  /**
   * Changes fields (validated by the caller) and switches data centres on and off. A data centre that is switched on
   * for the first time gets a secret; one that was on before keeps the one it had. With `sameSecret` all take the secret
   * of the registering data centre; without it again, all others get new ones.
   * @param overlapSeconds how long secrets that `sameSecret` replaces stay valid.
   * @returns the secrets that were made.
   */
  async update(
    client: Client,
    change: ClientUpdate,
    overlapSeconds = 0,
  ): Promise<{ client: Client; secrets: Secrets }> {
    const { clientId, dataCenter: home } = client;
    const { sameSecret = client.sameSecret } = change;
    const secrets: Record<string, string> = {};
    await this.#database.transaction(async (transaction) => {
      await writeFields(transaction, clientId, change, this.#clock.nowMs());
      if (change.secretsShownOnce !== undefined) {
        await this.secrets.setShownOnce(transaction, clientId, change.secretsShownOnce);
      }
      if (sameSecret && !client.sameSecret) await this.secrets.share(transaction, clientId, home, overlapSeconds);
      const makeOwn = async (ids: readonly string[], overlap = 0) => {
        const own = this.secrets.make(ids, false);
        await this.secrets.store(transaction, clientId, own, overlap);
        Object.assign(secrets, own);
      };
      if (!sameSecret && client.sameSecret) {
        await makeOwn(
          [...client.dataCenters.keys()].filter((id) => id !== home),
          overlapSeconds,
        );
      }
      const sharing = { sharedFrom: sameSecret ? home : undefined };
      for (const id of change.enable ?? []) {
        if (await enable(transaction, clientId, id, sharing, this.#clock.nowMs())) await makeOwn([id]);
      }
      if (change.disable?.length) {
        await transaction.query({
          text: 'UPDATE client_data_center SET enabled = false WHERE client_id = $1 AND data_center = ANY($2)',
          values: [clientId, change.disable],
        });
      }
      await this.#announce(transaction, clientId);
    });
    this.#forget(clientId);
    return { client: (await this.find(clientId)) as Client, secrets };
  }

  /**
   * Replaces the secret of one data centre, or of all (always all with one shared secret). The old ones end after
   * `overlapSeconds`; those that were replaced before them end at once.
   */
  async rotateSecret(client: Client, dataCenterId?: string, overlapSeconds = 0): Promise<Secrets> {
    const ids = dataCenterId === undefined || client.sameSecret ? [...client.dataCenters.keys()] : [dataCenterId];
    const secrets = this.secrets.make(ids, client.sameSecret);
    await this.#database.transaction(async (transaction) => {
      await this.secrets.store(transaction, client.clientId, secrets, overlapSeconds);
      await this.#announce(transaction, client.clientId);
    });
    this.#forget(client.clientId);
    return secrets;
  }

  /** A secret was accepted at the data centre; its owner is shown when. Costs the caller no statement. */
  noteSecretUse(client: Client, dataCenterId: string, secretHash: Buffer): void {
    if (!client.firstParty) this.#uses.note(client.clientId, dataCenterId, secretHash, this.#clock.nowMs());
  }

  /** Writes down the uses of secrets that are still in memory. */
  storeSecretUses(): Promise<void> {
    return this.#uses.store();
  }

  async delete(clientId: ClientId): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      await transaction.query({ text: 'DELETE FROM client WHERE client_id = $1', values: [clientId] });
      await this.#announce(transaction, clientId);
    });
    this.#forget(clientId);
  }

  #announce(transaction: Queryable, clientId: ClientId): Promise<void> {
    return notifyChanges(transaction, [`${clientTopic}:${clientId}`]);
  }

  #forget(clientId?: ClientId): void {
    if (clientId === undefined) this.#byId.clear();
    else this.#byId.delete(clientId);
    this.#origins.clear();
  }
}

/** One look-up per key while it is under way or remembered; failures and unknown ones are not remembered. */
function remember<Value>(
  cache: LRUCache<string, Promise<Value>>,
  key: string,
  load: () => Promise<Value>,
): Promise<Value> {
  const known = cache.get(key);
  if (known) return known;
  const loading = load();
  cache.set(key, loading);
  const drop = () => cache.peek(key) === loading && cache.delete(key);
  loading.then((value) => value === undefined && drop(), drop);
  return loading;
}
