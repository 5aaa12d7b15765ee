import {
  type AuthorizationOptions as AddressOptions,
  authorizationAddress,
} from '../../../common/oauth/authorization-address.ts';
import type { OAuthConfig } from './config.ts';
import { challengeOf, unguessable } from './pkce.ts';

export interface AuthorizationOptions extends AddressOptions {
  /** Default: one that nobody can guess. */
  readonly state?: string | undefined;
  /** PKCE (RFC 7636). Default: for clients without a secret. */
  readonly pkce?: boolean | undefined;
}

/** The address, and what `exchange` will want back: keep it in the session of the browser that you send there. */
export interface AuthorizationRequest {
  readonly url: string;
  readonly state: string;
  readonly codeVerifier: string | undefined;
}

/** See `OAuthClient.authorizationUrl`. */
export function authorizationRequest(config: OAuthConfig, options: AuthorizationOptions): AuthorizationRequest {
  const place = config.dataCenters.ofCallback({}, options.dataCenter ?? config.home);
  const pkce = options.pkce ?? config.secretAt(place.id) === undefined;
  const codeVerifier = pkce ? unguessable() : undefined;
  const codeChallenge = codeVerifier === undefined ? undefined : challengeOf(codeVerifier);
  const state = options.state ?? unguessable();
  const { clientId, redirectUri } = config;
  const url = authorizationAddress(place, { clientId, redirectUri, state, codeChallenge }, options);
  return { url, state, codeVerifier };
}
