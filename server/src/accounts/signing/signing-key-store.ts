import type { JWK } from 'jose';
import type { Database, Queryable } from '../../database/database.ts';

/** A signing key as it is stored. Times are milliseconds since 1970. */
export interface StoredSigningKey {
  readonly keyId: string;
  readonly publicJwk: JWK;
  /** Null once the key can sign no more. */
  readonly sealedPrivateJwk: string | null;
  readonly createdAtMs: number;
  readonly activeFromMs: number;
  readonly retiredAtMs: number | null;
  readonly signedUntilMs: number;
  /** It had to go at once. */
  readonly revokedAtMs: number | null;
}

interface Row {
  key_id: string;
  public_jwk: JWK;
  sealed_private_jwk: string | null;
  created_at_ms: string;
  active_from_ms: string;
  retired_at_ms: string | null;
  signed_until_ms: string;
  revoked_at_ms: string | null;
}

/** Topic of change notices about signing keys. */
export const signingKeyTopic = 'signing-keys';

/** All keys, in the order in which they sign. */
export async function loadSigningKeys(queryable: Queryable): Promise<StoredSigningKey[]> {
  const rows = await queryable.query<Row>({
    name: 'signing-keys',
    text: `SELECT key_id, public_jwk, sealed_private_jwk, created_at_ms, active_from_ms, retired_at_ms, signed_until_ms,
                  revoked_at_ms
           FROM signing_key ORDER BY active_from_ms, created_at_ms, key_id`,
  });
  return rows.map((row) => ({
    keyId: row.key_id,
    publicJwk: row.public_jwk,
    sealedPrivateJwk: row.sealed_private_jwk,
    createdAtMs: Number(row.created_at_ms),
    activeFromMs: Number(row.active_from_ms),
    retiredAtMs: row.retired_at_ms === null ? null : Number(row.retired_at_ms),
    signedUntilMs: Number(row.signed_until_ms),
    revokedAtMs: row.revoked_at_ms === null ? null : Number(row.revoked_at_ms),
  }));
}

/**
 * Adds the key that `choose` makes of the present ones, with nobody else adding one meanwhile; the keys of its algorithm
 * before it retire when it becomes active, and `revoked` at once. Nothing happens when `choose` returns undefined.
 */
export async function addSigningKey(
  database: Database,
  choose: (present: readonly StoredSigningKey[]) => NewSigningKey | undefined,
  revoked: string | null = null,
): Promise<NewSigningKey | undefined> {
  return database.transaction(async (transaction) => {
    // Readers go on; a second process that wants to add a key waits, and then sees ours.
    await transaction.query({ text: 'LOCK TABLE signing_key IN SHARE ROW EXCLUSIVE MODE' });
    const fresh = choose(await loadSigningKeys(transaction));
    if (!fresh) return undefined;
    await transaction.query({
      text: `UPDATE signing_key SET retired_at_ms = $1
             WHERE public_jwk->>'alg' = $2 AND (retired_at_ms IS NULL OR retired_at_ms > $1)`,
      values: [fresh.activeFromMs, fresh.publicJwk.alg],
    });
    if (revoked !== null) await revokeKey(transaction, revoked, fresh.createdAtMs);
    // Nobody can take from a later copy of the database what is no longer needed in it.
    await transaction.query({
      text: 'UPDATE signing_key SET sealed_private_jwk = NULL WHERE retired_at_ms < $1 AND signed_until_ms < $1',
      values: [fresh.createdAtMs],
    });
    await transaction.query({
      text: `INSERT INTO signing_key (key_id, public_jwk, sealed_private_jwk, created_at_ms, active_from_ms)
             VALUES ($1, $2, $3, $4, $5)`,
      values: [
        fresh.keyId,
        JSON.stringify(fresh.publicJwk),
        fresh.sealedPrivateJwk,
        fresh.createdAtMs,
        fresh.activeFromMs,
      ],
    });
    await transaction.query({
      text: "SELECT pg_notify('grantway', $1)",
      values: [`${signingKeyTopic}:${fresh.keyId}`],
    });
    return fresh;
  });
}

export type NewSigningKey = Omit<StoredSigningKey, 'retiredAtMs' | 'signedUntilMs' | 'revokedAtMs'>;

/** Takes a key away at once: it signs no more and is published no more. @returns whether there was one to take. */
export async function revokeKey(queryable: Queryable, keyId: string, nowMs: number): Promise<boolean> {
  const rows = await queryable.query({
    text: `WITH changed AS (
             UPDATE signing_key SET revoked_at_ms = $2, retired_at_ms = least(coalesce(retired_at_ms, $2), $2),
               sealed_private_jwk = NULL WHERE key_id = $1 AND revoked_at_ms IS NULL RETURNING key_id)
           SELECT pg_notify('grantway', '${signingKeyTopic}:' || key_id) FROM changed`,
    values: [keyId, nowMs],
  });
  return rows.length > 0;
}

/** Says before a signature that the key is needed until `untilMs`. */
export async function extendSigningKey(queryable: Queryable, keyId: string, untilMs: number): Promise<void> {
  await queryable.query({
    name: 'signing-key-extend',
    text: `WITH changed AS (
             UPDATE signing_key SET signed_until_ms = $2 WHERE key_id = $1 AND signed_until_ms < $2 RETURNING key_id
           )
           SELECT pg_notify('grantway', '${signingKeyTopic}:' || key_id) FROM changed`,
    values: [keyId, untilMs],
  });
}
