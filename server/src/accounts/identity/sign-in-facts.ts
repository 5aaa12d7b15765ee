import type { Queryable } from '../../database/database.ts';
import type { SecretHash } from '../../foundation/kinds.ts';
import type { UserId } from '../../oauth/ids.ts';
import type { KnownPlace, Slot } from '../../oauth/slots.ts';

/** What an ID token says about the sign-in behind it; null for what there was none of. */
export interface SignInFacts {
  /** The client's own text, returned unchanged (OpenID Connect Core §3.1.2.1). */
  readonly nonce: string | null;
  /** When the user typed the password. Self clients' codes come without a sign-in. */
  readonly authTimeMs: number | null;
  /** The session, which may have ended since; null where there was none. */
  readonly sessionHash?: SecretHash | null;
  /** By which methods (RFC 8176). */
  readonly amr: readonly string[] | null;
  /** Which of the classes that were asked for it is; null where none was: its own. */
  readonly acr?: string | null;
}

/** When and how the user of a session signed in. */
export async function signInOf(
  queryable: Queryable,
  sessionHash: SecretHash,
  slot: Slot,
): Promise<Pick<SignInFacts, 'authTimeMs' | 'amr'>> {
  const [row] = await queryable.query<{ created_at_ms: string; amr: string[] }>({
    name: 'sign-in-of',
    text: 'SELECT created_at_ms, amr FROM session WHERE session_hash = $1 AND slot = $2',
    values: [sessionHash, slot],
  });
  return { authTimeMs: row ? Number(row.created_at_ms) : null, amr: row?.amr ?? null };
}

/** Keeps them with a code, in the transaction that stores it. */
export async function saveSignInFacts(
  queryable: Queryable,
  { hash, slot }: KnownPlace,
  facts: { readonly nonce: string | null; readonly sessionHash: SecretHash; readonly acr?: string | null },
): Promise<void> {
  await queryable.query({
    name: 'sign-in-facts-save',
    text: `UPDATE authorization_code
           SET nonce = $2, session_hash = $3, acr = $4,
             (auth_time_ms, amr) = (SELECT created_at_ms, amr FROM session WHERE session_hash = $3 AND slot = $5)
           WHERE code_hash = $1 AND slot = $5`,
    values: [hash, facts.nonce === null ? null : Buffer.from(facts.nonce), facts.sessionHash, facts.acr ?? null, slot],
  });
}

/** Whose sign-in a code came from: the session, which may have ended since, and its user. */
export async function sessionOfCode(
  queryable: Queryable,
  { hash, slot }: KnownPlace,
): Promise<{ readonly userId: UserId; readonly accountsSessionHash: SecretHash } | undefined> {
  const [row] = await queryable.query<{ user_id: UserId; session_hash: Buffer }>({
    name: 'session-of-code',
    text: `SELECT s.user_id, s.session_hash FROM authorization_code c JOIN session s ON s.session_hash = c.session_hash AND s.slot = $2
           WHERE c.code_hash = $1 AND c.slot = $2`,
    values: [hash, slot],
  });
  return row && { userId: row.user_id, accountsSessionHash: row.session_hash };
}

export async function findSignInFacts(queryable: Queryable, { hash, slot }: KnownPlace): Promise<SignInFacts> {
  const [row] = await queryable.query<{
    nonce: Buffer | null;
    auth_time_ms: string | null;
    amr: string[] | null;
    session_hash: Buffer | null;
    acr: string | null;
  }>({
    name: 'sign-in-facts-find',
    text: 'SELECT nonce, auth_time_ms, amr, acr, session_hash FROM authorization_code WHERE code_hash = $1 AND slot = $2',
    values: [hash, slot],
  });
  return {
    nonce: row?.nonce?.toString('utf8') ?? null,
    authTimeMs: row?.auth_time_ms == null ? null : Number(row.auth_time_ms),
    sessionHash: row?.session_hash ?? null,
    amr: row?.amr ?? null,
    acr: row?.acr ?? null,
  };
}
