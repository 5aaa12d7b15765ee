import { queryOf } from '../../http/parameters.ts';
import { checkRedirectUri } from '../../oauth/redirect-uri.ts';
import type { AccountsContext } from '../context.ts';
import type { Session } from '../sessions.ts';
import {
  type AuthorizationRequest,
  authorizationEndpoints,
  checkAuthorizationRequest,
} from './authorization-request.ts';
import { needsSignIn } from './fresh-sign-in.ts';

/**
 * Where a browser goes on after signing in or choosing: a path of this accounts server, carried through the forms. Only
 * our own paths are taken, so no form can be made to lead elsewhere, and only characters that a header can carry.
 */
const continuePattern = /^\/((oauth2?|account)\/[A-Za-z0-9/_-]*(\?[\x21-\x5b\x5d-\x7e]*)?)?$/;
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
  const [path = ''] = continueTo.split('?', 1);
  const endpoint = authorizationEndpoints.find((each) => each.path === path);
  if (!endpoint) return undefined;
  const checked = await checkAuthorizationRequest(context, new URLSearchParams(queryOf(continueTo)), endpoint);
  return 'outcome' in checked ? undefined : checked;
}

/** Whether what the browser goes on with wants the password typed anew, though this session lives. */
export async function demandsSignIn(context: AccountsContext, continueTo: string, session: Session): Promise<boolean> {
  const authorization = await continuedRequest(context, continueTo);
  return authorization !== undefined && needsSignIn(context, authorization, session);
}

/** What the sign-in pages tell of where the browser is going on to. */
export interface Destination {
  readonly client: { readonly name: string };
  /** Where the app gets its answer, when it gets one by redirect. */
  readonly redirectUri?: string;
  readonly loginHint?: string | undefined;
  /** On what ground this data centre takes the request. */
  readonly entry?: AuthorizationRequest['entry'];
}

/** The app that waits for this sign-in, if there is one. */
export async function describeDestination(
  context: AccountsContext,
  continueTo: string,
): Promise<Destination | undefined> {
  if (continueTo.startsWith('/oauth/v2/token/addextrascope?')) {
    const query = new URLSearchParams(queryOf(continueTo));
    const client = await context.clients.find(query.get('client_id') ?? '');
    const redirectUri = query.get('redirect_uri');
    if (!client || redirectUri === null || checkRedirectUri(client, redirectUri)) return undefined;
    return { client, redirectUri };
  }
  return continuedRequest(context, continueTo);
}

/** A scheme, or an origin, as a content security policy names it. */
const policySource = /^[a-z][a-z0-9+.-]*:(\/\/[A-Za-z0-9._:[\]-]+)?$/;

/** Where the redirects after a form may end: the realm's accounts servers and consoles, and the app that asked. */
export function formTargets(
  context: AccountsContext,
  destination: Pick<Destination, 'redirectUri'> | undefined,
): string[] {
  const targets = context.topology
    .realmOf(context.dataCenter)
    .flatMap((other) =>
      other.id === context.dataCenter.id ? [other.origins.console] : [other.origins.accounts, other.origins.console],
    );
  if (destination?.redirectUri !== undefined) {
    const url = new URL(destination.redirectUri);
    const target = url.origin === 'null' ? url.protocol : url.origin;
    // Hosts of earlier registrations may hold what would begin a directive of its own.
    if (policySource.test(target)) targets.push(target);
  }
  return targets;
}
