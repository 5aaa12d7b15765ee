import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { secretHash } from '../../foundation/secrets.ts';
import { networkOf } from '../../http/network.ts';
import { InputFault, parseBody } from '../../http/read-input.ts';
import type { Client } from '../../oauth/client.ts';
import {
  type ClientMetadata,
  type DescribedClient,
  type MetadataFault,
  metadataRules,
  readClientMetadata,
} from '../../oauth/client-metadata.ts';
import { nobody, type UserId } from '../../oauth/ids.ts';
import { issuerOf, standardPath } from '../../oauth/issuer.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { attemptsUsedUp } from '../attempts.ts';
import type { AccountsContext } from '../context.ts';
import { idTokenAlgorithm } from '../identity/id-token.ts';
import { sendJson } from '../wire/send-json.ts';
import { sendStandardRefusal } from '../wire/standard-error.ts';
import { deviceGrantType } from './device-authorization.ts';

const path = `${standardPath}/register`;
const kind = 'client';
const bearer = /^bearer +([A-Za-z0-9_-]{20,200}) *$/i;

/**
 * Dynamic registration (RFC 7591) and its management (RFC 7592). What registers itself is a client of the strict profile
 * like any other, in all data centres of the realm: its users are asked, and it chooses neither its id nor its rights.
 */
export function registerRegistration(app: FastifyInstance, context: AccountsContext): void {
  const refuse = (request: FastifyRequest, reply: FastifyReply, refusal: Refusal) => {
    if (refusal.outcome === 'RegistrationTokenInvalid')
      reply.header('www-authenticate', 'Bearer error="invalid_token"');
    if (refusal.outcome === 'RegistrationTokenMissing') reply.header('www-authenticate', 'Bearer');
    return sendStandardRefusal(context, request, reply, null, refusal, kind);
  };

  app.all(path, async (request, reply) => {
    if (request.method !== 'POST') {
      return refuse(request, reply, {
        outcome: 'MethodNotAllowed',
        detail: { came: request.method, expected: 'POST' },
      });
    }
    const owner = await ownerOf(context, request);
    if (typeof owner !== 'string') return refuse(request, reply, owner);
    const most = context.settings.limits.registrationsPerAddress;
    const attempt = await context.attempts.take([
      { of: 'registrations from an address', key: networkOf(request.ip), most },
    ]);
    if (!attempt.granted) return refuse(request, reply, attemptsUsedUp('RegistrationsThrottled', attempt));
    const described = readRequest(context, request);
    if ('error' in described) return sendFault(context, request, reply, described);

    const realm = context.topology.realmOf(context.dataCenter).map(({ id }) => id);
    const { fields, method, overrides, standards, type } = described;
    const created = await context.clients.create({
      ...{
        ...fields,
        ...standards,
        overrides,
        type,
        dataCenter: context.dataCenter.id,
        ownerId: owner,
        sameSecret: true,
      },
      enabledDataCenters: realm.filter((id) => id !== context.dataCenter.id),
      mostOfOwner: owner === nobody ? 0 : context.settings.limits.clientsPerOwner,
    });
    if (!('client' in created)) {
      const description = 'the owner of the initial access token has as many clients as are allowed';
      return sendFault(context, request, reply, { error: 'invalid_client_metadata', description });
    }
    const { client, secrets } = created;
    const token = context.random.bytes(32).toString('base64url');
    await context.clients.registrations.mark(client.clientId, { hash: secretHash(token), method });
    record(context, request, client, 'register');
    const secret = method.startsWith('client_secret') ? secrets[client.dataCenter] : undefined;
    return sendJson(reply, 201, {
      ...describe(context, client, method),
      ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
      registration_access_token: token,
    });
  });

  app.all<{ Params: { id: string } }>(`${path}/:id`, async (request, reply) => {
    const { id } = request.params;
    const token = bearer.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return refuse(request, reply, { outcome: 'RegistrationTokenMissing' });
    const found = await context.clients.registrations.find(id, secretHash(token));
    const client = found && (await context.clients.find(id));
    // RFC 7592 §2: of a client that is gone its token is invalid too.
    if (!client) return refuse(request, reply, { outcome: 'RegistrationTokenInvalid' });
    switch (request.method) {
      case 'GET':
        return sendJson(reply, 200, { ...describe(context, client, found.method), registration_access_token: token });
      case 'DELETE':
        await context.clients.delete(id);
        record(context, request, client, 'delete');
        return reply.code(204).header('cache-control', 'no-store').send();
      case 'PUT': {
        const described = readRequest(context, request, { client, method: found.method });
        if ('error' in described) return sendFault(context, request, reply, described);
        const changed = await context.clients.update(client, {
          ...{ ...described.fields, ...described.standards },
          overrides: { ...client.overrides, ...described.overrides },
        });
        record(context, request, client, 'change');
        return sendJson(reply, 200, {
          ...describe(context, changed.client, found.method),
          registration_access_token: token,
        });
      }
      default: {
        const detail = { came: request.method, expected: 'GET, PUT, DELETE' };
        return refuse(request, reply, { outcome: 'MethodNotAllowed', detail });
      }
    }
  });
}

