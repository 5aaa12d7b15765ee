import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { maskSecret } from '../../foundation/secrets.ts';
import { readParameters } from '../../http/parameters.ts';
import type { EventKind } from '../../inspector/event-kinds.ts';
import { type Client, clientTypeRules, type GrantType, grantTypes } from '../../oauth/client.ts';
import {
  outcomes,
  type Refusal,
  standardStatus,
  throttleBodies,
  throttleErrorByLanguage,
} from '../../oauth/outcomes.ts';
import type { AccountsContext } from '../context.ts';
import { exchangeCode } from './authorization-code.ts';
import { authenticateClient, readClientCredentials } from './client-authentication.ts';
import { grantClientCredentials } from './client-credentials.ts';
import { refreshAccessToken } from './refresh-token.ts';
import { renderTokenAnswer, type TokenAnswer } from './token-answer.ts';

/** What each grant does once the client is known to be who it says. */
const exchanges: Partial<
  Record<
    GrantType,
    (context: AccountsContext, client: Client, parameters: URLSearchParams) => Promise<TokenAnswer | Refusal>
  >
> = {
  authorization_code: exchangeCode,
  refresh_token: refreshAccessToken,
  client_credentials: grantClientCredentials,
};

/** `POST /oauth/v2/token` (reference §2): parameters from query, urlencoded or multipart body, client by Basic too. */
export function registerTokenEndpoint(app: FastifyInstance, context: AccountsContext): void {
  app.all('/oauth/v2/token', async (request, reply) => {
    if (request.method === 'POST') return answerTokenRequest(context, request, reply, await parametersOf(request));
    const detail = { came: request.method, expected: 'POST' };
    return sendRefusal(context, request, reply, null, { outcome: 'MethodNotAllowed', detail });
  });
}

/** The parameters of a token-side request. */
export function parametersOf(request: FastifyRequest): Promise<URLSearchParams> {
  return readParameters(request.url, request.headers['content-type'], request.body as Buffer | undefined);
}

/** Answers one token request, whichever path it came by. */
export async function answerTokenRequest(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  parameters: URLSearchParams,
): Promise<FastifyReply> {
  const credentials = readClientCredentials(parameters, request.headers.authorization);
  const result = await answerToken(context, parameters, credentials);
  if ('outcome' in result) {
    const detail = { ...result.detail, ...presentedCredentials(parameters) };
    return sendRefusal(context, request, reply, credentials.clientId ?? null, { ...result, detail });
  }
  context.events.record({
    kind: 'token',
    outcome: 'Success',
    clientId: credentials.clientId ?? null,
    requestId: request.id,
    detail: () => ({ grantType: parameters.get('grant_type'), accessToken: maskSecret(result.accessToken) }),
  });
  return sendJson(reply, 200, renderTokenAnswer(context, result));
}

/** The order of the reference, §2.2: grant type, client id, client secret, redirect URI, code or token, throttle. */
async function answerToken(
  context: AccountsContext,
  parameters: URLSearchParams,
  credentials: ReturnType<typeof readClientCredentials>,
): Promise<TokenAnswer | Refusal> {
  const grantType = parameters.get('grant_type');
  if (!grantType) return { outcome: 'GrantTypeMissing', detail: { expected: grantTypes } };
  if (!isGrantType(grantType)) {
    return { outcome: 'GrantTypeUnknown', detail: { came: grantType.slice(0, 100), expected: grantTypes } };
  }
  const client = await authenticateClient(context, credentials);
  if ('outcome' in client) return client;
  const exchange = exchanges[grantType];
  if (!exchange || !clientTypeRules[client.type].grantTypes.includes(grantType)) {
    return {
      outcome: 'GrantTypeNotAllowed',
      detail: { clientType: clientTypeRules[client.type].label, came: grantType },
    };
  }
  return exchange(context, client, parameters);
}

function isGrantType(text: string): text is GrantType {
  return (grantTypes as readonly string[]).includes(text);
}

/** The credentials that came, masked: enough to find them again in the events, not enough to use them. */
function presentedCredentials(parameters: URLSearchParams): Record<string, string> {
  const masked: Record<string, string> = {};
  for (const name of ['code', 'refresh_token']) {
    const value = parameters.get(name);
    if (value) masked[name] = maskSecret(value);
  }
  return masked;
}

/** Sends a refusal in the platform dialect (or, when switched, in that of RFC 6749) and records what really happened. */
export function sendRefusal(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  clientId: string | null,
  refusal: Refusal,
  kind: EventKind = 'token',
): FastifyReply {
  const { outcome, detail, explanation } = refusal;
  context.events.record({
    kind,
    outcome,
    clientId: clientId?.slice(0, 100) ?? null,
    requestId: request.id,
    ...(detail ? { detail } : {}),
    ...(explanation && { explanation }),
  });
  const { compatibility } = context.settings;
  const { standard, token, meaning, disclosed = meaning } = outcomes[outcome];
  if (detail?.retryAfterSeconds !== undefined) reply.header('retry-after', String(detail.retryAfterSeconds));
  if (compatibility.strictRfc && standard) {
    if (standard === 'invalid_client' && request.headers.authorization) reply.header('www-authenticate', 'Basic');
    return sendJson(reply, standardStatus(standard), { error: standard, error_description: disclosed });
  }
  const wire = token ?? { error: 'general_error', status: 500 };
  if (wire.error !== 'Access Denied') return sendJson(reply, wire.status, { error: wire.error });
  const body = throttleBodies[compatibility.throttleText];
  const language = request.headers['accept-language']?.slice(0, 2).toLowerCase() ?? '';
  const error = (compatibility.throttleLocalised && throttleErrorByLanguage[language]) || body.error;
  return sendJson(reply, compatibility.throttleStatus, { ...body, error });
}

/** Compact JSON without a trailing newline, never cached. */
export function sendJson(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'application/json;charset=UTF-8')
    .header('cache-control', 'no-store')
    .header('pragma', 'no-cache')
    .send(JSON.stringify(body));
}
