import { AuthorizationError } from '../../common/errors.ts';
import { throwIfAborted } from '../../common/http/wait.ts';
import { authorizationAddress } from '../../common/oauth/authorization-address.ts';
import { readCallback } from '../../common/oauth/callback.ts';
import { challengeOf, unguessable } from '../../common/oauth/pkce.ts';
import { postToAccounts, readTokens } from '../../common/oauth/token-request.ts';
import { configOf, type NativeClientOptions, type NativeConfig } from './config.ts';
import { answers, isRedirect, redirectOf } from './redirect.ts';
import { rowOf, Session } from './session.ts';
import type { PendingAttempt } from './stored-rows.ts';

interface WithSignal {
  readonly signal?: AbortSignal | undefined;
}

export interface SignInOptions extends WithSignal {
  /** Where the authorization begins, in place of the client's own data centre. Users of `cn` begin there. */
  readonly dataCenter?: string | undefined;
  /** Default `consent`, which gives a refresh token each time; `select_account` lets the user take another account. */
  readonly prompt?: 'consent' | 'login' | 'select_account' | undefined;
}

/**
 * Sign-in of an app that cannot keep a secret: the code flow with PKCE in the system's browser (RFC 8252, RFC 7636), and
 * the session of the one user who is signed in.
 *
 * @example
 * const client = new NativeClient({
 *   clientId: '1000.ABC', redirectUri: 'com.example.app:/callback', scopes: ['ZohoCRM.modules.ALL'],
 *   dataCenters: zohoDataCenters, dataCenter: 'us', ...expo({ WebBrowser, SecureStore, Crypto }),
 * });
 */
export class NativeClient {
  readonly #config: NativeConfig;
  #session: Session | undefined;
  /** The attempt that is being finished: its redirect may arrive by two ways. */
  #finishing: { readonly state: string; readonly session: Promise<Session> } | undefined;

  /** @throws ConfigurationError when something that is needed is missing. */
  constructor(options: NativeClientOptions) {
    this.#config = configOf(options);
  }

  /**
   * The session that an earlier start of the app stored; undefined when nobody is signed in. Nothing is asked of a server.
   *
   * @example
   * const session = (await client.restore()) ?? (await client.signIn());
   * @throws StoreError
   */
  async restore(): Promise<Session | undefined> {
    if (this.#session && !this.#session.ended) return this.#session;
    const row = await this.#config.session.get();
    if (!row) return undefined;
    this.#session = new Session(this.#config, row);
    return this.#session;
  }

  /**
   * Sends the user to the accounts server and waits for the redirect. Every attempt has a state and a code verifier of its
   * own. The redirect's `location` and `accounts-server` are checked against the table before anything is sent there.
   *
   * @example
   * const session = await client.signIn({ signal: controller.signal });
   * @throws AuthorizationError (`access_denied`, `browser_closed`, …), UntrustedServerError, OAuthError, NetworkError,
   * StoreError; the signal's reason.
   */
  async signIn(options: SignInOptions = {}): Promise<Session> {
    const config = this.#config;
    const { signal, prompt = 'consent' } = options;
    throwIfAborted(signal);
    const { scopes, clientId, redirectUri, crypto } = config;
    const place = config.dataCenters.ofCallback({}, options.dataCenter ?? config.home);
    const state = unguessable(crypto);
    const codeVerifier = unguessable(crypto);
    const codeChallenge = await challengeOf(crypto, codeVerifier);
    const url = authorizationAddress(place, { clientId, redirectUri, state, codeChallenge }, { scopes, prompt });
    const attempt = { state, codeVerifier, redirectUri, dataCenter: place.id };
    await config.attempt.set(attempt);
    try {
      return await this.#finish(await redirectOf(config, url, attempt, signal), attempt, signal);
    } catch (error) {
      if ((await config.attempt.get())?.state === state) await config.attempt.remove();
      throw error;
    }
  }

  /**
   * Goes on where an earlier start of the app, or the page before this one, sent the user to the browser: give it the
   * address that opened the app. Undefined when that is no redirect, or nothing waits for it.
   *
   * @example
   * const session = await client.resume(await Linking.getInitialURL());
   * @throws as `signIn`; AuthorizationError `state_mismatch` when the redirect belongs to another attempt, which goes on.
   */
  async resume(address: string | null | undefined, { signal }: WithSignal = {}): Promise<Session | undefined> {
    if (!address || !isRedirect(address, this.#config.redirectUri)) return undefined;
    const attempt = await this.#config.attempt.get();
    if (!attempt) return this.#finishing?.session;
    return this.#finish(address, attempt, signal);
  }

  #finish(address: string, attempt: PendingAttempt, signal: AbortSignal | undefined): Promise<Session> {
    const { state } = attempt;
    if (this.#finishing?.state === state) return this.#finishing.session;
    if (!answers(address, attempt)) {
      return Promise.reject(
        new AuthorizationError('the redirect does not belong to the authorization that was begun here', {
          code: 'state_mismatch',
          dataCenter: attempt.dataCenter,
          mend: 'Begin the authorization again',
        }),
      );
    }
    const session = this.#exchange(address, attempt, signal);
    const finishing = { state, session };
    this.#finishing = finishing;
    const end = () => {
      if (this.#finishing === finishing) this.#finishing = undefined;
    };
    session.then(end, end);
    return session;
  }

  async #exchange(address: string, attempt: PendingAttempt, signal: AbortSignal | undefined): Promise<Session> {
    const config = this.#config;
    // Whatever comes of it, the attempt is spent: its state and verifier serve once.
    await config.attempt.remove();
    const { code, location, accountsServer } = readCallback(address.replace(/^[^?]*/, '/'), attempt.state);
    const place = config.dataCenters.ofCallback({ location, accountsServer }, attempt.dataCenter);
    const parameters = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: attempt.redirectUri,
      code_verifier: attempt.codeVerifier,
    };
    const answer = readTokens(await postToAccounts(config, place, '/oauth/v2/token', parameters, { signal }), place);
    const row = rowOf(config, place, answer);
    await config.session.set(row);
    this.#session = new Session(config, row);
    return this.#session;
  }
}
