import type { Database, Queryable } from '../database/database.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Random } from '../foundation/random.ts';
import { seal, unseal } from '../foundation/sealed.ts';
import { secretHash } from '../foundation/secrets.ts';
import { createClientSecret } from '../oauth/formats.ts';
import type { ClientId } from '../oauth/ids.ts';

/** Secrets in the clear, by data centre. They are stored as hashes and, to be told again, sealed. */
export type Secrets = Readonly<Record<string, string>>;

/** A secret that was stored, without the secret. */
export interface StoredSecret {
  /** Names it among those of its client. */
  readonly secretId: string;
  readonly dataCenter: string;
  readonly createdAtMs: number;
  /** When one that was replaced ends; null for the newest. */
  readonly endsAtMs: number | null;
  readonly usedAtMs: number | null;
  /** Whether it can be told again. */
  readonly tellable: boolean;
}

interface SecretRow {
  data_center: string;
  secret_hash: Buffer;
  sealed_secret: string | null;
  secret_created_at_ms: string;
  secret_used_at_ms: string | null;
  former_hash: Buffer | null;
  former_sealed: string | null;
  former_created_at_ms: string | null;
  former_used_at_ms: string | null;
  former_ends_at_ms: string | null;
}

/** A row's newest secret becomes its former one; an empty hash is no secret. */
const newestBecomesFormer = `
  former_hash = NULLIF(d.secret_hash, ''), former_sealed = d.sealed_secret,
  former_created_at_ms = d.secret_created_at_ms, former_used_at_ms = d.secret_used_at_ms`;

/** The columns of a row that hold its secrets. */
export const secretColumns =
  'secret_hash, sealed_secret, secret_created_at_ms, secret_used_at_ms, ' +
  'former_hash, former_sealed, former_created_at_ms, former_used_at_ms, former_ends_at_ms';

/** How secrets of clients are stored, replaced and told: beside the newest, a data centre has at most one former secret. */
export class ClientSecrets {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #key: Buffer;

  /** @param key seals secrets (32 bytes); it must come from outside the database. */
  constructor(database: Database, clock: Clock, random: Random, key: Buffer) {
    this.#database = database;
    this.#clock = clock;
    this.#random = random;
    this.#key = key;
  }

