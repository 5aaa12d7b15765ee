import type { SecretHash } from '../../foundation/kinds.ts';
import { maskHash, secretHash } from '../../foundation/secrets.ts';
import type { Client } from '../../oauth/client.ts';
import { hasKeys, isPublic, rulesOf } from '../../oauth/client.ts';
import { matchSecret } from '../../oauth/client-secret.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { AccountsContext } from '../context.ts';
import { findEnabledClient } from './find-client.ts';

/** How a client presented itself: parameters, or HTTP Basic for id and secret only. */
export interface ClientCredentials {
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
}

/** Reads id and secret; parameters win over the Authorization header. */
export function readClientCredentials(
  parameters: URLSearchParams,
  authorization: string | undefined,
): ClientCredentials {
  const basic = parseBasic(authorization);
  return {
    clientId: parameters.get('client_id') || basic?.clientId || undefined,
    clientSecret: parameters.get('client_secret') || basic?.clientSecret || undefined,
  };
}

/** RFC 6749 §2.3.1: both parts are form-encoded before they are joined; real clients often send them raw. */
export function parseBasic(authorization: string | undefined): ClientCredentials | undefined {
  const match = /^basic\s+([A-Za-z0-9+/=_-]+)\s*$/i.exec(authorization ?? '');
  if (!match?.[1]) return undefined;
  const decoded = Buffer.from(match[1], 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon === -1) return undefined;
  return { clientId: decodePart(decoded.slice(0, colon)), clientSecret: decodePart(decoded.slice(colon + 1)) };
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Who is calling the token endpoint. Types without a secret on the wire may leave it out, but a wrong one is refused.
 */
export async function authenticateClient(
  context: AccountsContext,
  credentials: ClientCredentials,
): Promise<Client | Refusal> {
  if (!credentials.clientId) return { outcome: 'ClientIdMissing' };
  const client = await findEnabledClient(context, credentials.clientId);
  if ('outcome' in client) return client;
  if (hasKeys(client)) return { outcome: 'AssertionMissing' };
  // This dialect binds no token.
  if (client.dpopBound) return { outcome: 'ProofNeeded' };
  if (!credentials.clientSecret) {
    if (!rulesOf(client).secretRequired) return client;
    return { outcome: 'SecretMissing', detail: { dataCenter: context.dataCenter.id } };
  }
  if (isPublic(client)) return { outcome: 'SecretUnexpected' };
  return checkSecret(context, client, credentials.clientSecret) ?? client;
}

/** Why the secret is not the client's at this data centre; undefined when it is. */
export function checkSecret(context: AccountsContext, client: Client, secret: string): Refusal | undefined {
  const came = secretHash(secret);
  const { id: here } = context.dataCenter;
  const nowMs = context.clock.nowMs();
  const at = client.dataCenters.get(here);
  const match = matchSecret(at, came, nowMs);
  if (match === 'newest' || match === 'former') {
    context.clients.noteSecretUse(client, here, came);
    return undefined;
  }
  if (match === 'ended') {
    const endedAt = new Date(at?.former?.endsAtMs ?? nowMs).toISOString();
    return { outcome: 'SecretWrong', detail: { ...compared(here, at?.secretHash, came), replaced: true, endedAt } };
  }
  for (const [id, other] of client.dataCenters) {
    if (matchSecret(other, came, nowMs)) {
      return { outcome: 'SecretOfOtherDataCenter', detail: { expectedOf: here, cameOf: id } };
    }
  }
  return { outcome: 'SecretWrong', detail: compared(here, at?.secretHash, came) };
}

/** Both secrets by their fingerprints, which the console shows beside each. */
function compared(dataCenter: string, expected: SecretHash | undefined, came: SecretHash): Record<string, unknown> {
  return { dataCenter, ...(expected && { expected: maskHash(expected) }), came: maskHash(came) };
}
