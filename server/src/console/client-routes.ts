import {
  type ClientRegistration,
  changeClient,
  deleteClient,
  registerClient,
  rotateClientSecret,
} from '../admin/clients.ts';
import { createSelfClientCode } from '../admin/self-client-code.ts';
import { settingSchema } from '../config/describe-settings.ts';
import type { Client } from '../oauth/client.ts';
import { clientSettings } from '../oauth/client-overrides.ts';
import { validateClient } from '../oauth/client-validation.ts';
import type { ConsoleContext } from './context.ts';
import { ConsoleFailure, notFound } from './failure.ts';
import { FreshSecrets } from './fresh-secrets.ts';
import { endGrantsOfApp } from './grants.ts';
import { findOwn } from './own-clients.ts';
import { type ConsoleRoute, defineRoute } from './route.ts';
import * as wire from './wire.ts';

const perPage = 50;
const dayMs = 86_400_000;

/** Clients as their owner sees them. */
async function describeAll(context: ConsoleContext, clients: readonly Client[]): Promise<wire.Client[]> {
  const used = await context.database.query<{ client_id: string; used: number }>({
    text: `SELECT client_id, count(*)::int AS used FROM access_token
           WHERE client_id = ANY($1) AND created_at_ms >= $2 GROUP BY client_id`,
    values: [clients.map(({ clientId }) => clientId), Math.floor(context.clock.nowMs() / dayMs) * dayMs],
  });
  const owners = await context.database.query<{ user_id: string; email: string }>({
    text: 'SELECT user_id, email FROM user_account WHERE user_id = ANY($1)',
    values: [clients.map(({ ownerId }) => ownerId)],
  });
  return clients.map((client) => ({
    clientId: client.clientId,
    type: client.type,
    name: client.name,
    homepageUrl: client.homepageUrl,
    redirectUris: [...client.redirectUris],
    javascriptDomains: [...client.javascriptDomains],
    dataCenter: client.dataCenter,
    ownerId: client.ownerId,
    ownerEmail:
      client.dataCenter === context.dataCenter.id
        ? (owners.find(({ user_id }) => user_id === client.ownerId)?.email ?? null)
        : null,
    sameSecret: client.sameSecret,
    showSecretOnce: true,
    enabledDataCenters: [...client.dataCenters].filter(([, at]) => at.enabled).map(([id]) => id),
    settings: { ...client.overrides } as Record<string, number | boolean>,
    createdAt: new Date(client.createdAtMs).toISOString(),
    usedToday: used.find(({ client_id }) => client_id === client.clientId)?.used ?? 0,
  }));
}

async function describe(context: ConsoleContext, clientId: string): Promise<wire.Client> {
  const client = await context.clients.find(clientId);
  const [described] = client ? await describeAll(context, [client]) : [];
  if (!described) throw notFound('application');
  return described;
}

/** The rules of registration, with the field that breaks one. */
function checkFields(context: ConsoleContext, client: wire.NewClient, changed: (field: string) => boolean): void {
  const { limits, compatibility } = context.settings;
  const { plainHttpRedirects: plainHttp, undottedSchemes } = compatibility;
  const fault = validateClient(client.type, client, { limits, plainHttp, undottedSchemes }).find(({ field }) =>
    changed(field),
  );
  if (!fault) return;
  throw new ConsoleFailure(400, 'INVALID_CLIENT_FIELD', `${fault.message}: ${fault.reason}`, {
    field: fault.field,
    value: fault.value,
  });
}

