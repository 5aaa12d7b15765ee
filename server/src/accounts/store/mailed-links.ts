import type { Queryable } from '../../database/database.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import type { Random } from '../../foundation/random.ts';
import { secretHash } from '../../foundation/secrets.ts';
import type { UserId } from '../../oauth/ids.ts';

/** What a link in a mail allows. */
export type LinkPurpose = 'reset' | 'verify' | 'sign-up';

export interface MailedLink {
  readonly purpose: LinkPurpose;
  readonly userId: UserId | null;
  readonly email: string;
  readonly data: Readonly<Record<string, string>>;
  readonly expiresAtMs: EpochMs;
}

const tokenPattern = /^[0-9a-f]{64}$/;

/** Makes a link; earlier ones of the same user for the same purpose end. @returns its token. */
export async function makeLink(queryable: Queryable, random: Random, link: MailedLink): Promise<string> {
  const token = random.bytes(32).toString('hex');
  await queryable.query({
    text: `WITH replaced AS (DELETE FROM mailed_link WHERE user_id = $3 AND purpose = $2)
           INSERT INTO mailed_link (link_hash, purpose, user_id, email, data, expires_at_ms) VALUES ($1, $2, $3, $4, $5, $6)`,
    values: [secretHash(token), link.purpose, link.userId, link.email, JSON.stringify(link.data), link.expiresAtMs],
  });
  return token;
}

/** The link of a token, if it may still be used. */
export async function findLink(
  queryable: Queryable,
  purpose: LinkPurpose,
  token: string,
  nowMs: EpochMs,
): Promise<MailedLink | undefined> {
  return oneLink(queryable, `SELECT ${columns} FROM mailed_link WHERE ${usable}`, purpose, token, nowMs);
}

/** The same, and uses it up: of several at the same time one gets it. */
export async function takeLink(
  queryable: Queryable,
  purpose: LinkPurpose,
  token: string,
  nowMs: EpochMs,
): Promise<MailedLink | undefined> {
  return oneLink(queryable, `DELETE FROM mailed_link WHERE ${usable} RETURNING ${columns}`, purpose, token, nowMs);
}

const columns = 'purpose, user_id, email, data, expires_at_ms';
const usable = 'link_hash = $1 AND purpose = $2 AND expires_at_ms > $3';

async function oneLink(
  queryable: Queryable,
  text: string,
  purpose: LinkPurpose,
  token: string,
  nowMs: EpochMs,
): Promise<MailedLink | undefined> {
  if (!tokenPattern.test(token)) return undefined;
  const [row] = await queryable.query<{
    purpose: LinkPurpose;
    user_id: UserId | null;
    email: string;
    data: Record<string, string>;
    expires_at_ms: string;
  }>({ text, values: [secretHash(token), purpose, nowMs] });
  if (!row) return undefined;
  const { email, data } = row;
  return { purpose: row.purpose, userId: row.user_id, email, data, expiresAtMs: Number(row.expires_at_ms) };
}
