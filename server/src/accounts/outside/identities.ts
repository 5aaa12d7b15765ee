import type { Queryable } from '../../database/database.ts';
import type { EpochMs, SecretHash } from '../../foundation/kinds.ts';
import type { UserId } from '../../oauth/ids.ts';
import { nameSlotOf, outsideName } from '../../oauth/slots.ts';

/** A user of an outside provider. */
export interface OutsideIdentity {
  readonly provider: string;
  readonly subject: string;
  readonly email: string | null;
}

/** Which of our users it is; noted as used. */
export async function userOf(
  queryable: Queryable,
  { provider, subject, email }: OutsideIdentity,
  nowMs: EpochMs,
): Promise<UserId | undefined> {
  const [row] = await queryable.query<{ user_id: UserId }>({
    text: `UPDATE outside_identity SET last_used_at_ms = $3, email = $4 WHERE provider = $1 AND subject = $2
           AND name_slot = $5 RETURNING user_id`,
    values: [provider, subject, nowMs, email, nameSlotOf(outsideName(provider, subject))],
  });
  return row?.user_id;
}

/** Links it to a user. @returns false when it is linked to somebody already. */
export async function linkIdentity(
  queryable: Queryable,
  { provider, subject, email }: OutsideIdentity,
  userId: UserId,
  nowMs: EpochMs,
): Promise<boolean> {
  const rows = await queryable.query({
    text: `INSERT INTO outside_identity (provider, subject, user_id, email, linked_at_ms, name_slot)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT DO NOTHING RETURNING 1`,
    values: [provider, subject, userId, email, nowMs, nameSlotOf(outsideName(provider, subject))],
  });
  return rows.length > 0;
}

export async function unlinkIdentity(
  queryable: Queryable,
  userId: UserId,
  provider: string,
  subject: string,
): Promise<boolean> {
  const rows = await queryable.query({
    text: `DELETE FROM outside_identity WHERE user_id = $1 AND provider = $2 AND subject = $3 AND name_slot = $4 RETURNING 1`,
    values: [userId, provider, subject, nameSlotOf(outsideName(provider, subject))],
  });
  return rows.length > 0;
}

/** The outside sign-ins of a user. */
export async function listIdentities(
  queryable: Queryable,
  userId: UserId,
): Promise<(OutsideIdentity & { readonly name: string; readonly linkedAtMs: EpochMs })[]> {
  const rows = await queryable.query<{
    provider: string;
    subject: string;
    email: string | null;
    name: string;
    ms: string;
  }>({
    text: `SELECT i.provider, i.subject, i.email, p.name, i.linked_at_ms AS ms
           FROM outside_identity i JOIN outside_provider p ON p.provider_id = i.provider
           WHERE i.user_id = $1 ORDER BY i.linked_at_ms`,
    values: [userId],
  });
  return rows.map(({ ms, ...row }) => ({ ...row, linkedAtMs: Number(ms) }));
}

/** A browser that is on its way to a provider. */
export interface OutsideRequest {
  readonly providerId: string;
  readonly browser: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly continueTo: string;
  /** Who links; null for a sign-in. */
  readonly userId: UserId | null;
  readonly expiresAtMs: EpochMs;
}

export async function saveRequest(queryable: Queryable, stateHash: SecretHash, request: OutsideRequest): Promise<void> {
  await queryable.query({
    text: `INSERT INTO outside_request (state_hash, provider_id, browser, nonce, verifier, continue_to, user_id, expires_at_ms)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [
      stateHash,
      request.providerId,
      request.browser,
      request.nonce,
      request.verifier,
      request.continueTo,
      request.userId,
      request.expiresAtMs,
    ],
  });
}

/** Takes the request of a browser that comes back, once. */
export async function takeRequest(
  queryable: Queryable,
  stateHash: SecretHash,
  browser: string,
  nowMs: EpochMs,
): Promise<OutsideRequest | undefined> {
  const [row] = await queryable.query<{
    provider_id: string;
    nonce: string;
    verifier: string;
    continue_to: string;
    user_id: UserId | null;
    expires_at_ms: string;
  }>({
    text: `DELETE FROM outside_request WHERE state_hash = $1 AND browser = $2 AND expires_at_ms > $3
           RETURNING provider_id, nonce, verifier, continue_to, user_id, expires_at_ms`,
    values: [stateHash, browser, nowMs],
  });
  return (
    row && {
      providerId: row.provider_id,
      browser,
      nonce: row.nonce,
      verifier: row.verifier,
      continueTo: row.continue_to,
      userId: row.user_id,
      expiresAtMs: Number(row.expires_at_ms),
    }
  );
}
