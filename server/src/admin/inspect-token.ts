import { settle } from '../accounts/store/credential-slot.ts';
import { familyOf, isNewest } from '../accounts/store/refresh-family.ts';
import type { Database } from '../database/database.ts';
import { maskSecret } from '../foundation/secrets.ts';
import { Unavailable } from '../foundation/unavailable.ts';
import type { CredentialPlace, Slot } from '../oauth/slots.ts';
import type { AdminContext, AdministeredDataCenter } from './context.ts';
import { badInput } from './failure.ts';

/** What a token or code is, which data centre has it, and why it works or does not. */
export interface TokenExplanation {
  readonly token: string;
  readonly found: boolean;
  /** One sentence for people. */
  readonly verdict: string;
  readonly kind?: 'access token' | 'refresh token' | 'authorization code';
  readonly active?: boolean;
  readonly data_center?: string;
  readonly client_id?: string;
  readonly user_id?: string;
  readonly organization_id?: string | null;
  readonly environment?: string;
  readonly scope?: string;
  readonly created_at?: string;
  readonly expires_at?: string | null;
}

interface Row {
  kind: 'access token' | 'refresh token' | 'authorization code';
  client_id: string;
  user_id: string;
  organization_id: string | null;
  environment: string;
  scopes: string[];
  created_at_ms: string;
  expires_at_ms: string | null;
  used_at_ms: string | null;
}

/** Looks for the token in every data centre of this process. */
export async function inspectToken(context: AdminContext, token: string): Promise<TokenExplanation> {
  if (!tokenPattern.test(token)) {
    throw badInput(
      'that does not look like a token: expected 1000. or 1004. and two times 32 hexadecimal digits joined by a dot, or a JWT',
    );
  }
  const away: string[] = [];
  const searches = [...context.dataCenters.values()].map(async (administered) => {
    const row = await findCredential(administered, token).catch((error: unknown) => {
      if (error instanceof Unavailable) away.push(administered.dataCenter.id);
      throw error;
    });
    if (!row) throw new NotHere();
    return { administered, row };
  });
  try {
    // As soon as one has it: another one may hang.
    const { administered, row } = await Promise.any(searches);
    return await explain(context, administered, token, row);
  } catch (error) {
    const faults = error instanceof AggregateError ? error.errors : [error];
    const fault = faults.find((each) => !(each instanceof NotHere || each instanceof Unavailable));
    if (fault !== undefined) throw fault;
  }
  const asked = [...context.dataCenters.keys()].filter((id) => !away.includes(id)).join(', ');
  const unasked = away.length === 0 ? '' : ` Not asked, because the database does not answer: ${away.join(', ')}.`;
  return {
    token: maskSecret(token),
    found: false,
    verdict: `No data centre of this platform (${asked}) knows it: never issued here, or revoked, or its grant or client was deleted.${unasked}`,
  };
}

const tokenPattern = /^(?:100[04]\.[0-9a-f]{32}\.[0-9a-f]{32}|eyJ[\w-]+\.[\w-]+\.[\w-]+)$/;

class NotHere extends Error {}

/** A token of an earlier release may be of any of the kinds. */
async function slotOfAny(database: Database, place: CredentialPlace): Promise<Slot | undefined> {
  for (const kind of ['access token', 'refresh token', 'code'] as const) {
    const known = await settle(database, kind, place);
    if (known) return known.slot;
  }
  return undefined;
}

async function findCredential(
  { database, presented }: AdministeredDataCenter,
  token: string,
): Promise<Row | undefined> {
  const place = await presented.placeOf(token);
  if (!place) return undefined;
  const slot = place.slot ?? (await slotOfAny(database, place));
  if (slot === undefined) return undefined;
  const [row] = await database.query<Row>({
    text: `SELECT c.*, g.user_id, g.organization_id, g.environment FROM (
             SELECT 'access token' AS kind, client_id, grant_id, scopes, created_at_ms, expires_at_ms, NULL::bigint AS used_at_ms
             FROM access_token WHERE token_hash = $1 AND slot = $2
             UNION ALL
             SELECT 'refresh token', client_id, grant_id, scopes, created_at_ms, NULL, NULL FROM refresh_token r
             WHERE r.token_hash = ${familyOf('$1', '$2')} AND r.slot = $2 AND ${isNewest('$1')}
             UNION ALL
             SELECT 'authorization code', client_id, grant_id, scopes, created_at_ms, expires_at_ms, used_at_ms
             FROM authorization_code WHERE code_hash = $1 AND slot = $2) AS c
           JOIN user_grant g ON g.grant_id = c.grant_id AND g.slot = $2`,
    values: [place.hash, slot],
  });
  return row;
}

async function explain(
  context: AdminContext,
  { authority, dataCenter }: AdministeredDataCenter,
  token: string,
  row: Row,
): Promise<TokenExplanation> {
  const nowMs = context.clock.nowMs();
  const problem = await findProblem();
  return {
    token: maskSecret(token),
    found: true,
    verdict: `${capitalized(row.kind)} of data centre "${dataCenter.id}", ${row.environment}: ${problem ?? 'valid'}.`,
    kind: row.kind,
    active: problem === undefined,
    data_center: dataCenter.id,
    client_id: row.client_id,
    user_id: row.user_id,
    organization_id: row.organization_id,
    environment: row.environment,
    scope: row.scopes.join(' '),
    created_at: new Date(Number(row.created_at_ms)).toISOString(),
    expires_at: row.expires_at_ms === null ? null : new Date(Number(row.expires_at_ms)).toISOString(),
  };

  async function findProblem(): Promise<string | undefined> {
    if (row.used_at_ms !== null) return `used at ${new Date(Number(row.used_at_ms)).toISOString()}`;
    if (row.expires_at_ms !== null && Number(row.expires_at_ms) <= nowMs) {
      return `expired ${Math.round((nowMs - Number(row.expires_at_ms)) / 1000)} s ago`;
    }
    if (row.kind === 'access token') {
      const { refusal } = await authority.check(token);
      return refusal === undefined ? undefined : reasons[refusal];
    }
    const client = await context.clients.find(row.client_id);
    if (!client) return reasons.ClientDisabled;
    return client.dataCenters.get(dataCenter.id)?.enabled ? undefined : reasons.ClientDisabled;
  }
}

const reasons = {
  TokenUnknown: 'unknown to the data centre',
  TokenExpired: 'expired',
  TokenRevoked: 'revoked with its refresh token',
  RefreshTokenEvicted: 'ended with its refresh token, which a newer one evicted',
  UserInactive: 'its user was deactivated',
  TokenEvicted: 'evicted by a newer access token of the same refresh token',
  ClientDisabled: 'its client was deleted or is not enabled for this data centre',
} as const;

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
