import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { Queryable } from '../../database/database.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import type { UserId } from '../../oauth/ids.ts';
import { slotOf } from '../../oauth/slots.ts';

/** The site that passkeys are for (WebAuthn §5.1.2: an id that is the host of its origin). */
export interface PasskeySite {
  readonly name: string;
  readonly origin: string;
}

export interface ListedPasskey {
  readonly credentialId: string;
  readonly name: string;
  readonly createdAtMs: EpochMs;
  readonly lastUsedAtMs: EpochMs | null;
}

interface Row {
  credential_id: string;
  user_id: UserId;
  public_key: Buffer;
  counter: string;
  transports: string[];
  name: string;
  created_at_ms: string;
  last_used_at_ms: string | null;
}

export const mostPasskeys = 20;
/** Hundreds of milliseconds of modules, read when the first page with a passkey is asked for. */
const webAuthn = () => import('@simplewebauthn/server');
const siteId = ({ origin }: PasskeySite) => new URL(origin).hostname;

/** The options of a registration as JSON, and its challenge. The key stays on the user's device and asks for PIN or body. */
export async function registrationOptions(
  site: PasskeySite,
  user: { readonly userId: UserId; readonly email: string; readonly displayName: string },
  known: readonly ListedPasskey[],
) {
  const { generateRegistrationOptions } = await webAuthn();
  return generateRegistrationOptions({
    rpName: site.name,
    rpID: siteId(site),
    userID: new TextEncoder().encode(user.userId),
    userName: user.email,
    userDisplayName: user.displayName || user.email,
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: known.map(({ credentialId }) => ({ id: credentialId })),
  });
}

/** Options of a sign-in. They name no keys, so they tell nothing about anybody. */
export async function authenticationOptions(site: PasskeySite) {
  const { generateAuthenticationOptions } = await webAuthn();
  return generateAuthenticationOptions({ rpID: siteId(site), userVerification: 'required' });
}

/** Takes a new passkey. @returns whether it was in order. */
export async function addPasskey(
  queryable: Queryable,
  site: PasskeySite,
  passkey: {
    readonly userId: UserId;
    readonly name: string;
    readonly answer: string;
    readonly challenge: string;
    readonly nowMs: EpochMs;
  },
): Promise<boolean> {
  const response = parse<RegistrationResponseJSON>(passkey.answer);
  if (!response) return false;
  const { verifyRegistrationResponse } = await webAuthn();
  const verified = await verifyRegistrationResponse({
    response,
    expectedChallenge: passkey.challenge,
    expectedOrigin: site.origin,
    expectedRPID: siteId(site),
    requireUserVerification: true,
  }).catch(() => undefined);
  if (!verified?.verified) return false;
  const { id, publicKey, counter, transports = [] } = verified.registrationInfo.credential;
  const rows = await queryable.query({
    text: `INSERT INTO passkey (credential_id, user_id, public_key, counter, transports, name, created_at_ms, slot)
           SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE (SELECT count(*) FROM passkey WHERE user_id = $2 AND slot = $8) < ${mostPasskeys}
           ON CONFLICT DO NOTHING RETURNING 1`,
    values: [
      id,
      passkey.userId,
      Buffer.from(publicKey),
      counter,
      transports,
      passkey.name,
      passkey.nowMs,
      slotOf(passkey.userId),
    ],
  });
  return rows.length > 0;
}

/** Whose passkey has answered the challenge; undefined when none of ours did. */
export async function usePasskey(
  queryable: Queryable,
  site: PasskeySite,
  { answer, challenge, nowMs }: { readonly answer: string; readonly challenge: string; readonly nowMs: EpochMs },
): Promise<UserId | undefined> {
  const response = parse<AuthenticationResponseJSON>(answer);
  if (typeof response?.id !== 'string' || response.id.includes('\0')) return undefined;
  // A passkey names its user (WebAuthn §6.3.3: always, where the options name no keys), and so where it is stored.
  const handle = Buffer.from(String(response.response?.userHandle ?? ''), 'base64url').toString('utf8');
  if (!/^\d{1,18}$/.test(handle)) return undefined;
  const slot = slotOf(handle);
  const [row] = await queryable.query<Row>({
    text: 'SELECT credential_id, user_id, public_key, counter, transports FROM passkey WHERE credential_id = $1 AND slot = $2',
    values: [response.id, slot],
  });
  if (!row) return undefined;
  const { verifyAuthenticationResponse } = await webAuthn();
  const verified = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: site.origin,
    expectedRPID: siteId(site),
    requireUserVerification: true,
    credential: {
      id: row.credential_id,
      publicKey: new Uint8Array(row.public_key),
      counter: Number(row.counter),
    },
  }).catch(() => undefined);
  if (!verified?.verified) return undefined;
  await queryable.query({
    text: 'UPDATE passkey SET counter = $2, last_used_at_ms = $3 WHERE credential_id = $1 AND slot = $4',
    values: [row.credential_id, verified.authenticationInfo.newCounter, nowMs, slot],
  });
  return row.user_id;
}

/** The user's passkeys, oldest first. */
export async function listPasskeys(queryable: Queryable, userId: UserId): Promise<ListedPasskey[]> {
  const rows = await queryable.query<Row>({
    text: `SELECT credential_id, name, created_at_ms, last_used_at_ms FROM passkey WHERE user_id = $1 AND slot = $2
           ORDER BY created_at_ms, credential_id`,
    values: [userId, slotOf(userId)],
  });
  return rows.map((row) => ({
    credentialId: row.credential_id,
    name: row.name,
    createdAtMs: Number(row.created_at_ms),
    lastUsedAtMs: row.last_used_at_ms === null ? null : Number(row.last_used_at_ms),
  }));
}

function parse<Answer extends object>(text: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Answer) : undefined;
  } catch {
    return undefined;
  }
}
