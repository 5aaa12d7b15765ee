import type { Client } from '../../oauth/client.ts';
import { slotOf } from '../../oauth/slots.ts';
import type { ConsoleContext } from '../context.ts';
import { notFound } from '../failure.ts';
import { isoTime } from '../texts.ts';
import type * as wire from '../wire.ts';

const dayMs = 86_400_000;
/** More uses of a day are not counted: a list must not wait for the busiest of its clients. */
const mostUses = 10_000;

/** Clients as their owner sees them. */
export async function describeClients(context: ConsoleContext, clients: readonly Client[]): Promise<wire.Client[]> {
  const ids = clients.map(({ clientId }) => clientId);
  const used = await countUses(context, ids);
  const owners = await context.database.query<{ user_id: string; email: string }>({
    name: 'console-client-owners',
    text: 'SELECT user_id, email FROM user_account WHERE user_id = ANY($1) AND slot = ANY($2::int[])',
    values: [clients.map(({ ownerId }) => ownerId), clients.map(({ ownerId }) => slotOf(ownerId))],
  });
  const emails = new Map(owners.map((row) => [row.user_id, row.email]));
  return clients.map((client) => ({
    clientId: client.clientId,
    type: client.type,
    name: client.name,
    homepageUrl: client.homepageUrl,
    redirectUris: [...client.redirectUris],
    javascriptDomains: [...client.javascriptDomains],
    dataCenter: client.dataCenter,
    ownerId: client.ownerId,
    // Users of another data centre are not known here.
    ownerEmail: client.dataCenter === context.dataCenter.id ? (emails.get(client.ownerId) ?? null) : null,
    profile: client.profile,
    accessTokenFormat: client.accessTokenFormat,
    jwks: client.jwks && { keys: client.jwks.keys.map((key) => ({ ...key })) },
    jwksUri: client.jwksUri,
    dpopBound: client.dpopBound,
    postLogoutRedirectUris: [...client.postLogoutRedirectUris],
    backchannelLogoutUri: client.backchannelLogoutUri,
    sameSecret: client.sameSecret,
    showSecretOnce: client.secretsShownOnce,
    enabledDataCenters: [...client.dataCenters].filter(([, at]) => at.enabled).map(([id]) => id),
    settings: { ...client.overrides } as Record<string, number | boolean>,
    createdAt: isoTime(client.createdAtMs),
    usedToday: used.get(client.clientId) ?? 0,
  }));
}

/**
 * How many access tokens each of the clients got today, up to `mostUses`. One statement with a part for each: a cluster takes no subquery
 * that depends on a list.
 */
async function countUses({ clock, database }: ConsoleContext, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const parts = ids.map(
    (_, index) =>
      `SELECT $${index + 2}::text AS client_id, count(*)::int AS used FROM (
         SELECT 1 FROM user_grant g JOIN access_token a USING (slot, grant_id)
         WHERE g.client_id = $${index + 2}::text AND a.created_at_ms >= $1::bigint LIMIT ${mostUses}) AS t`,
  );
  const rows = await database.query<{ client_id: string; used: number }>({
    text: parts.join(' UNION ALL '),
    values: [Math.floor(clock.nowMs() / dayMs) * dayMs, ...ids],
  });
  return new Map(rows.map((row) => [row.client_id, row.used]));
}

export async function describeClient(context: ConsoleContext, clientId: string): Promise<wire.Client> {
  const client = await context.clients.find(clientId);
  const [described] = client ? await describeClients(context, [client]) : [];
  if (!described) throw notFound('application');
  return described;
}
