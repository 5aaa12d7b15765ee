import { type Callback, readCallback } from '../../../common/oauth/callback.ts';
import { postToAccounts, readTokens } from '../../../common/oauth/token-request.ts';
import type { StoredToken } from '../store/token-store.ts';
import { type AuthorizationOptions, type AuthorizationRequest, authorizationRequest } from './authorization-url.ts';
import { configOf, type OAuthClientOptions, type OAuthConfig } from './config.ts';
import { authorizeDevice, type DeviceAuthorization, type DeviceOptions } from './device.ts';
import { type StoringOptions, storeTokens } from './new-row.ts';
import { Session } from './session.ts';

export interface ExchangeOptions extends StoringOptions {
  /** Of the authorization request; the redirect must bring the same. */
  readonly state?: string | undefined;
  readonly codeVerifier?: string | undefined;
}

interface WithSignal {
  readonly signal?: AbortSignal | undefined;
}

/**
 * OAuth for server-based, self, device and mobile-style clients.
 *
 * @example
 * const oauth = new OAuthClient({
 *   clientId: '1000.ABC', clientSecret: 'secret', redirectUri: 'https://app.example.com/callback',
 *   dataCenters: zohoDataCenters, dataCenter: 'us',
 * });
 */
export class OAuthClient {
  readonly #config: OAuthConfig;
  /** One object for each user while anybody holds it, so that calls from everywhere in the process share renewals. */
  readonly #sessions = new Map<string, WeakRef<Session>>();
  readonly #forgotten = new FinalizationRegistry<string>((key) => {
    if (!this.#sessions.get(key)?.deref()) this.#sessions.delete(key);
  });

  /** @throws ConfigurationError when something that is needed is missing. */
  constructor(options: OAuthClientOptions) {
    this.#config = configOf(options);
  }

  /**
   * Where to send the user. Keep `state` and `codeVerifier` in the session of this browser; `exchange` wants them.
   *
   * @example
   * const request = oauth.authorizationUrl({ scopes: ['ZohoCRM.modules.ALL'] });
   * response.redirect(request.url);
   */
  authorizationUrl(options: AuthorizationOptions): AuthorizationRequest {
    return authorizationRequest(this.#config, options);
  }

  /**
   * Makes tokens of the redirect's address, or of a self client's code, at the user's own data centre: `location` and
   * `accounts-server` are checked against the table before the secret goes anywhere. Stores them.
   *
   * @example
   * const session = await oauth.exchange(request.url, { state, codeVerifier });
   * @throws AuthorizationError, UntrustedServerError, OAuthError, NetworkError
   */
  async exchange(callback: string | URL | URLSearchParams | Callback, options: ExchangeOptions = {}): Promise<Session> {
    const config = this.#config;
    const plain = typeof callback === 'object' && 'code' in callback;
    const { code, location, accountsServer } = plain ? callback : readCallback(callback, options.state);
    const place = config.dataCenters.ofCallback({ location, accountsServer }, config.home);
    const parameters = {
      grant_type: 'authorization_code',
      code,
      ...(config.redirectUri !== undefined && { redirect_uri: config.redirectUri }),
      ...(options.codeVerifier !== undefined && { code_verifier: options.codeVerifier }),
    };
    const json = await postToAccounts(config, place, '/oauth/v2/token', parameters, { signal: options.signal });
    return this.#open(await storeTokens(config, place, readTokens(json, place), options));
  }

  /**
   * Takes over tokens that were made elsewhere: a refresh token alone is enough.
   *
   * @example
   * const session = await oauth.adopt({ refreshToken: '1000.a.b', location: 'us' }, { key: 'nightly' });
   */
  async adopt(
    given: { readonly refreshToken: string; readonly location?: string; readonly accountsServer?: string },
    options: StoringOptions = {},
  ): Promise<Session> {
    const place = this.#config.dataCenters.ofCallback(given, this.#config.home);
    const parameters = { grant_type: 'refresh_token', refresh_token: given.refreshToken };
    const json = await postToAccounts(this.#config, place, '/oauth/v2/token', parameters, { signal: options.signal });
    const tokens = readTokens(json, place);
    const both = { ...tokens, refreshToken: tokens.refreshToken ?? given.refreshToken };
    return this.#open(await storeTokens(this.#config, place, both, options));
  }

  /**
   * Begins the flow of a device without a browser.
   *
   * @example
   * const device = await oauth.deviceAuthorization({ scopes: ['ZohoCRM.modules.READ'] });
   * const session = await device.poll();
   */
  deviceAuthorization(options: DeviceOptions): Promise<DeviceAuthorization> {
    return authorizeDevice(this.#config, options, (stored) => this.#open(stored));
  }

  /**
   * The user whose tokens are stored under this key. Nothing is asked before the first call.
   *
   * @example
   * const session = oauth.session('eu:1000001000000411001');
   */
  session(key: string): Session {
    const open = this.#sessions.get(key)?.deref();
    if (open) return open;
    const session = new Session(this.#config, key);
    this.#sessions.set(key, new WeakRef(session));
    this.#forgotten.register(session, key);
    return session;
  }

  #open(stored: StoredToken): Session {
    const session = this.session(stored.key);
    session.learn(stored);
    return session;
  }

  /**
   * All stored users.
   *
   * @example
   * for (const session of await oauth.sessions()) await session.refresh();
   */
  async sessions({ signal }: WithSignal = {}): Promise<Session[]> {
    const stored = await this.#config.store.list({ signal });
    return stored.map((each) => this.#open(each));
  }

  /**
   * Renews the tokens of one user now.
   *
   * @example
   * await oauth.refresh(key);
   */
  async refresh(key: string, options: WithSignal = {}): Promise<Session> {
    const session = this.session(key);
    await session.refresh(options);
    return session;
  }

  /**
   * Ends the grant of one user at their own data centre, and forgets them.
   *
   * @example
   * await oauth.revoke(key);
   */
  revoke(key: string, options: WithSignal = {}): Promise<void> {
    return this.session(key).revoke(options);
  }
}
