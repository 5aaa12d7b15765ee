import type { FastifyRequest } from 'fastify';
import { proofHeader } from '../../oauth/dpop.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { TokenGrant, TokenScheme } from '../../oauth/token-authority.ts';
import type { AccountsContext } from '../context.ts';

/** The address of a request as the world calls it, without query. */
export function calledAddress({ dataCenter }: Pick<AccountsContext, 'dataCenter'>, request: FastifyRequest): string {
  return `${dataCenter.origins.accounts}${request.url.split('?', 1)[0]}`;
}

/**
 * Why a living token does not open the user's claims the way it came: it names resources, of which they are none, or it
 * is bound to a key that was not proved.
 */
export async function presentationFault(
  context: AccountsContext,
  request: FastifyRequest,
  grant: TokenGrant,
  { accessToken, scheme }: { readonly accessToken: string; readonly scheme: TokenScheme },
): Promise<Refusal | undefined> {
  const { resources } = grant.binding;
  if (resources !== null) {
    const detail = { expected: 'no resource in particular', came: resources.join(', ') };
    return { outcome: 'TokenOfOtherResource', detail };
  }
  const { headers, method } = request;
  const proof = proofHeader(headers);
  return context.authority.prove(grant, { accessToken, scheme, proof, method, url: calledAddress(context, request) });
}
