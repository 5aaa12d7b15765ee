import { queryOf } from '../../http/parameters.ts';
import type { Client } from '../../oauth/client.ts';
import type { Refusal } from '../../oauth/outcomes.ts';
import { checkRedirectUri } from '../../oauth/redirect-uri.ts';
import { type Scope, ScopeSet } from '../../oauth/scopes.ts';
import { type AuthorizationEndpoint, authorizationEndpoints } from '../authorize/authorization-request.ts';
import { type Candidate, candidateTargets } from '../authorize/targets.ts';
import { findEnabledClient } from '../client/find-client.ts';
import type { AccountsContext } from '../context.ts';
import { findEnhancement } from './enhance-token.ts';

/** A request to add scopes that has passed every check which needs no user. */
export interface ScopeAddition {
  readonly client: Client;
  readonly redirectUri: string;
  readonly scopes: readonly Scope[];
  readonly enhanceToken: string;
  readonly ownerId: string;
  readonly heldScopes: readonly string[];
  /**
   * What the owner can bind the token to: one of these has to be chosen, because a scope needs an organization and the
   * token has none yet. Undefined when there is nothing to choose.
   */
  readonly candidates: readonly Candidate[] | undefined;
}

/** Checks the query of `addextrascope` (reference §1.10, step 2). */
export async function checkAddition(context: AccountsContext, url: string): Promise<ScopeAddition | Refusal> {
  const query = new URLSearchParams(queryOf(url));
  const clientId = query.get('client_id');
  if (!clientId) return { outcome: 'ClientIdMissing' };
  const responseType = query.get('response_type');
  if (!responseType) return { outcome: 'ResponseTypeMissing' };
  if (responseType !== 'update_scopes') {
    return { outcome: 'ResponseTypeUnknown', detail: { came: responseType.slice(0, 100), expected: 'update_scopes' } };
  }
  const client = await findEnabledClient(context, clientId);
  if ('outcome' in client) return client;
  const redirectUri = query.get('redirect_uri');
  const redirectFault = checkRedirectUri(client, redirectUri);
  if (redirectFault) return redirectFault;
  const parsed = context.scopes.parseList(query.get('scope') ?? '');
  if ('unknown' in parsed) return { outcome: 'ScopeUnknown', detail: { scope: parsed.unknown } };
  if (parsed.scopes.length === 0) return { outcome: 'ScopeMissing' };
  if (query.get('logout') !== 'true') return { outcome: 'LogoutMissing' };
  const enhanceToken = query.get('enhance_token');
  const enhancement = await findEnhancement(context.database, enhanceToken, context.clock.nowMs());
  if (enhancement?.clientId !== clientId) return { outcome: 'EnhanceTokenInvalid' };
  const { userId, heldScopes } = enhancement;
  const scopes = new ScopeSet(parsed.scopes);
  const mustChoose = scopes.organizationBound && enhancement.organizationId === null;
  const endpoint = authorizationEndpoints['/oauth/v2/auth'] as AuthorizationEndpoint;
  const candidates = mustChoose ? await candidateTargets(context, userId, { scopes, endpoint }) : undefined;
  if (candidates?.length === 0) return { outcome: 'UserHasNoOrganization' };
  return {
    client,
    redirectUri: redirectUri as string,
    scopes: parsed.scopes,
    enhanceToken: enhanceToken as string,
    ownerId: userId,
    heldScopes,
    candidates,
  };
}
