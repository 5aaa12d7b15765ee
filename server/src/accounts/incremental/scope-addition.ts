import { queryOf } from '../../http/parameters.ts';
import type { Client } from '../../oauth/client.ts';
import { isCredential } from '../../oauth/formats.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { ScopeSet } from '../../oauth/scopes.ts';
import type { AccountsContext } from '../context.ts';
import { clientId, enabledClient } from '../request/client-steps.ts';
import { redirectUri, responseTypeOf, scopes } from '../request/parameter-steps.ts';
import { type Incoming, noSteps } from '../request/steps.ts';
import { type Candidate, candidateTargets } from '../request/targets.ts';
import { type Enhancement, findEnhancement } from './enhance-token.ts';

/** A request to add scopes that has passed every check which needs no user. */
export interface ScopeAddition {
  readonly client: Client;
  readonly redirectUri: string;
  readonly scopes: ScopeSet;
  readonly enhanceToken: string;
  readonly enhancement: Enhancement;
  /**
   * What the owner can bind the token to: one of these has to be chosen, because a scope needs an organization and the
   * token has none yet. Undefined when there is nothing to choose.
   */
  readonly candidates: readonly Candidate[] | undefined;
}

/** The checks of `addextrascope` in their order (reference §1.10, step 2). */
const additionSteps = noSteps
  .read(clientId)
  .read(responseTypeOf('update_scopes'))
  .read(enabledClient)
  .read(redirectUri)
  .read(scopes)
  .check(logout)
  .read(enhancement)
  .read(candidates);

/** Checks the query of `addextrascope`; `url` is the request's path with its query. */
export async function checkAddition(context: AccountsContext, url: string): Promise<ScopeAddition | Refusal> {
  return additionSteps.run({ context, parameters: new URLSearchParams(queryOf(url)) });
}

function logout(_found: object, { parameters }: Incoming): Refusal | undefined {
  const came = parameters.get('logout');
  if (came === 'true') return undefined;
  return { outcome: 'LogoutMissing', detail: { came: came === null ? 'no logout' : `logout=${came.slice(0, 100)}` } };
}

async function enhancement(
  { clientId }: { readonly clientId: string },
  { context, parameters }: Incoming,
): Promise<{ readonly enhanceToken: string; readonly enhancement: Enhancement } | Refusal> {
  const enhanceToken = parameters.get('enhance_token') ?? '';
  const found = isCredential(enhanceToken)
    ? await findEnhancement(context.database, context.slots.placeOf(enhanceToken), context.clock.nowMs())
    : undefined;
  if (found?.clientId === clientId) return { enhanceToken, enhancement: found };
  const reason =
    enhanceToken === '' ? 'no enhance token' : found ? 'one of another client' : 'one that is unknown, used or expired';
  const ttlSeconds = context.settings.lifetimes.enhanceTokenTtlSeconds;
  return { outcome: 'EnhanceTokenInvalid', detail: { reason, ttlSeconds } };
}

async function candidates(
  { enhancement, scopes }: { readonly enhancement: Enhancement; readonly scopes: ScopeSet },
  { context }: Incoming,
): Promise<Pick<ScopeAddition, 'candidates'> | Refusal> {
  if (!scopes.organizationBound || enhancement.organizationId !== null) return { candidates: undefined };
  const found = await candidateTargets(context, enhancement.userId, { scopes, endpoint: { instance: false } });
  return found.length > 0 ? { candidates: found } : { outcome: 'UserHasNoOrganization' };
}
