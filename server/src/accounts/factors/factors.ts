import type { Queryable } from '../../database/database.ts';
import type { UserId } from '../../oauth/ids.ts';
import { slotOf } from '../../oauth/slots.ts';

/** How a user signs in beside the password. */
export interface Factors {
  /** An authenticator app that is set up. */
  readonly totp: boolean;
  readonly passkeys: number;
  /** Recovery codes that are left. */
  readonly recoveryCodes: number;
}

export async function factorsOf(queryable: Queryable, userId: UserId): Promise<Factors> {
  const [row] = await queryable.query<{ totp: boolean; passkeys: number; recovery_codes: number }>({
    name: 'factors-of',
    text: `SELECT EXISTS (SELECT 1 FROM totp_secret WHERE user_id = $1 AND slot = $2 AND confirmed_at_ms IS NOT NULL) AS totp,
             (SELECT count(*) FROM passkey WHERE user_id = $1 AND slot = $2)::int AS passkeys,
             (SELECT count(*) FROM recovery_code WHERE user_id = $1 AND slot = $2 AND used_at_ms IS NULL)::int AS recovery_codes`,
    values: [userId, slotOf(userId)],
  });
  return { totp: row?.totp ?? false, passkeys: row?.passkeys ?? 0, recoveryCodes: row?.recovery_codes ?? 0 };
}

/** Whether the password alone does not do. */
export function needsSecondFactor({ totp, passkeys }: Factors): boolean {
  return totp || passkeys > 0;
}

/** Removes the authenticator app; without passkeys the recovery codes go with it. */
export async function removeTotp(queryable: Queryable, userId: UserId): Promise<void> {
  await queryable.query({
    text: 'DELETE FROM totp_secret WHERE user_id = $1 AND slot = $2',
    values: [userId, slotOf(userId)],
  });
  await tidyRecoveryCodes(queryable, userId);
}

/** Removes a passkey. @returns whether the user had it. */
export async function removePasskey(queryable: Queryable, userId: UserId, credentialId: string): Promise<boolean> {
  const rows = await queryable.query({
    text: 'DELETE FROM passkey WHERE user_id = $1 AND slot = $3 AND credential_id = $2 RETURNING 1',
    values: [userId, credentialId, slotOf(userId)],
  });
  await tidyRecoveryCodes(queryable, userId);
  return rows.length > 0;
}

/** Removes everything beside the password, for users who have lost it all. */
export async function removeFactors(queryable: Queryable, userId: UserId): Promise<void> {
  await queryable.query({
    text: 'DELETE FROM totp_secret WHERE user_id = $1 AND slot = $2',
    values: [userId, slotOf(userId)],
  });
  await queryable.query({
    text: 'DELETE FROM passkey WHERE user_id = $1 AND slot = $2',
    values: [userId, slotOf(userId)],
  });
  await queryable.query({
    text: 'DELETE FROM recovery_code WHERE user_id = $1 AND slot = $2',
    values: [userId, slotOf(userId)],
  });
}

async function tidyRecoveryCodes(queryable: Queryable, userId: UserId): Promise<void> {
  if (needsSecondFactor(await factorsOf(queryable, userId))) return;
  await queryable.query({
    text: 'DELETE FROM recovery_code WHERE user_id = $1 AND slot = $2',
    values: [userId, slotOf(userId)],
  });
}
