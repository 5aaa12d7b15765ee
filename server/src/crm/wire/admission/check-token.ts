import type { FastifyRequest } from 'fastify';
import { environments } from '../../../config/data-centers.ts';
import { maskSecret } from '../../../foundation/secrets.ts';
import { credentialKey } from '../../../inspector/flow-key.ts';
import { proofHeader } from '../../../oauth/dpop.ts';
import { apiResource, type Resource } from '../../../oauth/resources.ts';
import { type BindingRefusal, schemeOf, type TokenGrant, type TokenScheme } from '../../../oauth/token-authority.ts';
import { Refusal } from '../../kernel/errors.ts';
import { type CrmContext, ownOrigin } from '../context.ts';

const credentials = /^(zoho-oauthtoken|bearer|dpop) +([^\s]+) *$/i;

/** The token of an Authorization header in one of the schemes; undefined: it has none. */
export function presentedToken(authorization: string | undefined): string | undefined {
  return readHeader(authorization)?.token;
}

function readHeader(
  authorization: string | undefined,
): { readonly scheme: TokenScheme; readonly token: string } | undefined {
  const [, scheme, token] = credentials.exec(authorization ?? '') ?? [];
  if (scheme === undefined || token === undefined) return undefined;
  return { scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', token };
}

/**
 * The grant of the token in the Authorization header, which is for one of `resources` and, where it is bound to a key, came
 * with a proof of it.
 * @throws Refusal AUTHENTICATION_FAILURE, INVALID_TOKEN
 */
export async function checkToken(
  context: CrmContext,
  { headers, method, url }: Pick<FastifyRequest, 'headers' | 'method' | 'url'>,
  resources: readonly Resource[],
): Promise<TokenGrant> {
  const { authority } = context;
  const presented = readHeader(headers.authorization);
  if (presented === undefined) {
    throw new Refusal('AUTHENTICATION_FAILURE', {
      outcome: 'NoToken',
      reason: { expected: 'Authorization: Zoho-oauthtoken <token>', came: describeHeader(headers.authorization) },
    });
  }
  const { scheme, token } = presented;
  const check = await authority.check(token);
  if (!check.grant) {
    const { explanation, known, refusal } = check;
    const reason = { token: maskSecret(token), ...known?.detail };
    const keys = [credentialKey(token)];
    throw new Refusal('INVALID_TOKEN', { outcome: refusal, reason, explanation, keys, party: known });
  }
  const { grant } = check;
  checkResource(resources, grant);
  // Nearly all tokens are bound to no key and came as bearers: nothing has to be proved.
  if (scheme === 'DPoP' || schemeOf(grant) === 'DPoP') {
    const fault = await authority.prove(grant, {
      accessToken: token,
      scheme,
      proof: proofHeader(headers),
      method,
      url: `${ownOrigin(context)}${url.split('?', 1)[0]}`,
    });
    if (fault) throw refusalOf(grant, token, fault.outcome as BindingRefusal, fault.detail);
  }
  return grant;
}

/** What tokens for a listener's calls may be for. The content origin belongs to the API of each environment. */
export function ownResources({ content, dataCenter, environment }: CrmContext): Resource[] {
  return (content ? environments : [environment]).map((each) => apiResource(dataCenter, each));
}

/** A token that names its resources opens these and no others (RFC 8707 §2). */
function checkResource(own: readonly Resource[], grant: TokenGrant): void {
  const { resources } = grant.binding;
  if (resources === null || own.some((each) => resources.includes(each))) return;
  const reason = { expected: own[0], came: resources.join(', ') };
  throw new Refusal('INVALID_TOKEN', { outcome: 'TokenOfOtherResource', reason, party: grant });
}

function refusalOf(
  grant: TokenGrant,
  token: string,
  outcome: BindingRefusal,
  detail: Readonly<Record<string, unknown>> | undefined,
): Refusal {
  const reason = { token: maskSecret(token), ...detail };
  return new Refusal('INVALID_TOKEN', { outcome, reason, keys: [credentialKey(token)], party: grant });
}

/** What may be said of a header that holds no usable token: its scheme, never what follows it. */
function describeHeader(authorization: string | undefined): string {
  if (authorization === undefined) return 'no Authorization header';
  const scheme = /^[A-Za-z][A-Za-z0-9-]{0,30}(?= )/.exec(authorization)?.[0];
  return scheme === undefined ? 'a header without a scheme' : `scheme ${scheme}`;
}
