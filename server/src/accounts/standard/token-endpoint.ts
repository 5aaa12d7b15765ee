import type { FastifyInstance } from 'fastify';
import { maskSecret } from '../../foundation/secrets.ts';
import { grantTypes } from '../../oauth/client.ts';
import { standardPath } from '../../oauth/issuer.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { schemeOf } from '../../oauth/token-authority.ts';
import type { TokenBinding } from '../../oauth/token-binding.ts';
import type { AccountsContext } from '../context.ts';
import { readResources } from '../request/binding-steps.ts';
import type { TokenAnswer } from '../token/token-answer.ts';
import type { Exchange } from '../token/token-call.ts';
import { exchange, keysOf, presentedCredentials, readGrantType } from '../token/token-endpoint.ts';
import { accessTokenUrn, exchangeGrantType, exchangeToken } from '../token/token-exchange.ts';
import { sendJson } from '../wire/send-json.ts';
import { registerCall, type StandardCall } from './call.ts';
import { deviceGrantType, grantDeviceCode } from './device-authorization.ts';
import { provenKey } from './proof.ts';

/** The grants that only this dialect has. */
const extensionGrants: ReadonlyMap<string, Exchange> = new Map([
  [deviceGrantType, grantDeviceCode],
  [exchangeGrantType, exchangeToken],
]);

/** The grants of `/oauth2/token`, in the words of their standards. */
export const standardGrantTypes: readonly string[] = [...grantTypes, ...extensionGrants.keys()];

/** `POST /oauth2/token` (RFC 6749 §3.2): the grants of the core in the words of the standards. */
export function registerStandardToken(app: FastifyInstance, context: AccountsContext): void {
  registerCall(app, context, `${standardPath}/token`, 'token', async (call) => {
    const { client, parameters, proven, reply, request } = call;
    const grant = readGrant(parameters);
    if ('outcome' in grant) return grant;
    const { grantType } = grant;
    const binding = await askedBinding(context, call);
    if ('outcome' in binding) return binding;
    const result = await grant.exchange(context, { client, parameters, proven, dialect: 'standard', binding });
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
    // RFC 8693 §2.2.1.
    const issued = grantType === exchangeGrantType ? { issued_token_type: accessTokenUrn } : {};
    return sendJson(reply, 200, { ...renderStandardAnswer(result), ...issued });
  });
}

/** The grant that a request names, and what it does. */
function readGrant(parameters: URLSearchParams): { readonly grantType: string; readonly exchange: Exchange } | Refusal {
  const named = parameters.get('grant_type') ?? '';
  const extension = extensionGrants.get(named);
  if (extension) return { grantType: named, exchange: extension };
  const grantType = readGrantType(parameters, standardGrantTypes);
  if (typeof grantType !== 'string') return grantType;
  return { grantType, exchange: (context, call) => exchange(context, grantType, call) };
}

/** What the token is to be bound to: the resources that are named, and the key of the proof that came. */
async function askedBinding(
  context: AccountsContext,
  { client, parameters, reply, request }: StandardCall,
): Promise<TokenBinding | Refusal> {
  const resources = readResources(context, parameters);
  if (resources !== null && 'outcome' in resources) return resources;
  const key = await provenKey(context, request, reply);
  if ('outcome' in key) return key;
  if (client.dpopBound && key.thumbprint === null) return { outcome: 'ProofNeeded' };
  return { resources, keyThumbprint: key.thumbprint };
}

/** RFC 6749 §5.1, OpenID Connect Core §3.1.3.3. */
function renderStandardAnswer(answer: TokenAnswer): Record<string, unknown> {
  return {
    access_token: answer.accessToken,
    token_type: schemeOf(answer),
    expires_in: answer.expiresInSeconds,
    scope: answer.scope,
    ...(answer.refreshToken === undefined ? {} : { refresh_token: answer.refreshToken }),
    ...(answer.idToken === undefined ? {} : { id_token: answer.idToken }),
  };
}
