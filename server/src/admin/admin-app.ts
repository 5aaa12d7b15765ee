import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { describeSettings } from '../config/describe-settings.ts';
import { Refusal } from '../crm/kernel/errors.ts';
import { currentCaller } from '../foundation/caller.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { sameBytes, secretHash } from '../foundation/secrets.ts';
import { createApp } from '../http/app.ts';
import { answerProbes } from '../http/probes.ts';
import { checkAddress, InputFault, parseBody, readBody, validatorOf } from '../http/read-input.ts';
import { eventKinds, isEventKind } from '../inspector/event-kinds.ts';
import { listEvents } from '../inspector/events.ts';
import { isClientSetting } from '../oauth/client-settings.ts';
import { isLoopback } from '../oauth/client-uris.ts';
import type { Outcome } from '../oauth/outcomes.ts';
import { listAudit, verifyAuditLog } from './audit.ts';
import { readLimit } from './bounds.ts';
import {
  changeClient,
  createRegistrationToken,
  deleteClient,
  describeClient,
  findClient,
  listClients,
  registerClient,
  rotateClientSecret,
} from './clients.ts';
import type { AdminContext } from './context.ts';
import { checkCors } from './cors-check.ts';
import { AdminFailure, badInput } from './failure.ts';
import { registerFlows } from './flows.ts';
import { closeImport, importRows, openImport } from './import.ts';
import { inspectToken } from './inspect-token.ts';
import { listSigningKeys, retireSigningKey, rotateSigningKey } from './keys.ts';
import { listMails, showMail } from './mails.ts';
import { moduleFields } from './module-fields.ts';
import { type DescribedRoute, registerDescription } from './openapi.ts';
import {
  addAssignmentRule,
  addBlueprint,
  addLayout,
  addMailTemplate,
  changeTerritories,
  listAssignmentRules,
  listBlueprints,
  listMailTemplates,
  removeAssignmentRule,
  removeBlueprint,
  removeMailTemplate,
} from './organization-settings.ts';
import { listProviders, putProvider, removeProvider } from './outside-providers.ts';
import { checkClientProfile } from './profile-check.ts';
import { bodies, queries, withId } from './schemas.ts';
import { createSelfClientCode } from './self-client-code.ts';
import { endUserSessions, listUserSessions } from './sessions.ts';
import { tellRefusal } from './tell-refusal.ts';
import { administered, changeUser, createUserWithOrganization } from './users.ts';

const bodyLimitBytes = 256 * 1024;
export interface AdminRoute {
  readonly method: string;
  /** With `:id` where an id stands. */
  readonly path: string;
}

/**
 * The admin API: what the command line speaks to. Loopback only, bearer token, never from a browser page. The probes alone
 * answer anybody.
 * @param draining aborted once the process is about to end.
 * @param routes gets the method and path of each route, for tests that go through all of them.
 */