  /** New secrets for data centres: the same one for all, or one for each. */
  make(dataCenters: readonly string[], same: boolean): Record<string, string> {
    const shared = createClientSecret(this.#random);
    return Object.fromEntries(dataCenters.map((id) => [id, same ? shared : createClientSecret(this.#random)]));
  }

  /** Stores them; those that they replace stay valid for `overlapSeconds`. */
  async store(transaction: Queryable, clientId: ClientId, secrets: Secrets, overlapSeconds = 0): Promise<void> {
    const nowMs = this.#clock.nowMs();
    for (const [id, secret] of Object.entries(secrets)) {
      const sealed = await seal(this.#key, purposeOf(clientId), secret);
      await transaction.query({
        text: `UPDATE client_data_center AS d SET ${newestBecomesFormer}, former_ends_at_ms = $6,
                      secret_hash = $3, secret_created_at_ms = $5, secret_used_at_ms = NULL,
                      sealed_secret = CASE WHEN c.secrets_shown_once THEN NULL ELSE $4 END
               FROM client c WHERE c.client_id = $1 AND d.client_id = $1 AND d.data_center = $2`,
        values: [clientId, id, secretHash(secret), sealed, nowMs, nowMs + overlapSeconds * 1000],
      });
    }
  }

  /** All data centres take the secret of `dataCenter`; those that it replaces stay valid for `overlapSeconds`. */
  async share(transaction: Queryable, clientId: ClientId, dataCenter: string, overlapSeconds: number): Promise<void> {
    await transaction.query({
      text: `UPDATE client_data_center AS d SET ${newestBecomesFormer}, former_ends_at_ms = $3,
                    secret_hash = o.secret_hash, sealed_secret = o.sealed_secret,
                    secret_created_at_ms = o.secret_created_at_ms, secret_used_at_ms = NULL
             FROM client_data_center o WHERE o.client_id = $1 AND o.data_center = $2
               AND d.client_id = $1 AND d.secret_hash <> o.secret_hash`,
      values: [clientId, dataCenter, this.#clock.nowMs() + overlapSeconds * 1000],
    });
  }

  /** Whether secrets of the client are to be told again; when not, what could tell those that it has goes. */
  async setShownOnce(transaction: Queryable, clientId: ClientId, once: boolean): Promise<void> {
    await transaction.query({
      text: 'UPDATE client SET secrets_shown_once = $2 WHERE client_id = $1',
      values: [clientId, once],
    });
    if (!once) return;
    await transaction.query({
      text: 'UPDATE client_data_center SET sealed_secret = NULL, former_sealed = NULL WHERE client_id = $1',
      values: [clientId],
    });
  }

  /** The secrets that are valid, those of each data centre together, the newest first. */
  async list(clientId: ClientId): Promise<StoredSecret[]> {
    return (await this.#read(clientId)).map(({ sealed, ...stored }) => stored);
  }

  /** One secret, to be told again; undefined when it is not valid any more or cannot be told. */
  async tell(clientId: ClientId, secretId: string): Promise<{ readonly secret: string } | undefined> {
    const found = (await this.#read(clientId)).find((each) => each.secretId === secretId);
    return found?.sealed === undefined ? undefined : { secret: found.sealed };
  }

  /**
   * The newest secrets, to be told again. Those of data centres are missing that the client is not to show again, that
   * were stored before they were sealed, or that were sealed under another secret key.
   */
  async tellNewest(clientId: ClientId): Promise<Secrets> {
    const stored = await this.#read(clientId);
    return Object.fromEntries(
      stored.flatMap(({ dataCenter, sealed, endsAtMs }) =>
        sealed === undefined || endsAtMs !== null ? [] : [[dataCenter, sealed]],
      ),
    );
  }

  async #read(clientId: ClientId): Promise<(StoredSecret & { readonly sealed: string | undefined })[]> {
    const rows = await this.#database.query<SecretRow>({
      name: 'client-secrets',
      text: `SELECT data_center, ${secretColumns} FROM client_data_center WHERE client_id = $1 ORDER BY data_center`,
      values: [clientId],
    });
    const nowMs = this.#clock.nowMs();
    const read = async (row: SecretRow) => {
      const endsAtMs = Number(row.former_ends_at_ms);
      const newest = { ...(await this.#open(clientId, row.data_center, newestOf(row))), endsAtMs: null };
      if (row.former_hash === null || endsAtMs <= nowMs) return [newest];
      const former = await this.#open(clientId, row.data_center, formerOf(row, row.former_hash));
      return [newest, { ...former, endsAtMs }];
    };
    return (await Promise.all(rows.map(read))).flat();
  }

  async #open(clientId: ClientId, dataCenter: string, { hash, sealed, createdAtMs, usedAtMs }: SecretParts) {
    const secret = await unseal(this.#key, purposeOf(clientId), sealed ?? undefined);
    return {
      secretId: `${dataCenter}-${hash.subarray(0, 8).toString('hex')}`,
      dataCenter,
      createdAtMs: Number(createdAtMs),
      usedAtMs: usedAtMs === null ? null : Number(usedAtMs),
      tellable: typeof secret === 'string',
      sealed: typeof secret === 'string' ? secret : undefined,
    };
  }
}

/** The columns of one of a row's two secrets. */
interface SecretParts {
  readonly hash: Buffer;
  readonly sealed: string | null;
  readonly createdAtMs: string | null;
  readonly usedAtMs: string | null;
}

const newestOf = (row: SecretRow): SecretParts => ({
  hash: row.secret_hash,
  sealed: row.sealed_secret,
  createdAtMs: row.secret_created_at_ms,
  usedAtMs: row.secret_used_at_ms,
});

const formerOf = (row: SecretRow, hash: Buffer): SecretParts => ({
  hash,
  sealed: row.former_sealed,
  createdAtMs: row.former_created_at_ms,
  usedAtMs: row.former_used_at_ms,
});

/** Seals the secrets that can be told, which were sealed under `from`, under `to`. */
export async function resealClientSecrets(database: Database, from: Buffer, to: Buffer): Promise<void> {
  const rows = await database.query<{
    client_id: ClientId;
    data_center: string;
    sealed_secret: string | null;
    former_sealed: string | null;
  }>({
    text: `SELECT client_id, data_center, sealed_secret, former_sealed FROM client_data_center
           WHERE sealed_secret IS NOT NULL OR former_sealed IS NOT NULL`,
  });
  for (const row of rows) {
    const reseal = async (sealed: string | null) => {
      const secret = await unseal(from, purposeOf(row.client_id), sealed ?? undefined);
      return secret === undefined ? null : seal(to, purposeOf(row.client_id), secret);
    };
    await database.query({
      text: `UPDATE client_data_center SET sealed_secret = $3, former_sealed = $4
             WHERE client_id = $1 AND data_center = $2`,
      values: [row.client_id, row.data_center, await reseal(row.sealed_secret), await reseal(row.former_sealed)],
    });
  }
}

function purposeOf(clientId: ClientId): string {
  return `secret of client ${clientId}`;
}
