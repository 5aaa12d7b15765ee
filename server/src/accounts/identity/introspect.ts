import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { maskSecret } from '../../foundation/secrets.ts';
import { credentialKey } from '../../inspector/flow-key.ts';
import type { Client } from '../../oauth/client.ts';
import { type DialectName, issuerOf } from '../../oauth/issuer.ts';
import { outcomes } from '../../oauth/outcomes.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { audienceOf } from '../../oauth/resources.ts';
import { standardStatus } from '../../oauth/standard-errors.ts';
import { schemeOf } from '../../oauth/token-authority.ts';
import { authenticateClient, readClientCredentials } from '../client/client-authentication.ts';
import type { AccountsContext } from '../context.ts';
import { findUser } from '../users.ts';
import { parametersOf } from '../wire/parameters.ts';
import { sendJson } from '../wire/send-json.ts';
import { type IntrospectedToken, TokenInspector } from './introspected-token.ts';

/**
 * `POST /oauth/v2/introspect` (RFC 7662, reference §4.5): an API of one's own asks what a token stands for. Any client
 * with a secret at this data centre may ask about its own tokens, a declared resource server about the access tokens of
 * all clients (RFC 7662 §2.2, §4); about a refresh token only the client that has it.
 * Refusals are those of RFC 6749 §5.2 with their statuses, because every caller of this endpoint is written for the RFC:
 * a refusal with status 200 would be read as an answer.
 */
export function registerIntrospect(app: FastifyInstance, context: AccountsContext): void {
  const inspector = new TokenInspector(context);

  app.all('/oauth/v2/introspect', async (request, reply) => {
    if (request.method !== 'POST') {
      const detail = { came: request.method, expected: 'POST' };
      return refuse(context, request, reply, null, { outcome: 'MethodNotAllowed', detail });
    }
    const parameters = await parametersOf(request);
    const credentials = readClientCredentials(parameters, request.headers.authorization);
    const caller = await authenticateCaller(context, credentials);
    if ('outcome' in caller) return refuse(context, request, reply, credentials.clientId ?? null, caller);
    const token = parameters.get('token');
    if (!token) return refuse(context, request, reply, caller.clientId, { outcome: 'IntrospectedTokenMissing' });

    return answerIntrospection(context, request, reply, { inspector, token, caller, dialect: 'platform' });
  });
}

/** What the token is and whether it lives, to a caller that has been authenticated. */
export async function answerIntrospection(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  {
    inspector,
    token,
    caller,
    dialect,
  }: {
    readonly inspector: TokenInspector;
    readonly token: string;
    readonly caller: Client;
    readonly dialect: DialectName;
  },
): Promise<FastifyReply> {
  const found = await inspector.inspect(token, caller);
  const active = !('refusal' in found);
  context.events.record({
    kind: 'introspect',
    outcome: active ? 'Success' : found.refusal,
    clientId: caller.clientId,
    userId: active ? found.userId : null,
    requestId: request.id,
    keys: () => [credentialKey(token)],
    detail: { token: maskSecret(token), ...(active ? { kind: found.kind, issuedTo: found.clientId } : {}) },
  });
  // RFC 7662 §2.2: of a token that is not active the caller learns nothing more.
  return sendJson(reply, 200, active ? await describe(context, found, dialect) : { active: false });
}

/** Unlike at the token endpoint a secret is always needed: an open endpoint would let anybody try tokens (RFC 7662 §4). */
async function authenticateCaller(
  context: AccountsContext,
  credentials: ReturnType<typeof readClientCredentials>,
): Promise<Client | Refusal> {
  const client = await authenticateClient(context, credentials);
  if ('outcome' in client) return client;
  return credentials.clientSecret ? client : { outcome: 'SecretMissing' };
}

async function describe(
  context: AccountsContext,
  token: IntrospectedToken,
  dialect: DialectName,
): Promise<Record<string, unknown>> {
  const { binding, scopes } = token;
  const { keyThumbprint, resources } = binding;
  const mayKnowName = scopes.has('email') || scopes.covers('AaaServer.profile.READ');
  const user = mayKnowName ? await findUser(context.database, { userId: token.userId }) : undefined;
  return {
    active: true,
    scope: scopes.toString(),
    client_id: token.clientId,
    token_type: token.kind === 'refresh token' ? 'refresh_token' : schemeOf(token),
    ...(token.expiresAtMs === null ? {} : { exp: Math.floor(token.expiresAtMs / 1000) }),
    iat: Math.floor(token.createdAtMs / 1000),
    sub: token.userId,
    iss: issuerOf(context.dataCenter, dialect),
    // RFC 8707 §2, RFC 9449 §6.2.
    ...(resources === null ? {} : { aud: audienceOf(resources) }),
    ...(keyThumbprint === null ? {} : { cnf: { jkt: keyThumbprint } }),
    ...(user ? { username: user.email } : {}),
    // Not in the RFC: which data the token is bound to.
    ...(token.organizationId === null ? {} : { organization_id: token.organizationId }),
    environment: token.environment,
  };
}

function refuse(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  clientId: string | null,
  refusal: Refusal,
): FastifyReply {
  const { outcome, detail } = refusal;
  context.events.record({
    kind: 'introspect',
    outcome,
    clientId: clientId?.slice(0, 100) ?? null,
    requestId: request.id,
    ...(detail ? { detail } : {}),
  });
  const error = outcomes[outcome].standard ?? 'invalid_request';
  if (error === 'invalid_client') reply.header('www-authenticate', 'Basic');
  return sendJson(reply, standardStatus(error), { error, error_description: outcomes[outcome].meaning });
}
