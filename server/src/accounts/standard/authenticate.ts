import type { FastifyRequest } from 'fastify';
import { type Client, hasKeys, rulesOf } from '../../oauth/client.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { assertionType, checkAssertion, clientIdOfAssertion } from '../client/client-assertion.ts';
import { checkSecret, parseBasic } from '../client/client-authentication.ts';
import { findEnabledClient } from '../client/find-client.ts';
import type { AccountsContext } from '../context.ts';

/** The ways in which a client proves who it is at the endpoints that it calls itself. */
export const provingMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;
export const clientMethods = [...provingMethods, 'none'] as const;

/** A client that called one of the standard endpoints. */
export interface Caller {
  readonly client: Client;
  /** It has shown a secret or signed an assertion; public clients only name themselves. */
  readonly proven: boolean;
}

/** Who a request says that it is from; nothing of it is verified. */
export function presentedId(request: FastifyRequest, parameters: URLSearchParams): string | undefined {
  const assertion = parameters.get('client_assertion');
  return (
    parseBasic(request.headers.authorization)?.clientId ||
    parameters.get('client_id') ||
    (assertion ? clientIdOfAssertion(assertion) : undefined) ||
    undefined
  );
}

/**
 * Client authentication: RFC 6749 §2.3, RFC 7523 §2.2. One way in a request; a client with keys of its own has only
 * `private_key_jwt`, one without a secret only `none`. Every fault is `invalid_client`, whatever it was.
 */
export async function authenticateCaller(
  context: AccountsContext,
  request: FastifyRequest,
  parameters: URLSearchParams,
): Promise<Caller | Refusal> {
  const basic = parseBasic(request.headers.authorization);
  const secret = parameters.get('client_secret');
  const assertion = parameters.get('client_assertion');
  const ways = [basic, secret, assertion].filter((way) => way !== undefined && way !== null);
  if (ways.length > 1) return { outcome: 'AuthenticatedTwice' };
  const clientId = presentedId(request, parameters);
  if (!clientId) return { outcome: 'ClientIdMissing' };
  const named = parameters.get('client_id');
  if (named !== null && named !== clientId) return { outcome: 'AuthenticatedTwice', detail: { reason: 'client_id' } };

  const client = await findEnabledClient(context, clientId);
  if ('outcome' in client) return client;
  if (assertion !== null) {
    const type = parameters.get('client_assertion_type');
    if (type !== assertionType) {
      return { outcome: 'AssertionInvalid', detail: { reason: 'client_assertion_type', expected: assertionType } };
    }
    return (await checkAssertion(context, client, assertion)) ?? { client, proven: true };
  }
  if (hasKeys(client)) return { outcome: 'AssertionMissing' };
  const shown = basic ? basic.clientSecret : secret;
  if (shown) {
    if (!hasSecret(client)) return { outcome: 'SecretUnexpected' };
    return checkSecret(context, client, shown) ?? { client, proven: true };
  }
  return rulesOf(client).secretRequired ? { outcome: 'SecretMissing' } : { client, proven: false };
}

/** Apps in a browser or on a phone cannot keep a secret (OAuth 2.1 §2.1); the platform gives those on phones one. */
function hasSecret({ profile, type }: Client): boolean {
  return !(profile === 'strict' && type === 'browser');
}