/** For whom the caller may register a client, if at all. */
async function ownerOf(context: AccountsContext, request: FastifyRequest): Promise<UserId | Refusal> {
  const { registration } = context.settings.standards;
  if (registration === 'closed') return { outcome: 'RegistrationClosed' };
  const token = bearer.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) return registration === 'open' ? nobody : { outcome: 'RegistrationTokenMissing' };
  const owner = await context.clients.registrations.ownerOf({
    hash: secretHash(token),
    dataCenter: context.dataCenter.id,
    nowMs: context.clock.nowMs(),
  });
  return owner ?? { outcome: 'RegistrationTokenInvalid' };
}

/** The metadata of a request. `before`: the client that it is to change, which stays what it is. */
function readRequest(
  { settings }: AccountsContext,
  request: FastifyRequest,
  before?: { readonly client: Client; readonly method: string },
): DescribedClient | MetadataFault {
  const wrong = (description: string): MetadataFault => ({ error: 'invalid_client_metadata', description });
  let metadata: unknown;
  try {
    metadata = parseBody(request);
  } catch (error) {
    if (error instanceof InputFault) return wrong(error.message);
    throw error;
  }
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    return wrong('the body: expected a JSON object');
  }
  const described = readClientMetadata(metadata as ClientMetadata, metadataRules(settings));
  if ('error' in described || !before) return described;
  const { client_id: named } = metadata as ClientMetadata;
  if (named !== before.client.clientId) return wrong('client_id: expected that of the client');
  if (described.method !== before.method) return wrong('token_endpoint_auth_method: it cannot be changed');
  return described.type === before.client.type ? described : wrong('what kind of client it is cannot be changed');
}

function describe(context: AccountsContext, client: Client, method: string): Record<string, unknown> {
  const {
    clientId,
    createdAtMs,
    dpopBound,
    homepageUrl,
    jwks,
    jwksUri,
    name,
    postLogoutRedirectUris,
    redirectUris,
    type,
  } = client;
  const issuer = issuerOf(context.dataCenter, 'standard');
  return {
    client_id: clientId,
    client_id_issued_at: Math.floor(createdAtMs / 1000),
    registration_client_uri: `${issuer}/register/${encodeURIComponent(clientId)}`,
    client_name: name,
    ...(homepageUrl === null ? {} : { client_uri: homepageUrl }),
    ...(type === 'device' ? {} : { redirect_uris: redirectUris, response_types: ['code'] }),
    grant_types: [type === 'device' ? deviceGrantType : 'authorization_code', 'refresh_token'],
    token_endpoint_auth_method: method,
    application_type: type === 'mobile' || type === 'device' ? 'native' : 'web',
    id_token_signed_response_alg: idTokenAlgorithm(context, client),
    dpop_bound_access_tokens: dpopBound,
    ...(jwks === null ? {} : { jwks }),
    ...(jwksUri === null ? {} : { jwks_uri: jwksUri }),
    ...(postLogoutRedirectUris.length === 0 ? {} : { post_logout_redirect_uris: postLogoutRedirectUris }),
    ...(client.backchannelLogoutUri === null ? {} : { backchannel_logout_uri: client.backchannelLogoutUri }),
  };
}

/** RFC 7591 §3.2.2. */
function sendFault(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { description, error }: MetadataFault,
): FastifyReply {
  context.events.record({
    kind,
    outcome: 'ClientMetadataInvalid',
    requestId: request.id,
    detail: { error, reason: description },
  });
  return sendJson(reply, 400, { error, error_description: description.replace(/[^\x20-\x7e]|["\\]/g, "'") });
}

function record(
  context: AccountsContext,
  request: FastifyRequest,
  { clientId, type }: Client,
  action: 'register' | 'change' | 'delete',
): void {
  const detail = { action, by: 'dynamic registration', type };
  context.events.record({ kind, outcome: 'Success', clientId, requestId: request.id, detail });
}
