import { LRUCache } from 'lru-cache';
import type { ChangeNotices } from '../database/change-notices.ts';
import { notifyChanges } from '../database/change-notices.ts';
import { type Database, isUniqueViolation, type Queryable } from '../database/database.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Random } from '../foundation/random.ts';
import { seal, unseal } from '../foundation/sealed.ts';
import { secretHash } from '../foundation/secrets.ts';
import { type Client, type ClientAtDataCenter, type ClientType, clientTypeRules } from '../oauth/client.ts';
import type { ClientOverrides } from '../oauth/client-overrides.ts';
import { maxUriLength } from '../oauth/client-uris.ts';
import type { ClientFields } from '../oauth/client-validation.ts';
import { createClientId, createClientSecret } from '../oauth/formats.ts';
import type { ClientId, UserId } from '../oauth/ids.ts';

/** What `create` is told beside the fields. */
export interface NewClient extends ClientFields {
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
}

/** Secrets in the clear, by data centre. They are stored as hashes and, to be told again, sealed. */
export type Secrets = Readonly<Record<string, string>>;

interface ClientRow {
  client_id: ClientId;
  type: ClientType;
  name: string;
  homepage_url: string | null;
  redirect_uris: string[];
  javascript_domains: string[];
  data_center: string;
  owner_id: UserId;
  same_secret: boolean;
  resource_server: boolean;
  created_at_ms: string;
  overrides: ClientOverrides;
  at: { data_center: string; enabled: boolean; secret_hash: string }[];
}

const clientIdPattern = /^100[04]\.[0-9A-Za-z]{1,64}$/;
const unknownClient = Promise.resolve(undefined);
const noOrigin = Promise.resolve(false);
const maxCached = 10_000;
const ownerLockKey = 4_871_010;

const selectClients = `
  SELECT c.client_id, c.type, c.name, c.homepage_url, c.redirect_uris, c.javascript_domains, c.data_center, c.owner_id,
         c.same_secret, c.resource_server, c.created_at_ms, c.overrides,
         (SELECT json_agg(json_build_object('data_center', d.data_center, 'enabled', d.enabled,
                                            'secret_hash', encode(d.secret_hash, 'hex')) ORDER BY d.data_center)
          FROM client_data_center d WHERE d.client_id = c.client_id) AS at
  FROM client c`;

/**
 * The clients of all data centres. Look-ups are kept in memory until a change notice says otherwise; while the database
 * is away nothing changes there, and what is known goes on for a while.
 */
export class ClientDirectory {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #sealingKey: Buffer;
  readonly #byId = new LRUCache<string, Promise<Client | undefined>>({ max: maxCached });
  readonly #origins = new LRUCache<string, Promise<boolean>>({ max: maxCached });
  readonly #graceMs: number;
  readonly #firstParty: ReadonlyMap<string, Promise<Client>>;
  /** Since when no notices arrive. */
  #awaySinceMs: number | undefined;

