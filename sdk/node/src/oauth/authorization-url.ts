import { ConfigurationError } from '../errors.ts';
import type { OAuthConfig } from './config.ts';
import { challengeOf, unguessable } from './pkce.ts';

export interface AuthorizationOptions {
  /** Such as `['ZohoCRM.modules.ALL', 'ZohoCRM.users.READ']`. */
  readonly scopes: readonly string[];
  /** `offline` gives a refresh token. Default `offline`. */
  readonly accessType?: 'offline' | 'online' | undefined;
  /** `consent` asks the user again, which gives another refresh token; without it a second authorization gives none. */
  readonly prompt?: 'consent' | 'login' | 'none' | 'select_account' | undefined;
  /** Where the authorization begins, in place of the client's own data centre. Users of `cn` begin there. */
  readonly dataCenter?: string | undefined;
  /** Default: one that nobody can guess. */
  readonly state?: string | undefined;
  /** PKCE (RFC 7636). Default: for clients without a secret. */
  readonly pkce?: boolean | undefined;
  /** For ID tokens. */
  readonly nonce?: string | undefined;
}

/** The address, and what `exchange` will want back: keep it in the session of the browser that you send there. */
export interface AuthorizationRequest {
  readonly url: string;
  readonly state: string;
  readonly codeVerifier: string | undefined;
}

/** See `OAuthClient.authorizationUrl`. */
export function authorizationRequest(config: OAuthConfig, options: AuthorizationOptions): AuthorizationRequest {
  if (!config.redirectUri) {
    throw new ConfigurationError('redirectUri is missing', {
      code: 'redirect_uri_missing',
      mend: 'Give the redirect URI that the client is registered with',
    });
  }
  if (options.scopes.length === 0) {
    throw new ConfigurationError('expected at least one scope, got none', { code: 'scopes_missing' });
  }
  const place = config.dataCenters.ofCallback({}, options.dataCenter ?? config.home);
  const pkce = options.pkce ?? config.secretAt(place.id) === undefined;
  const codeVerifier = pkce ? unguessable() : undefined;
  const state = options.state ?? unguessable();
  const query = new URLSearchParams({
    scope: options.scopes.join(','),
    client_id: config.clientId,
    response_type: 'code',
    access_type: options.accessType ?? 'offline',
    redirect_uri: config.redirectUri,
    state,
    ...(options.prompt !== undefined && { prompt: options.prompt }),
    ...(options.nonce !== undefined && { nonce: options.nonce }),
    ...(codeVerifier !== undefined && {
      code_challenge: challengeOf(codeVerifier),
      code_challenge_method: 'S256',
    }),
  });
  return { url: `${place.accounts}/oauth/v2/auth?${query}`, state, codeVerifier };
}
