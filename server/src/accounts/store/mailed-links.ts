import type { Database } from '../../database/database.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import type { Random } from '../../foundation/random.ts';
import type { UserId } from '../../oauth/ids.ts';
import { type CredentialSlots, slotOf } from '../../oauth/slots.ts';
import { settle } from './credential-slot.ts';

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

interface LinkContext {
  readonly database: Database;
  readonly slots: CredentialSlots;
}

/** Makes a link; earlier ones of the same user for the same purpose end. @returns its token. */
export async function makeLink(
  { database, random, slots }: LinkContext & { readonly random: Random },
  link: MailedLink,
): Promise<string> {
  // Whoever signs up has none yet: any.
  const slot = link.userId === null ? random.bytes(2).readUInt16BE() : slotOf(link.userId);
  const token = slots.createToken(random, slot);
  const { hash } = slots.placeOf(token);
  await database.query({
    text: `WITH replaced AS (DELETE FROM mailed_link WHERE user_id = $3 AND slot = $7 AND purpose = $2)
           INSERT INTO mailed_link (link_hash, purpose, user_id, email, data, expires_at_ms, slot)
           VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    values: [hash, link.purpose, link.userId, link.email, JSON.stringify(link.data), link.expiresAtMs, slot],
  });
  return token;
}

const slotByHash = 'SELECT link_hash AS hash, slot FROM mailed_link WHERE link_hash = ANY ($1::bytea[])';

/** The link of a token, if it may still be used. */
export async function findLink(
  context: LinkContext,
  purpose: LinkPurpose,
  token: string,
  nowMs: EpochMs,
): Promise<MailedLink | undefined> {
  return oneLink(context, `SELECT ${columns} FROM mailed_link WHERE ${usable}`, purpose, token, nowMs);
}

/** The same, and uses it up: of several at the same time one gets it. */
export async function takeLink(
  context: LinkContext,
  purpose: LinkPurpose,
  token: string,
  nowMs: EpochMs,
): Promise<MailedLink | undefined> {
  return oneLink(context, `DELETE FROM mailed_link WHERE ${usable} RETURNING ${columns}`, purpose, token, nowMs);
}

const columns = 'purpose, user_id, email, data, expires_at_ms';
const usable = 'link_hash = $1 AND slot = $4 AND purpose = $2 AND expires_at_ms > $3';

async function oneLink(
  { database, slots }: LinkContext,
  text: string,
  purpose: LinkPurpose,
  token: string,
  nowMs: EpochMs,
): Promise<MailedLink | undefined> {
  if (!tokenPattern.test(token)) return undefined;
  const place = await settle(database, { slotByHash }, slots.placeOf(token));
  if (!place) return undefined;
  const [row] = await database.query<{
    purpose: LinkPurpose;
    user_id: UserId | null;
    email: string;
    data: Record<string, string>;
    expires_at_ms: string;
  }>({ text, values: [place.hash, purpose, nowMs, place.slot] });
  if (!row) return undefined;
  const { email, data } = row;
  return { purpose: row.purpose, userId: row.user_id, email, data, expiresAtMs: Number(row.expires_at_ms) };
}
