import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { maskSecret } from '../../foundation/secrets.ts';
import { credentialKeys } from '../../inspector/flow-key.ts';
import { type GrantType, grantTypes, rulesOf } from '../../oauth/client.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { notBound } from '../../oauth/token-binding.ts';
import { authenticateClient, readClientCredentials } from '../client/client-authentication.ts';
import type { AccountsContext } from '../context.ts';
import { parametersOf } from '../wire/parameters.ts';
import { sendJson, sendRefusal } from '../wire/send-json.ts';
import { exchangeCode } from './authorization-code.ts';
import { grantClientCredentials } from './client-credentials.ts';
import { refreshAccessToken } from './refresh-token.ts';
import { renderTokenAnswer, type TokenAnswer } from './token-answer.ts';
import type { Exchange, TokenCall } from './token-call.ts';

/** What each grant does once the client is known to be who it says. */
const exchanges: Readonly<Record<GrantType, Exchange>> = {
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
    return sendRefusal(context, request, reply, credentials.clientId ?? null, {
      ...result,
      detail,
      keys: keysOf(parameters),
    });
  }
  context.events.record({
    kind: 'token',
    outcome: 'Success',
    clientId: credentials.clientId ?? null,
    requestId: request.id,
    keys: () => keysOf(parameters, result),
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
  const grantType = readGrantType(parameters);
  if (typeof grantType !== 'string') return grantType;
  const client = await authenticateClient(context, credentials);
  if ('outcome' in client) return client;
  const proven = credentials.clientSecret !== undefined;
  return exchange(context, grantType, { client, parameters, proven, dialect: 'platform', binding: notBound });
}

/** `grant_type`, if it is one of the core. `expected`: all that the endpoint has. */
export function readGrantType(
  parameters: URLSearchParams,
  expected: readonly string[] = grantTypes,
): GrantType | Refusal {
  const grantType = parameters.get('grant_type');
  if (!grantType) return { outcome: 'GrantTypeMissing', detail: { expected } };
  if (!isGrantType(grantType)) {
    return { outcome: 'GrantTypeUnknown', detail: { came: grantType.slice(0, 100), expected } };
  }
  return grantType;
}

/** Does what the grant asks for, if the client may use it. */
export async function exchange(
  context: AccountsContext,
  grantType: GrantType,
  call: TokenCall,
): Promise<TokenAnswer | Refusal> {
  const rules = rulesOf(call.client);
  if (rules.grantTypes.includes(grantType)) return exchanges[grantType](context, call);
  return {
    outcome: 'GrantTypeNotAllowed',
    detail: { clientType: rules.label, came: grantType, expected: rules.grantTypes },
  };
}

/** The parameters of a token request that are codes or tokens. */
const credentialParameters = ['code', 'refresh_token', 'device_code', 'subject_token'];

/** What ties a token request to the steps before it, and its tokens to those that come after. */
export function keysOf(parameters: URLSearchParams, answer?: TokenAnswer): string[] {
  const came = credentialParameters.map((name) => parameters.get(name));
  return credentialKeys(...came, answer?.refreshToken, answer?.accessToken);
}

function isGrantType(text: string): text is GrantType {
  return (grantTypes as readonly string[]).includes(text);
}

/** The credentials that came, masked: enough to find them again in the events, not enough to use them. */
export function presentedCredentials(parameters: URLSearchParams): Record<string, string> {
  const masked: Record<string, string> = {};
  for (const name of credentialParameters) {
    const value = parameters.get(name);
    if (value) masked[name] = maskSecret(value);
  }
  return masked;
}
