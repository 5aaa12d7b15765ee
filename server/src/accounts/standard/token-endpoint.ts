import type { FastifyInstance } from 'fastify';
import { maskSecret } from '../../foundation/secrets.ts';
import { standardPath } from '../../oauth/issuer.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { TokenBinding } from '../../oauth/token-binding.ts';
import type { AccountsContext } from '../context.ts';
import { readResources } from '../request/binding-steps.ts';
import { schemeOf, type TokenAnswer } from '../token/token-answer.ts';
import { exchange, keysOf, presentedCredentials, readGrantType } from '../token/token-endpoint.ts';
import { sendJson } from '../wire/send-json.ts';
import { registerCall, type StandardCall } from './call.ts';
import { provenKey } from './proof.ts';

/** `POST /oauth2/token` (RFC 6749 §3.2): the grants of the core in the words of the standards. */
export function registerStandardToken(app: FastifyInstance, context: AccountsContext): void {
  registerCall(app, context, `${standardPath}/token`, 'token', async (call) => {
    const { client, parameters, proven, reply, request } = call;
    const grantType = readGrantType(parameters);
    if (typeof grantType !== 'string') return grantType;
    const binding = await askedBinding(context, call);
    if ('outcome' in binding) return binding;
    const result = await exchange(context, grantType, { client, parameters, proven, dialect: 'standard', binding });
    if ('outcome' in result) {
      const detail = { ...result.detail, ...presentedCredentials(parameters) };
      return { ...result, detail, keys: keysOf(parameters) };
    }
    context.events.record({
      kind: 'token',
      outcome: 'Success',
      clientId: client.clientId,
      requestId: request.id,
      detail: () => ({ grantType, dialect: 'standard', accessToken: maskSecret(result.accessToken) }),
      keys: () => keysOf(parameters, result),
    });
    return sendJson(reply, 200, renderStandardAnswer(result));
  });
}

/** What the token is to be bound to: the resources that are named, and the key of the proof that came. */
async function askedBinding(
  context: AccountsContext,
  { parameters, reply, request }: StandardCall,
): Promise<TokenBinding | Refusal> {
  const resources = readResources(context, parameters);
  if (resources !== null && 'outcome' in resources) return resources;
  const key = await provenKey(context, request, reply);
  return 'outcome' in key ? key : { resources, keyThumbprint: key.thumbprint };
}

/** RFC 6749 §5.1, OpenID Connect Core §3.1.3.3. */
export function renderStandardAnswer(answer: TokenAnswer): Record<string, unknown> {
  return {
    access_token: answer.accessToken,
    token_type: schemeOf(answer),
    expires_in: answer.expiresInSeconds,
    scope: answer.scope,
    ...(answer.refreshToken === undefined ? {} : { refresh_token: answer.refreshToken }),
    ...(answer.idToken === undefined ? {} : { id_token: answer.idToken }),
  };
}
