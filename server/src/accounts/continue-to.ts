import { queryOf } from '../http/parameters.ts';
import { type AuthorizationRequest, checkAuthorizationRequest } from './authorize/authorization-request.ts';
import type { AccountsContext } from './context.ts';

/**
 * Where a browser goes on after signing in or choosing: a path of this accounts server, carried through the forms. Only
 * our own paths are taken, so no form can be made to lead elsewhere.
 */
const continuePattern = /^\/(oauth\/[A-Za-z0-9/_-]*(\?[^\s\\]*)?)?$/;
const maxLength = 12_000;

/** The name of the parameter that carries a sign-in over from another data centre. */
export const hopParameter = 'hop';

export function readContinue(value: string | null | undefined): string {
  return value && value.length <= maxLength && continuePattern.test(value) ? value : '/';
}

/** The authorization request that the browser will go on with, if that is what it is and if it is in order. */
export async function continuedRequest(
  context: AccountsContext,
  continueTo: string,
): Promise<AuthorizationRequest | undefined> {
  if (!continueTo.startsWith('/oauth/v2/auth?')) return undefined;
  return (await checkAuthorizationRequest(context, new URLSearchParams(queryOf(continueTo)))).request;
}

/** Where the redirects after a form may end: the realm's accounts servers, and the app that asked. */
export function formTargets(context: AccountsContext, request: AuthorizationRequest | undefined): string[] {
  const targets = context.topology
    .realmOf(context.dataCenter)
    .filter((other) => other.id !== context.dataCenter.id)
    .map((other) => other.origins.accounts);
  if (request) {
    const url = new URL(request.redirectUri);
    targets.push(url.origin === 'null' ? url.protocol : url.origin);
  }
  return targets;
}
