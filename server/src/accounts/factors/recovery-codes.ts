import type { Queryable } from '../../database/database.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import { type Random, randomString } from '../../foundation/random.ts';
import { secretHash } from '../../foundation/secrets.ts';
import type { UserId } from '../../oauth/ids.ts';
import { slotOf } from '../../oauth/slots.ts';

const codes = 10;
/** Without letters and digits that look alike; 12 of them are 59 bits. */
const alphabet = '23456789abcdefghjkmnpqrstvwxyz';
const length = 12;

/** Makes new recovery codes; the old ones end. Shown once: only their hashes are kept. */
export async function makeRecoveryCodes(queryable: Queryable, random: Random, userId: UserId): Promise<string[]> {
  const made = Array.from({ length: codes }, () => randomString(random, alphabet, length));
  await queryable.query({
    text: 'DELETE FROM recovery_code WHERE user_id = $1 AND slot = $2',
    values: [userId, slotOf(userId)],
  });
  await queryable.query({
    text: 'INSERT INTO recovery_code (user_id, code_hash, slot) SELECT $1, unnest($2::bytea[]), $3',
    values: [userId, made.map((code) => hashOf(code)), slotOf(userId)],
  });
  return made.map((code) => code.replace(/(.{4})(?=.)/g, '$1-'));
}

/** Uses a code up; each counts once. */
export async function useRecoveryCode(
  queryable: Queryable,
  userId: UserId,
  typed: string,
  nowMs: EpochMs,
): Promise<boolean> {
  const rows = await queryable.query({
    text: `UPDATE recovery_code SET used_at_ms = $3 WHERE user_id = $1 AND slot = $4 AND code_hash = $2 AND used_at_ms IS NULL
           RETURNING 1`,
    values: [userId, hashOf(typed), nowMs, slotOf(userId)],
  });
  return rows.length > 0;
}

function hashOf(code: string): Buffer {
  return secretHash(code.toLowerCase().replace(/[^0-9a-z]/g, ''));
}