  /**
   * @param sealingKey seals secrets (32 bytes); it must come from outside the database.
   * @param graceSeconds how long clients are served from memory while the directory's database is away.
   * @param firstParty the platform's own clients: found by id, in no database and no list.
   */
  constructor(
    database: Database,
    notices: ChangeNotices,
    clock: Clock,
    random: Random,
    sealingKey: Buffer,
    graceSeconds = 3600,
    firstParty: readonly Client[] = [],
  ) {
    this.#firstParty = new Map(firstParty.map((client) => [client.clientId, Promise.resolve(client)]));
    this.#graceMs = graceSeconds * 1000;
    this.#database = database;
    this.#clock = clock;
    this.#random = random;
    this.#sealingKey = sealingKey;
    notices.subscribe('client', {
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
    if (!clientIdPattern.test(clientId)) return unknownClient;
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

  /** Whether some client that is enabled at the data centre has registered `origin` as a JavaScript domain. */
  allowsOrigin(dataCenterId: string, origin: string): Promise<boolean> {
    this.#forgetAfterGrace();
    // No client has registered such a one; it is not worth a question, nor a place in memory.
    if (origin.length > maxUriLength) return noOrigin;
    return remember(this.#origins, `${dataCenterId} ${origin}`, async () => {
      const rows = await this.#database.query({
        name: 'client-allows-origin',
        text: `SELECT 1 FROM client c JOIN client_data_center d USING (client_id)
               WHERE c.javascript_domains @> ARRAY[$2] AND d.data_center = $1 AND d.enabled LIMIT 1`,
        values: [dataCenterId, origin],
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
   * Registers a client whose fields have been validated. Each enabled data centre gets a secret of its own, or all the
   * same one.
   * @returns why not: the owner has a self client already (one per owner), or as many clients as are allowed.
   */
  async create(
    fresh: NewClient,
  ): Promise<{ client: Client; secrets: Secrets } | { taken: 'self client' } | { owned: number }> {
    const clientId = createClientId(this.#random, clientTypeRules[fresh.type].prefix);
    const secrets: Record<string, string> = {};
    const first = createClientSecret(this.#random);
    const dataCenters = [...new Set([fresh.dataCenter, ...fresh.enabledDataCenters])];
    for (const id of dataCenters)
      secrets[id] = fresh.sameSecret || id === fresh.dataCenter ? first : createClientSecret(this.#random);
    const nowMs = this.#clock.nowMs();
    try {
      const owned = await this.#database.transaction(async (transaction) => {
        const count = await countForOwner(transaction, fresh);
        if (fresh.mostOfOwner > 0 && count >= fresh.mostOfOwner) return count;
        await transaction.query({
          text: `INSERT INTO client (client_id, type, name, homepage_url, redirect_uris, javascript_domains, data_center,
                                     owner_id, same_secret, created_at_ms, updated_at_ms, resource_server,
                                     secrets_shown_once)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12)`,
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
          ],
        });
        await enable(transaction, clientId, dataCenters);
        await this.#storeSecrets(transaction, clientId, secrets);
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
   * for the first time gets a secret, which is returned; one that was on before keeps the one it had.
   */
  async update(
    client: Client,
    change: Partial<ClientFields> & {
      readonly enable?: readonly string[];
      readonly disable?: readonly string[];
      readonly overrides?: ClientOverrides;
      readonly resourceServer?: boolean;
    },
  ): Promise<{ client: Client; secrets: Secrets }> {
    const secrets: Record<string, string> = {};
    await this.#database.transaction(async (transaction) => {
      await transaction.query({
        text: `UPDATE client SET name = $2, homepage_url = $3, redirect_uris = $4, javascript_domains = $5, updated_at_ms = $6, overrides = $7,
                      resource_server = $8
               WHERE client_id = $1`,
        values: [
          client.clientId,
          change.name ?? client.name,
          change.homepageUrl === undefined ? client.homepageUrl : change.homepageUrl,
          change.redirectUris ?? client.redirectUris,
          change.javascriptDomains ?? client.javascriptDomains,
          this.#clock.nowMs(),
          JSON.stringify(change.overrides ?? client.overrides),
          change.resourceServer ?? client.resourceServer,
        ],
      });
      for (const id of change.enable ?? []) {
        const known = client.dataCenters.has(id);
        if (!known && !client.sameSecret) secrets[id] = createClientSecret(this.#random);
        // A new row begins with the secret of the registering data centre; with "same secret" that is the one it keeps.
        await transaction.query({
          text: `INSERT INTO client_data_center (client_id, data_center, enabled, secret_hash, sealed_secret)
                 SELECT client_id, $2, true, secret_hash, sealed_secret FROM client_data_center
                 WHERE client_id = $1 AND data_center = $3
                 ON CONFLICT (client_id, data_center) DO UPDATE SET enabled = true`,
          values: [client.clientId, id, client.dataCenter],
        });
      }
      await this.#storeSecrets(transaction, client.clientId, secrets);
      if (change.disable?.length) {
        await transaction.query({
          text: 'UPDATE client_data_center SET enabled = false WHERE client_id = $1 AND data_center = ANY($2)',
          values: [client.clientId, change.disable],
        });
      }
      await this.#announce(transaction, client.clientId);
    });
    this.#forget(client.clientId);
    return { client: (await this.find(client.clientId)) as Client, secrets };
  }

  /** Replaces the secret of one data centre, or of all (always all with one shared secret). The old ones end at once. */
  async rotateSecret(client: Client, dataCenterId?: string): Promise<Secrets> {
    const ids = dataCenterId === undefined || client.sameSecret ? [...client.dataCenters.keys()] : [dataCenterId];
    const shared = createClientSecret(this.#random);
    const secrets: Record<string, string> = {};
    for (const id of ids) secrets[id] = client.sameSecret ? shared : createClientSecret(this.#random);
    await this.#database.transaction(async (transaction) => {
      await this.#storeSecrets(transaction, client.clientId, secrets);
      await this.#announce(transaction, client.clientId);
    });
    this.#forget(client.clientId);
    return secrets;
  }

  /**
   * The secrets of a client, to be told again. Those of data centres are missing that it is not to show again, that were
   * stored before they were sealed, or that were sealed under another secret key.
   */
  async tellSecrets(clientId: ClientId): Promise<Secrets> {
    const rows = await this.#database.query<{ data_center: string; sealed_secret: string | null }>({
      text: 'SELECT data_center, sealed_secret FROM client_data_center WHERE client_id = $1 ORDER BY data_center',
      values: [clientId],
    });
    const told: Record<string, string> = {};
    for (const { data_center, sealed_secret } of rows) {
      const secret = await unseal(this.#sealingKey, purposeOf(clientId), sealed_secret ?? undefined);
      if (typeof secret === 'string') told[data_center] = secret;
    }
    return told;
  }

  async delete(clientId: ClientId): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      await transaction.query({ text: 'DELETE FROM client WHERE client_id = $1', values: [clientId] });
      await this.#announce(transaction, clientId);
    });
    this.#forget(clientId);
  }

  async #storeSecrets(transaction: Queryable, clientId: ClientId, secrets: Secrets): Promise<void> {
    for (const [id, secret] of Object.entries(secrets)) {
      const sealed = await seal(this.#sealingKey, purposeOf(clientId), secret);
      await transaction.query({
        text: `UPDATE client_data_center AS d SET secret_hash = $3,
                      sealed_secret = CASE WHEN c.secrets_shown_once THEN NULL ELSE $4 END
               FROM client c WHERE c.client_id = $1 AND d.client_id = $1 AND d.data_center = $2`,
        values: [clientId, id, secretHash(secret), sealed],
      });
    }
  }

  #announce(transaction: Queryable, clientId: ClientId): Promise<void> {
    return notifyChanges(transaction, [`client:${clientId}`]);
  }

  #forget(clientId?: ClientId): void {
    if (clientId === undefined) this.#byId.clear();
    else this.#byId.delete(clientId);
    this.#origins.clear();
  }
}

/** The owner's clients, behind a lock that is kept to the end of the transaction: those who add one come one by one. */
async function countForOwner(transaction: Queryable, { dataCenter, ownerId }: NewClient): Promise<number> {
  await transaction.query({
    text: 'SELECT pg_advisory_xact_lock($1, hashtext($2))',
    values: [ownerLockKey, `${dataCenter} ${ownerId}`],
  });
  const [row] = await transaction.query<{ owned: number }>({
    text: 'SELECT count(*)::int AS owned FROM client WHERE data_center = $1 AND owner_id = $2',
    values: [dataCenter, ownerId],
  });
  return row?.owned ?? 0;
}

/** Rows without a secret; no secret has an empty hash. */
async function enable(transaction: Queryable, clientId: ClientId, dataCenters: readonly string[]): Promise<void> {
  await transaction.query({
    text: `INSERT INTO client_data_center (client_id, data_center, enabled, secret_hash)
           SELECT $1, data_center, true, '' FROM unnest($2::text[]) AS data_center`,
    values: [clientId, dataCenters],
  });
}

function purposeOf(clientId: ClientId): string {
  return `secret of client ${clientId}`;
}

function toClient(row: ClientRow): Client {
  const dataCenters = new Map<string, ClientAtDataCenter>(
    row.at.map((at) => [at.data_center, { enabled: at.enabled, secretHash: Buffer.from(at.secret_hash, 'hex') }]),
  );
  return {
    clientId: row.client_id,
    type: row.type,
    name: row.name,
    homepageUrl: row.homepage_url,
    redirectUris: row.redirect_uris,
    javascriptDomains: row.javascript_domains,
    dataCenter: row.data_center,
    ownerId: row.owner_id,
    sameSecret: row.same_secret,
    resourceServer: row.resource_server,
    createdAtMs: Number(row.created_at_ms),
    overrides: row.overrides,
    dataCenters,
  };
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
