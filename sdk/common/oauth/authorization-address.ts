import type { DataCenter } from '../data-centers/data-center.ts';
import { ConfigurationError } from '../errors.ts';

export interface AuthorizationOptions {
  /** Such as `['ZohoCRM.modules.ALL', 'ZohoCRM.users.READ']`. */
  readonly scopes: readonly string[];
  /** `offline` gives a refresh token. Default `offline`. */
  readonly accessType?: 'offline' | 'online' | undefined;
  /** `consent` asks the user again, which gives another refresh token; without it a second authorization gives none. */
  readonly prompt?: 'consent' | 'login' | 'none' | 'select_account' | undefined;
  /** Where the authorization begins, in place of the client's own data centre. Users of `cn` begin there. */
  readonly dataCenter?: string | undefined;
  /** For ID tokens. */
  readonly nonce?: string | undefined;
}

/** The client, and what this attempt alone has. */
export interface AuthorizationAttempt {
  readonly clientId: string;
  readonly redirectUri: string | undefined;
  readonly state: string;
  /** S256 of the code verifier (RFC 7636 §4.2). */
  readonly codeChallenge: string | undefined;
}

/**
 * The address of the authorization endpoint that the user is sent to.
 * @throws ConfigurationError when there is no redirect URI or no scope.
 */
export function authorizationAddress(
  { accounts }: DataCenter,
  { clientId, redirectUri, state, codeChallenge }: AuthorizationAttempt,
  { scopes, accessType = 'offline', prompt, nonce }: AuthorizationOptions,
): string {
  if (!redirectUri) {
    throw new ConfigurationError('redirectUri is missing', {
      code: 'redirect_uri_missing',
      mend: 'Give the redirect URI that the client is registered with',
    });
  }
  if (scopes.length === 0) {
    throw new ConfigurationError('expected at least one scope, got none', { code: 'scopes_missing' });
  }
  const query = new URLSearchParams({
    scope: scopes.join(','),
    client_id: clientId,
    response_type: 'code',
    access_type: accessType,
    redirect_uri: redirectUri,
    state,
    ...(prompt !== undefined && { prompt }),
    ...(nonce !== undefined && { nonce }),
    ...(codeChallenge !== undefined && { code_challenge: codeChallenge, code_challenge_method: 'S256' }),
  });
  return `${accounts}/oauth/v2/auth?${query}`;
}
