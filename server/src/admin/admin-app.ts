import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { describeSettings } from '../config/describe-settings.ts';
import { Refusal } from '../crm/kernel/errors.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { sameBytes, secretHash } from '../foundation/secrets.ts';
import { createApp } from '../http/app.ts';
import { checkAddress, InputFault, readBody, readQuery } from '../http/read-input.ts';
import { eventKinds, isEventKind } from '../inspector/event-kinds.ts';
import { listEvents } from '../inspector/events.ts';
import { isClientSetting } from '../oauth/client-settings.ts';
import { isLoopback } from '../oauth/client-uris.ts';
import type { Outcome } from '../oauth/outcomes.ts';
import {
  changeClient,
  deleteClient,
  describeClient,
  findClient,
  registerClient,
  rotateClientSecret,
} from './clients.ts';
import type { AdminContext } from './context.ts';
import { AdminFailure, badInput } from './failure.ts';
import { closeImport, importRows, openImport } from './import.ts';
import { inspectToken } from './inspect-token.ts';
import { listSigningKeys, rotateSigningKey } from './keys.ts';
import { listMails, showMail } from './mails.ts';
import { moduleFields } from './module-fields.ts';
import {
  addAssignmentRule,
  changeTerritories,
  listAssignmentRules,
  removeAssignmentRule,
} from './organization-settings.ts';
import { createSelfClientCode } from './self-client-code.ts';
import { endUserSessions, listUserSessions } from './sessions.ts';
import { administered, changeUser, createUserWithOrganization } from './users.ts';

const bodyLimitBytes = 256 * 1024;
const maxEvents = 1000;
const strict = { additionalProperties: false } as const;
const texts = Type.Array(Type.String());

const organization = {
  dataCenter: Type.String(),
  organizationId: Type.String(),
  environment: Type.String({ default: 'production' }),
};
const importTarget = { ...organization, module: Type.String() };

const bodies = {
  importOpening: Type.Object({ ...importTarget, importId: Type.Optional(Type.String()) }, strict),
  importRows: Type.Object(
    {
      ...importTarget,
      importId: Type.Optional(Type.String()),
      firstRow: Type.Integer({ minimum: 0, maximum: 100_000_000 }),
      header: texts,
      rows: Type.Array(texts, { maxItems: 1000 }),
    },
    strict,
  ),
  importClosing: Type.Object({ ...importTarget, importId: Type.String() }, strict),
  user: Type.Object(
    {
      dataCenter: Type.String(),
      email: Type.String(),
      password: Type.String(),
      firstName: Type.String({ default: '' }),
      lastName: Type.String(),
      organization: Type.String(),
    },
    strict,
  ),
  userChange: Type.Object(
    {
      dataCenter: Type.String(),
      email: Type.String(),
      password: Type.Optional(Type.String()),
      active: Type.Optional(Type.Boolean()),
      operator: Type.Optional(Type.Boolean()),
      endTokens: Type.Boolean({ default: false }),
    },
    strict,
  ),
  client: Type.Object(
    {
      dataCenter: Type.String(),
      owner: Type.String(),
      type: Type.String(),
      name: Type.String({ default: '' }),
      homepageUrl: Type.Union([Type.String(), Type.Null()], { default: null }),
      redirectUris: { ...texts, default: [] } as typeof texts,
      javascriptDomains: { ...texts, default: [] } as typeof texts,
      enabledDataCenters: { ...texts, default: [] } as typeof texts,
      sameSecret: Type.Boolean({ default: false }),
      resourceServer: Type.Boolean({ default: false }),
      secretsShownOnce: Type.Boolean({ default: false }),
    },
    strict,
  ),
  sessions: Type.Object({ dataCenter: Type.String(), email: Type.String() }, strict),
  endedSessions: Type.Object(
    { dataCenter: Type.String(), email: Type.String(), session: Type.Optional(Type.String()) },
    strict,
  ),
  clientChange: Type.Object(
    {
      name: Type.Optional(Type.String()),
      homepageUrl: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      redirectUris: Type.Optional(texts),
      javascriptDomains: Type.Optional(texts),
      enable: Type.Optional(texts),
      disable: Type.Optional(texts),
      resourceServer: Type.Optional(Type.Boolean()),
      sameSecret: Type.Optional(Type.Boolean()),
      secretsShownOnce: Type.Optional(Type.Boolean()),
      overlapSeconds: Type.Optional(Type.Integer()),
      overrides: Type.Optional(
        Type.Record(Type.String(), Type.Union([Type.Number(), Type.Boolean(), Type.String(), Type.Null()])),
      ),
    },
    strict,
  ),
  secretRotation: Type.Object(
    { dataCenter: Type.Optional(Type.String()), overlapSeconds: Type.Integer({ default: 0 }) },
    strict,
  ),
  selfClientCode: Type.Object(
    {
      dataCenter: Type.String(),
      clientId: Type.String(),
      scope: Type.String(),
      minutes: Type.Integer({ default: 3 }),
      environment: Type.String({ default: 'production' }),
      organizationId: Type.Optional(Type.String()),
      description: Type.String({ default: '', maxLength: 500 }),
    },
    strict,
  ),
  assignmentRule: Type.Object({ ...organization, rule: Type.Unknown() }, strict),
  organization: Type.Object(organization, strict),
  moduleFields: Type.Object({ ...organization, module: Type.Optional(Type.String()) }, strict),
  territories: Type.Object({ ...organization, territories: Type.Boolean() }, strict),
  token: Type.Object({ token: Type.String() }, strict),
};