export function createAdminApp(
  context: AdminContext,
  draining: AbortSignal,
  routes: AdminRoute[] = [],
): FastifyInstance {
  const app = createApp({
    random: context.random,
    log: context.log,
    trustProxy: false,
    bodyLimitBytes,
    secure: false,
    audited: true,
    intercept: (listener) => answerProbes(listener, draining),
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
        if (error instanceof Refusal) return sendFailure(reply, badInput(tellRefusal(error)));
        return error instanceof UsableFailure || error instanceof InputFault
          ? sendFailure(reply, badInput(error.message))
          : undefined;
      },
      unavailable: (_request, reply, error) =>
        sendFailure(reply, new AdminFailure(503, 'UNAVAILABLE', `${error.message}; try again in a moment`)),
      failed: (_request, reply) =>
        sendFailure(reply, new AdminFailure(500, 'INTERNAL', 'our own fault; the log has the cause')),
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
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
  const described: DescribedRoute[] = [];
  app.addHook('onRoute', ({ method, url, schema }) => {
    // Made by Fastify beside each GET.
    if (method === 'HEAD') return;
    routes.push({ method: String(method), path: url });
    described.push({ method: String(method), path: url, schema });
  });
  app.addHook('preValidation', async (request) => {
    checkAddress(request);
    if (request.routeOptions.schema?.body) request.body = parseBody(request);
  });
  app.addHook('preSerialization', async (request, reply, payload) => {
    noteAct(context, request, reply);
    return payload;
  });
  app.setValidatorCompiler(validatorOf);
  // The schemas of answers describe them; they are written as any other.
  app.setSerializerCompiler(() => JSON.stringify);
  registerDescription(app, described);
  app.get('/settings', async () =>
    describeSettings(context.settings).map((setting) => ({
      ...setting,
      per_client: isClientSetting(setting.name),
    })),
  );
  app.get('/data-centers', async () => context.topology.dataCenters);
  app.get('/data-centers/:id/signing-keys', { schema: { params: withId } }, async (request) =>
    listSigningKeys(context, request.params.id),
  );
  app.post('/data-centers/:id/signing-keys/rotate', { schema: { params: withId } }, async (request, reply) => {
    const body = request.body === undefined || request.body === null ? {} : readBody(request, bodies.keyRotation);
    return reply.code(201).send(await rotateSigningKey(context, request.params.id, body.algorithm));
  });
  app.post(
    '/data-centers/:id/signing-keys/retire',
    { schema: { body: bodies.keyRetirement, params: withId } },
    async (request) => retireSigningKey(context, request.params.id, request.body.keyId),
  );
  app.get('/data-centers/:id/outside-providers', { schema: { params: withId } }, async (request) =>
    listProviders(context, request.params.id),
  );
  app.post(
    '/data-centers/:id/outside-providers',
    { schema: { body: bodies.outsideProvider, params: withId } },
    async (request) => putProvider(context, request.params.id, request.body),
  );
  app.delete(
    '/data-centers/:id/outside-providers',
    { schema: { params: withId, querystring: queries.outsideProvider } },
    async (request) => removeProvider(context, request.params.id, request.query.provider),
  );
  app.post('/users', { schema: { body: bodies.user } }, async (request, reply) => {
    const { dataCenter, organization, ...user } = request.body;
    return reply.code(201).send(await createUserWithOrganization(context, dataCenter, user, organization));
  });
  app.patch('/users', { schema: { body: bodies.userChange } }, async (request) => {
    const { dataCenter, email, ...change } = request.body;
    return changeUser(context, dataCenter, email, change);
  });
  app.get('/sessions', { schema: { querystring: queries.sessions } }, async (request) =>
    listUserSessions(context, request.query),
  );
  app.delete('/sessions', { schema: { querystring: queries.endedSessions } }, async (request) => {
    const { session, ...owner } = request.query;
    return endUserSessions(context, owner, session);
  });
  app.get('/clients', { schema: { querystring: queries.clients } }, async (request) =>
    listClients(context, request.query.dataCenter),
  );
  app.post('/clients', { schema: { body: bodies.client } }, async (request, reply) =>
    reply.code(201).send(await registerClient(context, request.body)),
  );
  app.post('/registration-tokens', { schema: { body: bodies.registrationToken } }, async (request, reply) =>
    reply.code(201).send(await createRegistrationToken(context, request.body)),
  );
  app.get('/clients/:id', { schema: { params: withId } }, async (request) =>
    describeClient(await findClient(context, request.params.id)),
  );
  app.patch('/clients/:id', { schema: { body: bodies.clientChange, params: withId } }, async (request) =>
    changeClient(context, request.params.id, request.body),
  );
  app.delete('/clients/:id', { schema: { params: withId } }, async (request) =>
    deleteClient(context, request.params.id),
  );
  app.get('/clients/:id/profile-check', { schema: { params: withId } }, async (request) =>
    checkClientProfile(context, request.params.id),
  );
  app.post('/clients/:id/rotate-secret', { schema: { body: bodies.secretRotation, params: withId } }, async (request) =>
    rotateClientSecret(context, request.params.id, request.body.dataCenter, request.body.overlapSeconds),
  );
  app.post('/self-client-codes', { schema: { body: bodies.selfClientCode } }, async (request, reply) => {
    const body = request.body;
    return reply.code(201).send(await createSelfClientCode(context, { ...body, organizationId: body.organizationId }));
  });
  app.post('/imports', { schema: { body: bodies.importOpening } }, async (request, reply) => {
    const { importId, ...target } = request.body;
    return reply.code(importId === undefined ? 201 : 200).send(await openImport(context, target, importId));
  });
  app.post('/imports/rows', { schema: { body: bodies.importRows } }, async (request) =>
    importRows(context, request.body),
  );
  app.post('/imports/close', { schema: { body: bodies.importClosing } }, async (request) => {
    const { importId, ...target } = request.body;
    return closeImport(context, target, importId);
  });
  app.get('/module-fields', { schema: { querystring: queries.moduleFields } }, async (request) =>
    moduleFields(context, request.query),
  );
  app.get('/assignment-rules', { schema: { querystring: queries.organization } }, async (request) =>
    listAssignmentRules(context, request.query),
  );
  app.post('/assignment-rules', { schema: { body: bodies.assignmentRule } }, async (request, reply) => {
    const { rule, ...target } = request.body;
    return reply.code(201).send(await addAssignmentRule(context, target, rule));
  });
  app.delete(
    '/assignment-rules/:id',
    { schema: { querystring: queries.organization, params: withId } },
    async (request) => removeAssignmentRule(context, request.query, request.params.id),
  );
  app.get('/blueprints', { schema: { querystring: queries.organization } }, async (request) =>
    listBlueprints(context, request.query),
  );
  app.post('/blueprints', { schema: { body: bodies.blueprint } }, async (request, reply) => {
    const { blueprint, ...target } = request.body;
    return reply.code(201).send(await addBlueprint(context, target, blueprint));
  });
  app.delete('/blueprints/:id', { schema: { querystring: queries.organization, params: withId } }, async (request) =>
    removeBlueprint(context, request.query, request.params.id),
  );
  app.post('/layouts', { schema: { body: bodies.layout } }, async (request, reply) => {
    const { layout, ...target } = request.body;
    return reply.code(201).send(await addLayout(context, target, layout));
  });
  app.get('/mail-templates', { schema: { querystring: queries.organization } }, async (request) =>
    listMailTemplates(context, request.query),
  );
  app.post('/mail-templates', { schema: { body: bodies.mailTemplate } }, async (request, reply) => {
    const { template, ...target } = request.body;
    return reply.code(201).send(await addMailTemplate(context, target, template));
  });
  app.delete(
    '/mail-templates/:id',
    { schema: { querystring: queries.organization, params: withId } },
    async (request) => removeMailTemplate(context, request.query, request.params.id),
  );
  app.put('/territories', { schema: { body: bodies.territories } }, async (request) => {
    const { territories, ...target } = request.body;
    return changeTerritories(context, target, territories);
  });
  app.get('/mails', { schema: { querystring: queries.mails } }, async (request) => {
    const { dataCenter, limit } = request.query;
    return listMails(context, dataCenter, limit);
  });
  app.get('/mails/:id', { schema: { params: withId, querystring: queries.mail } }, async (request) =>
    showMail(context, request.query.dataCenter, request.params.id),
  );
  app.post('/tokens/inspect', { schema: { body: bodies.token } }, async (request) =>
    inspectToken(context, request.body.token),
  );
  app.get('/cors-check', { schema: { querystring: queries.corsCheck } }, async (request) =>
    checkCors(context, request.query),
  );
  registerFlows(app, context);
  app.get('/audit', { schema: { querystring: queries.audit } }, async (request) => {
    const { limit, order = 'newest', ...query } = request.query;
    return listAudit(context, query, limit, order);
  });
  app.get('/audit/verify', { schema: { querystring: queries.auditVerification } }, async (request) =>
    verifyAuditLog(context, request.query.dataCenter, request.query.head),
  );
  app.get('/events', { schema: { querystring: queries.events } }, async (request) => {
    const { dataCenter, kind, outcome, clientId, limit } = request.query;
    const { database, events } = administered(context, dataCenter);
    if (kind !== undefined && !isEventKind(kind)) {
      throw badInput(`unknown event kind "${kind}"; expected one of ${Object.keys(eventKinds).join(', ')}`);
    }
    const count = readLimit(limit, 'events');
    await events.flush();
    return listEvents(database, { limit: count, kind, outcome: outcome || undefined, clientId: clientId || undefined });
  });
  return app;
}

/** What changes something and has no event of its own is one of the operator's, where the thing belongs. */
function noteAct({ dataCenters }: AdminContext, request: FastifyRequest, reply: FastifyReply): void {
  if (request.method === 'GET' || reply.statusCode >= 400 || (currentCaller()?.before.length ?? 0) > 0) return;
  const { dataCenter } = { ...(request.query as object), ...(request.body as object) } as { dataCenter?: unknown };
  const [first] = dataCenters.values();
  const { events } = dataCenters.get(String(dataCenter)) ?? first ?? {};
  const path = request.routeOptions.url?.slice(0, 200);
  events?.record({ kind: 'admin', outcome: 'Success', detail: { method: request.method, path, by: 'operator' } });
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

function sendFailure(reply: FastifyReply, failure: AdminFailure): FastifyReply {
  return reply.code(failure.status).send({ error: { code: failure.code, message: failure.message } });
}
