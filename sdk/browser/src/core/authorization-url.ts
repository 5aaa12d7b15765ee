/** What a sign-in needs to know about the application. */
export interface AuthorizationSettings {
  readonly clientId: string;
  /** Comma-separated. */
  readonly scopes: string;
  /** Origin of the accounts server where a sign-in starts; it finds the user's own data centre from there. */
  readonly accountsUrl: string;
  readonly redirectUri: string;
  /** `code`: with PKCE (RFC 7636), for clients whose profile allows it. Default `token`, which is what the original does. */
  readonly flow?: 'token' | 'code' | undefined;
}

/** `auth` asks the user where it has to; `auth/refresh` answers without any user step, or with an error. */
export type AuthorizationPath = 'auth' | 'auth/refresh';

/** The prefix that servers and logs know browser sign-ins by. */
export const statePrefix = 'zohocrmclient';

/** A `state` that no one can guess: it ties the answer in the redirect page to the window this page opened. */
export function newState(source: Crypto = crypto): string {
  const bytes = source.getRandomValues(new Uint8Array(16));
  return `${statePrefix}.${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * The address that the sign-in window opens; parameters in the order that the original SDK uses. With the challenge of a
 * code verifier it asks for a code.
 */
export function authorizationUrl(
  settings: AuthorizationSettings,
  path: AuthorizationPath,
  state: string,
  challenge?: string,
): string {
  const parameters: [string, string][] = [
    ['scope', settings.scopes],
    ['client_id', settings.clientId],
    ['response_type', challenge === undefined ? 'token' : 'code'],
    ['state', state],
    ['redirect_uri', settings.redirectUri],
  ];
  if (challenge !== undefined) parameters.push(['code_challenge', challenge], ['code_challenge_method', 'S256']);
  const query = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return `${settings.accountsUrl.replace(/\/+$/, '')}/oauth/v2/${path}?${query}`;
}
