import type { CryptoHooks } from '../../../common/oauth/pkce.ts';
import type { AuthorizationSettings } from './authorization-url.ts';
import { SignInError } from './errors.ts';
import { ownAccountsServer } from './realm.ts';
import { names } from './storage-names.ts';

/** The browser's own cryptography, which pages on https and localhost have. */
export const pageCrypto: CryptoHooks = {
  getRandomValues: (bytes) => crypto.getRandomValues(bytes),
  sha256: (bytes) => crypto.subtle.digest('SHA-256', bytes),
};

/**
 * Exchanges the code that the redirect page stored, and stores the token as the redirect page of the implicit flow would.
 * @throws SignInError with the accounts server's code, or `network_error`, or `untrusted_accounts_server`.
 */
export async function exchangeCode(
  settings: AuthorizationSettings,
  storage: Storage,
  codeVerifier: string,
): Promise<void> {
  const code = storage.getItem(names.code) ?? '';
  storage.removeItem(names.code);
  const server = await ownAccountsServer(settings, storage);
  if (server === undefined) throw new SignInError('untrusted_accounts_server');
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: settings.clientId,
    redirect_uri: settings.redirectUri,
    code: decodeURIComponent(code),
    code_verifier: codeVerifier,
  });
  let json: Readonly<Record<string, unknown>>;
  try {
    json = await (await fetch(`${server}/oauth/v2/token`, { method: 'POST', credentials: 'omit', body })).json();
  } catch {
    throw new SignInError('network_error');
  }
  if (typeof json.access_token !== 'string') throw new SignInError(String(json.error ?? 'bad_token_answer'));
  const stored: Record<string, unknown> = {
    [names.apiDomain]: json.api_domain ?? '',
    [names.expiresIn]: json.expires_in ?? '',
    [names.tokenInit]: Date.now(),
    // Last: other windows wait for it.
    [names.accessToken]: json.access_token,
  };
  for (const [name, value] of Object.entries(stored)) storage.setItem(name, String(value));
}
