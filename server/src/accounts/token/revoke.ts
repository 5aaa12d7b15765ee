import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { maskSecret } from '../../foundation/secrets.ts';
import { credentialKeys } from '../../inspector/flow-key.ts';
import { isCredential } from '../../oauth/formats.ts';
import { outcomes } from '../../oauth/outcomes.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { authenticateClient, readClientCredentials } from '../client/client-authentication.ts';
import type { AccountsContext } from '../context.ts';
import { endAccessToken, endRefreshToken } from '../store/end-tokens.ts';
import { parametersOf } from '../wire/parameters.ts';
import { sendJson } from '../wire/send-json.ts';

/** Both ways to revoke a token (reference §3.1, §3.2). They concern tokens of this data centre only. */
export function registerRevoke(app: FastifyInstance, context: AccountsContext): void {
  const { database, events, notices, slots } = context;

  const endRefresh = (token: string, clientId: string | null) =>
    endRefreshToken(database, notices, isCredential(token) ? slots.placeOf(token) : undefined, clientId);
  const endAccess = async (token: string, clientId: string | null) =>
    endAccessToken(database, notices, await context.presented.placeOf(token), clientId);
  const succeed = (request: FastifyRequest, reply: FastifyReply, clientId: string | null, token: string) => {
    events.record({
      kind: 'revoke',
      outcome: 'Success',
      clientId,
      requestId: request.id,
      keys: credentialKeys(token),
      detail: { token: maskSecret(token) },
    });
    return sendJson(reply, 200, { status: 'success' });
  };
  const refuse = (
    request: FastifyRequest,
    reply: FastifyReply,
    clientId: string | null,
    refusal: Refusal,
    token: string | null,
  ) => {
    const { outcome } = refusal;
    const detail = { ...refusal.detail, ...(token && { token: maskSecret(token) }) };
    events.record({
      kind: 'revoke',
      outcome,
      clientId: clientId?.slice(0, 100) ?? null,
      requestId: request.id,
      keys: credentialKeys(token),
      detail,
    });
    // Never 200 here: callers read that status as "revoked".
    return sendJson(reply, 400, { error: outcomes[outcome].token?.error ?? 'invalid_token' });
  };

  // The legacy form knows no client authentication: whoever has the token may end it.
  app.all('/oauth/v2/token/revoke', async (request, reply) => {
    if (request.method !== 'POST') return refuse(request, reply, null, wrongMethod(request), null);
    const token = (await parametersOf(request)).get('token');
    const found = token !== null && ((await endRefresh(token, null)) || (await endAccess(token, null)));
    if (found) return succeed(request, reply, null, token);
    return refuse(request, reply, null, { outcome: token ? 'RevokedTokenUnknown' : 'RevokedTokenMissing' }, token);
  });

  app.all('/oauth/v2/revoke/token', async (request, reply) => {
    if (request.method !== 'POST') return refuse(request, reply, null, wrongMethod(request), null);
    const parameters = await parametersOf(request);
    const credentials = readClientCredentials(parameters, request.headers.authorization);
    const clientId = credentials.clientId ?? null;
    const token = parameters.get('token');
    const client = await authenticateClient(context, credentials);
    if ('outcome' in client) return refuse(request, reply, clientId, client, token);
    if (!token) return refuse(request, reply, clientId, { outcome: 'RevokedTokenMissing' }, null);
    const kind = parameters.get('token_type') ?? parameters.get('token_type_hint') ?? 'refresh_token';
    const end = kind === 'refresh_token' ? endRefresh : kind === 'access_token' ? endAccess : undefined;
    if (!end) {
      const detail = { came: kind.slice(0, 100), expected: ['refresh_token', 'access_token'] };
      return refuse(request, reply, clientId, { outcome: 'RevokedTokenUnknown', detail }, token);
    }
    if (await end(token, client.clientId)) return succeed(request, reply, clientId, token);
    return refuse(request, reply, clientId, { outcome: 'RevokedTokenUnknown', detail: { tokenType: kind } }, token);
  });
}

function wrongMethod(request: FastifyRequest): Refusal {
  return { outcome: 'MethodNotAllowed', detail: { came: request.method, expected: 'POST' } };
}