/** The clients of the signed-in user; operators see all. Another user's client does not exist for anybody else. */
export function clientRoutes(): readonly ConsoleRoute[] {
  const fresh = new FreshSecrets();
  return [
    defineRoute({
      method: 'GET',
      path: '/clients',
      summary: 'Applications, newest first',
      answer: wire.clientList,
      handle: async ({ context, session, query }) => {
        const own = { dataCenter: context.dataCenter.id, ownerId: session.userId };
        const search = (query.get('search') ?? '').toLowerCase();
        const found = (await context.clients.list(session.operator ? {} : own))
          .filter(({ name, clientId }) => name.toLowerCase().includes(search) || clientId.toLowerCase() === search)
          .reverse();
        const page = Math.max(1, Math.min(1_000_000, Math.trunc(Number(query.get('page') ?? 1)) || 1));
        const clients = await describeAll(context, found.slice((page - 1) * perPage, page * perPage));
        return { clients, page, perPage, total: found.length };
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/clients',
      summary: 'Registers an application; a self client that exists already comes back',
      body: wire.newClient,
      answer: wire.client,
      status: 201,
      handle: async ({ context, session, body, reply }) => {
        const own = { dataCenter: context.dataCenter.id, ownerId: session.userId };
        if (body.type === 'self') {
          const existing = (await context.clients.list(own)).find(({ type }) => type === 'self');
          if (existing) return reply.code(200).send(await describe(context, existing.clientId));
        } else {
          checkFields(context, body, () => true);
        }
        const registration: ClientRegistration = {
          ...body,
          dataCenter: own.dataCenter,
          owner: session.email,
          enabledDataCenters: [],
          sameSecret: false,
        };
        const made = await registerClient(context.admin, registration);
        fresh.keep(made.client_id, made.secrets, context.clock.nowMs());
        return describe(context, made.client_id);
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/clients/:id',
      summary: 'One application',
      answer: wire.client,
      handle: async (call) => describe(call.context, (await findOwn(call)).clientId),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/clients/:id',
      summary: 'Changes an application',
      body: wire.clientChange,
      answer: wire.client,
      handle: async (call) => {
        const { context } = call;
        const client = await findOwn(call);
        const { settings, sameSecret, showSecretOnce, ...fields } = call.body;
        if (sameSecret !== undefined && sameSecret !== client.sameSecret) {
          const field = { field: 'sameSecret' };
          throw new ConsoleFailure(400, 'BAD_INPUT', 'This is chosen when an application is registered.', field);
        }
        if (showSecretOnce === false) {
          const field = { field: 'showSecretOnce' };
          throw new ConsoleFailure(400, 'BAD_INPUT', 'This platform keeps no secrets that it could show again.', field);
        }
        const { type, name, homepageUrl } = client;
        const known = { type, name, homepageUrl, redirectUris: [...client.redirectUris] };
        const before = { ...known, javascriptDomains: [...client.javascriptDomains] };
        checkFields(context, { ...before, ...fields }, (field) => Object.hasOwn(fields, field));
        await changeClient(context.admin, client.clientId, { ...fields, ...(settings && { overrides: settings }) });
        return describe(context, client.clientId);
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/clients/:id',
      summary: 'Deletes an application, whose name must be typed; its tokens end',
      body: wire.clientDeletion,
      handle: async (call) => {
        const client = await findOwn(call);
        if (call.body.name !== client.name) {
          const field = { field: 'name' };
          throw new ConsoleFailure(400, 'BAD_INPUT', `Expected the application's name, "${client.name}".`, field);
        }
        await deleteClient(call.context.admin, client.clientId);
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/clients/:id/data-centers/:dc',
      summary: 'Switches a data centre on or off for an application',
      body: wire.dataCenterSwitch,
      answer: wire.client,
      handle: async (call) => {
        const { context, params, body } = call;
        const client = await findOwn(call);
        const realm = context.topology.realmOf(context.dataCenter);
        const id = realm.find((each) => each.id === params.dc)?.id;
        if (!id) throw notFound('data centre');
        const made = await changeClient(context.admin, client.clientId, {
          [body.enabled ? 'enable' : 'disable']: [id],
        });
        fresh.keep(client.clientId, made.secrets, context.clock.nowMs());
        return describe(context, client.clientId);
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/client-settings',
      summary: 'The settings that an application may have of its own',
      answer: wire.clientSettingList,
      handle: async ({ context }) => ({
        settings: Object.entries(clientSettings).map(([name, kind]) => {
          const [group = '', key = ''] = name.split('.');
          const schema = settingSchema(name) as { description?: string; minimum?: number; maximum?: number };
          const values = context.settings as unknown as Record<string, Record<string, number | boolean>>;
          return {
            name,
            kind,
            description: schema.description ?? '',
            platformValue: values[group]?.[key] ?? 0,
            ...(schema.minimum !== undefined && { minimum: schema.minimum }),
            ...(schema.maximum !== undefined && { maximum: schema.maximum }),
          };
        }),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: '/clients/:id/secrets',
      summary: 'The secrets that live, without the secrets',
      answer: wire.secretList,
      handle: async (call) => {
        const client = await findOwn(call);
        const nowMs = call.context.clock.nowMs();
        return {
          secrets: [...client.dataCenters.keys()].map((dataCenter) => ({
            secretId: dataCenter,
            dataCenter,
            createdAt: new Date(client.createdAtMs).toISOString(),
            endsAt: null,
            lastUsedAt: null,
            revealable: fresh.has(client.clientId, dataCenter, nowMs),
          })),
        };
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/clients/:id/secrets/:secretId/reveal',
      summary: 'Shows a secret that was made a short while ago, once',
      body: wire.secretReveal,
      answer: wire.revealedSecret,
      handle: async (call) => {
        const client = await findOwn(call);
        const secret = fresh.take(client.clientId, call.params.secretId ?? '', call.context.clock.nowMs());
        if (secret === undefined) {
          throw new ConsoleFailure(
            409,
            'SHOWN_ONCE',
            'This secret can no longer be shown; rotate it to get a new one.',
          );
        }
        return { secret };
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/clients/:id/secrets/rotate',
      summary: 'Replaces secrets; the old ones end at once',
      body: wire.secretRotation,
      answer: wire.newSecrets,
      handle: async (call) => {
        const client = await findOwn(call);
        if (call.body.overlapSeconds !== 0) {
          const field = { field: 'overlapSeconds' };
          throw new ConsoleFailure(400, 'BAD_INPUT', 'Old secrets end at once here: expected 0.', field);
        }
        // Not shown again, but codes can be exchanged with it for a while.
        const { secrets } = await rotateClientSecret(call.context.admin, client.clientId, call.body.dataCenter);
        fresh.keep(client.clientId, secrets, call.context.clock.nowMs(), true);
        return { secrets: { ...secrets } };
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/clients/:id/codes',
      summary: 'A code of a self client',
      body: wire.newCode,
      answer: wire.code,
      status: 201,
      handle: async (call) => {
        const { context, body } = call;
        const { clientId } = await findOwn(call);
        const made = await createSelfClientCode(context.admin, {
          ...body,
          clientId,
          dataCenter: context.dataCenter.id,
          organizationId: body.organizationId,
        });
        return { code: made.code, expiresAt: made.expires_at };
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/clients/:id/codes/exchange',
      summary:
        "Exchanges a code at the token endpoint, with a secret that was not shown yet: the endpoint's own answer",
      body: wire.codeExchange,
      answer: wire.exchangeAnswer,
      handle: async (call) => {
        const { context, body } = call;
        const client = await findOwn(call);
        const secret = fresh.peek(client.clientId, context.dataCenter.id, context.clock.nowMs());
        if (secret === undefined) {
          const why = 'The secret is not kept here. Exchange the code with your own copy of it, or rotate it.';
          throw new ConsoleFailure(409, 'SECRET_UNKNOWN', why);
        }
        const answer = await context.accounts.inject({
          method: 'POST',
          url: '/oauth/v2/token',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          payload: new URLSearchParams({
            grant_type: 'authorization_code',
            client_id: client.clientId,
            client_secret: secret,
            code: body.code,
          }).toString(),
        });
        return { status: answer.statusCode, body: answer.json() };
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/clients/:id/users/:dataCenter/:userId',
      summary: "Ends a user's access for this application",
      handle: async (call) => {
        const { context, params } = call;
        const { clientId } = await findOwn(call);
        const { dataCenter, userId = '' } = params;
        if (dataCenter !== context.dataCenter.id || !/^\d{1,18}$/.test(userId)) throw notFound('user');
        const ended = await endGrantsOfApp(context, userId, clientId);
        if (ended === 0) throw notFound('user');
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/clients/:id/users',
      summary: 'Who has given this application access',
      answer: wire.clientUsers,
      handle: async (call) => ({ users: await listUsers(call.context, (await findOwn(call)).clientId) }),
    }),
  ];
}

async function listUsers(context: ConsoleContext, clientId: string): Promise<wire.ClientUser[]> {
  const nowMs = context.clock.nowMs();
  const rows = await context.database.query<{
    user_id: string;
    email: string;
    scopes: string[];
    granted_ms: string;
    used_ms: string | null;
    refresh_tokens: number;
    access_tokens: number;
  }>({
    text: `SELECT u.user_id, u.email,
             (SELECT array_agg(DISTINCT s) FROM user_grant o, unnest(o.scopes) s
              WHERE o.user_id = u.user_id AND o.client_id = $1) AS scopes,
             min(g.created_at_ms) AS granted_ms, max(a.last_ms) AS used_ms,
             coalesce(sum(r.count), 0)::int AS refresh_tokens, coalesce(sum(a.count), 0)::int AS access_tokens
           FROM user_grant g JOIN user_account u USING (user_id)
           LEFT JOIN LATERAL (SELECT count(*) FROM refresh_token WHERE grant_id = g.grant_id) r ON true
           LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE expires_at_ms > $2) AS count, max(created_at_ms) AS last_ms
                              FROM access_token WHERE grant_id = g.grant_id) a ON true
           WHERE g.client_id = $1 GROUP BY u.user_id, u.email ORDER BY u.email LIMIT 500`,
    values: [clientId, nowMs],
  });
  return rows.map((row) => ({
    dataCenter: context.dataCenter.id,
    userId: row.user_id,
    email: row.email,
    scopes: row.scopes,
    grantedAt: new Date(Number(row.granted_ms)).toISOString(),
    lastUsedAt: row.used_ms === null ? null : new Date(Number(row.used_ms)).toISOString(),
    refreshTokens: row.refresh_tokens,
    refreshTokenLimit: context.settings.limits.refreshTokensPerUserAndClient,
    accessTokens: row.access_tokens,
  }));
}
