/** What a sign-in needs to know about the application. */
export interface AuthorizationSettings {
  readonly clientId: string;
  /** Comma-separated. */
  readonly scopes: string;
  /** Origin of the accounts server where a sign-in starts; it finds the user's own data centre from there. */
  readonly accountsUrl: string;
  readonly redirectUri: string;
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

/** The address that the sign-in window opens; parameters in the order that the original SDK uses. */
export function authorizationUrl(settings: AuthorizationSettings, path: AuthorizationPath, state: string): string {
  const parameters: [string, string][] = [
    ['scope', settings.scopes],
    ['client_id', settings.clientId],
    ['response_type', 'token'],
    ['state', state],
    ['redirect_uri', settings.redirectUri],
  ];
  const query = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return `${settings.accountsUrl.replace(/\/+$/, '')}/oauth/v2/${path}?${query}`;
}