export interface AdminRoute {
  readonly method: string;
  /** With `:id` where an id stands. */
  readonly path: string;
}

/**
 * The admin API: what the command line speaks to. Loopback only, bearer token, never from a browser page.
 * @param routes gets the method and path of each route, for tests that go through all of them.
 */
export function createAdminApp(context: AdminContext, routes: AdminRoute[] = []): FastifyInstance {
  const app = createApp({
    random: context.random,
    log: context.log,
    trustProxy: false,
    bodyLimitBytes,
    secure: false,
    dialect: {
      malformed: { error: { code: 'UNREADABLE', message: 'the request is not HTTP' } },
      notFound: (request, reply) =>
        sendFailure(
          reply,
          new AdminFailure(404, 'NOT_FOUND', `there is no ${request.method} ${request.url.split('?')[0]}`),
        ),
      unreadable: (_request, reply, status, reason = 'the request cannot be read') =>
        sendFailure(reply, new AdminFailure(status, 'UNREADABLE', reason)),
      caught: (error, reply) => {
        if (error instanceof AdminFailure) return sendFailure(reply, error);
        if (error instanceof Refusal) return sendFailure(reply, badInput(refusalText(error)));
        return error instanceof UsableFailure || error instanceof InputFault
          ? sendFailure(reply, badInput(error.message))
          : undefined;
      },
      unavailable: (_request, reply, error) =>
        sendFailure(reply, new AdminFailure(503, 'UNAVAILABLE', `${error.message}; try again in a moment`)),
      failed: (_request, reply) =>
        sendFailure(reply, new AdminFailure(500, 'INTERNAL', 'our own fault; the log has the cause')),
    },
  });
  const expectedToken = secretHash(context.adminToken);

  app.addHook('onRequest', async (request) => {
    const came = /^bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    // A page that was made to resolve to this address (DNS rebinding) shows itself by Host or Origin.
    const host = request.headers.host?.replace(/:\d+$/, '') ?? '';
    if (request.headers.origin !== undefined || !isLoopback(host)) {
      recordRefusal(context, request, 'AdminCallerForeign', { host: request.headers.host?.slice(0, 200) ?? null });
      throw new AdminFailure(403, 'FORBIDDEN', 'the admin API answers programs on this machine only');
    }
    if (!sameBytes(secretHash(came), expectedToken)) {
      recordRefusal(context, request, 'AdminTokenWrong', { came: came === '' ? 'no token' : 'another token' });
      throw new AdminFailure(401, 'UNAUTHORIZED', 'the admin token is missing or wrong');
    }
  });
  app.addHook('onRoute', ({ method, url }) => {
    routes.push({ method: String(method), path: url });
  });
  app.addHook('preValidation', async (request) => checkAddress(request));
  app.get('/settings', async () =>
    describeSettings(context.settings).map((setting) => ({
      ...setting,
      per_client: isClientSetting(setting.name),
    })),
  );
  app.get('/data-centers', async () => context.topology.dataCenters);
  app.get<{ Params: { id: string } }>('/data-centers/:id/signing-keys', async (request) =>
    listSigningKeys(context, request.params.id),
  );
  app.post<{ Params: { id: string } }>('/data-centers/:id/signing-keys/rotate', async (request, reply) =>
    reply.code(201).send(await rotateSigningKey(context, request.params.id)),
  );
  app.post('/users', async (request, reply) => {
    const { dataCenter, organization, ...user } = readBody(request, bodies.user);
    return reply.code(201).send(await createUserWithOrganization(context, dataCenter, user, organization));
  });
  app.patch('/users', async (request) => {
    const { dataCenter, email, ...change } = readBody(request, bodies.userChange);
    return changeUser(context, dataCenter, email, change);
  });
  app.get('/sessions', async (request) => listUserSessions(context, readQuery(request, bodies.sessions)));
  app.delete('/sessions', async (request) => {
    const { session, ...owner } = readQuery(request, bodies.endedSessions);
    return endUserSessions(context, owner, session);
  });
  app.get('/clients', async () => (await context.clients.list()).map(describeClient));
  app.post('/clients', async (request, reply) =>
    reply.code(201).send(await registerClient(context, readBody(request, bodies.client))),
  );
  app.get<{ Params: { id: string } }>('/clients/:id', async (request) =>
    describeClient(await findClient(context, request.params.id)),
  );
  app.patch<{ Params: { id: string } }>('/clients/:id', async (request) =>
    changeClient(context, request.params.id, readBody(request, bodies.clientChange)),
  );
  app.delete<{ Params: { id: string } }>('/clients/:id', async (request) => deleteClient(context, request.params.id));
  app.post<{ Params: { id: string } }>('/clients/:id/rotate-secret', async (request) => {
    const { dataCenter, overlapSeconds } = readBody(request, bodies.secretRotation);
    return rotateClientSecret(context, request.params.id, dataCenter, overlapSeconds);
  });
  app.post('/self-client-codes', async (request, reply) => {
    const body = readBody(request, bodies.selfClientCode);
    return reply.code(201).send(await createSelfClientCode(context, { ...body, organizationId: body.organizationId }));
  });
  app.post('/imports', async (request, reply) => {
    const { importId, ...target } = readBody(request, bodies.importOpening);
    return reply.code(importId === undefined ? 201 : 200).send(await openImport(context, target, importId));
  });
  app.post('/imports/rows', async (request) => importRows(context, readBody(request, bodies.importRows)));
  app.post('/imports/close', async (request) => {
    const { importId, ...target } = readBody(request, bodies.importClosing);
    return closeImport(context, target, importId);
  });
  app.get('/module-fields', async (request) => moduleFields(context, readQuery(request, bodies.moduleFields)));
  app.get('/assignment-rules', async (request) =>
    listAssignmentRules(context, readQuery(request, bodies.organization)),
  );
  app.post('/assignment-rules', async (request, reply) => {
    const { rule, ...target } = readBody(request, bodies.assignmentRule);
    return reply.code(201).send(await addAssignmentRule(context, target, rule));
  });
  app.delete<{ Params: { id: string } }>('/assignment-rules/:id', async (request) =>
    removeAssignmentRule(context, readQuery(request, bodies.organization), request.params.id),
  );
  app.put('/territories', async (request) => {
    const { territories, ...target } = readBody(request, bodies.territories);
    return changeTerritories(context, target, territories);
  });
  app.get<{ Querystring: Record<string, string | undefined> }>('/mails', async (request) => {
    const { dataCenter = '', limit = '50' } = request.query;
    return listMails(context, dataCenter, limit);
  });
  app.get<{ Params: { id: string }; Querystring: Record<string, string | undefined> }>('/mails/:id', async (request) =>
    showMail(context, request.query.dataCenter ?? '', request.params.id),
  );
  app.post('/tokens/inspect', async (request) => inspectToken(context, readBody(request, bodies.token).token));
  app.get<{ Querystring: Record<string, string | undefined> }>('/events', async (request) => {
    const { dataCenter = '', kind, outcome, clientId, limit = '50' } = request.query;
    const { database, events } = administered(context, dataCenter);
    if (kind !== undefined && !isEventKind(kind)) {
      throw badInput(`"${kind}" is no kind of event: ${Object.keys(eventKinds).join(', ')}`);
    }
    const count = Number(limit);
    if (!Number.isInteger(count) || count < 1 || count > maxEvents)
      throw badInput(`limit must be 1 to ${maxEvents}; "${limit}" came`);
    await events.flush();
    return listEvents(database, {
      limit: count,
      ...(kind === undefined ? {} : { kind }),
      ...(outcome && { outcome }),
      ...(clientId && { clientId }),
    });
  });
  return app;
}

/** Every data centre of this process records it: the admin API stands before all of them. */
function recordRefusal(
  context: AdminContext,
  request: FastifyRequest,
  outcome: Outcome,
  more: Readonly<Record<string, unknown>>,
): void {
  const path = request.url.split('?', 1)[0]?.slice(0, 200);
  const detail = { method: request.method, path, address: request.ip, ...more };
  for (const { events } of context.dataCenters.values()) {
    events.record({ kind: 'admin', outcome, requestId: request.id, detail });
  }
}

/** The refusal of a call that the operator makes in somebody's place. */
function refusalText({ code, body }: Refusal): string {
  const { json_path: place, ...details } = body.details;
  const more = Object.keys(details).length === 0 ? '' : ` ${JSON.stringify(details)}`;
  return `${place === undefined ? '' : `${String(place)}: `}${body.message} (${code}${more})`;
}

function sendFailure(reply: FastifyReply, failure: AdminFailure): FastifyReply {
  return reply.code(failure.status).send({ error: { code: failure.code, message: failure.message } });
}
