import { Secret, TOTP } from 'otpauth';
import type { Queryable } from '../../database/database.ts';
import type { SealedColumn } from '../../database/reseal-column.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import type { Random } from '../../foundation/random.ts';
import { seal, unseal } from '../../foundation/sealed.ts';
import type { UserId } from '../../oauth/ids.ts';
import { slotOf } from '../../oauth/slots.ts';

/** Codes of an authenticator app (RFC 6238): six digits, SHA-1 and 30 seconds, which every such app knows. */
const form = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** Steps that the clock of a phone may be away from ours. */
const window = 1;
const secretBytes = 20;

interface StoredSecret {
  sealed_secret: string;
  confirmed_at_ms: string | null;
}

const purposeOf = (userId: string) => `authenticator app of ${userId}`;

/** The secrets of the apps, sealed under the key of the factors. */
export const totpSecrets: SealedColumn = { table: 'totp_secret', id: 'user_id', column: 'sealed_secret', purposeOf };

/** What the user's app is told to begin with. */
export interface TotpBeginning {
  /** Base32, to be typed. */
  readonly secret: string;
  /** `otpauth://…`, to be scanned. */
  readonly uri: string;
}

/** Begins to set up an app, or goes on with what was begun. Undefined when there is one already. */
export async function beginTotp(
  queryable: Queryable,
  { key, random, nowMs }: { readonly key: Buffer; readonly random: Random; readonly nowMs: EpochMs },
  { userId, email, issuer }: { readonly userId: UserId; readonly email: string; readonly issuer: string },
): Promise<TotpBeginning | undefined> {
  const fresh = random.bytes(secretBytes).toString('hex');
  const [row] = await queryable.query<StoredSecret>({
    text: `INSERT INTO totp_secret (user_id, sealed_secret, created_at_ms, slot) VALUES ($1, $2, $3, $4)
           ON CONFLICT ON CONSTRAINT totp_secret_pkey DO UPDATE SET created_at_ms = totp_secret.created_at_ms
           RETURNING sealed_secret, confirmed_at_ms`,
    values: [userId, await seal(key, purposeOf(userId), fresh), nowMs, slotOf(userId)],
  });
  if (!row || row.confirmed_at_ms !== null) return undefined;
  const secret = await openSecret(key, userId, row);
  const uri = new TOTP({ ...form, issuer, label: email, secret }).toString();
  return { secret: secret.base32, uri };
}

/**
 * Checks a code. Each counts once, over all processes: its time step must be later than that of the last one.
 * @param first whether it is the one with which the app is set up.
 */
export async function useTotp(
  queryable: Queryable,
  { key, nowMs }: { readonly key: Buffer; readonly nowMs: EpochMs },
  { userId, code, first }: { readonly userId: UserId; readonly code: string; readonly first: boolean },
): Promise<boolean> {
  const [row] = await queryable.query<StoredSecret>({
    text: 'SELECT sealed_secret, confirmed_at_ms FROM totp_secret WHERE user_id = $1 AND slot = $2',
    values: [userId, slotOf(userId)],
  });
  if (!row || (row.confirmed_at_ms === null) !== first || !/^\d{6}$/.test(code)) return false;
  const totp = new TOTP({ ...form, secret: await openSecret(key, userId, row) });
  const delta = totp.validate({ token: code, timestamp: nowMs, window });
  if (delta === null) return false;
  const taken = await queryable.query({
    text: `UPDATE totp_secret SET last_step = $2, confirmed_at_ms = coalesce(confirmed_at_ms, $3)
           WHERE user_id = $1 AND slot = $4 AND last_step < $2 RETURNING 1`,
    values: [userId, Math.floor(nowMs / 1000 / form.period) + delta, nowMs, slotOf(userId)],
  });
  return taken.length > 0;
}

async function openSecret(key: Buffer, userId: UserId, row: StoredSecret): Promise<Secret> {
  const hex = await unseal(key, purposeOf(userId), row.sealed_secret);
  if (typeof hex !== 'string') throw new Error(`the app secret of user ${userId} was sealed under another secret key`);
  return Secret.fromHex(hex);
}
