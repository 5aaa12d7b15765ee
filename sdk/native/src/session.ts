import type { DataCenter, Environment } from '../../common/data-centers/data-center.ts';
import { ConfigurationError, OAuthError } from '../../common/errors.ts';
import { apiError } from '../../common/http/api-error.ts';
import { asksForRenewal, readJson } from '../../common/http/read-json.ts';
import type { RetryRule } from '../../common/http/retry.ts';
import { isStream, type OutgoingRequest, sendRequest } from '../../common/http/send.ts';
import { orAborted } from '../../common/http/wait.ts';
import { renewalMarginMs, signInRequired } from '../../common/oauth/lifetime.ts';
import { postToAccounts, readTokens, type TokenAnswer } from '../../common/oauth/token-request.ts';
import type { NativeConfig } from './config.ts';
import type { SessionRow } from './stored-rows.ts';

interface WithSignal {
  readonly signal?: AbortSignal | undefined;
}

/** A call of the API; `url` is a path below the API origin, such as `/crm/v8/Leads?fields=Last_Name`. */
export interface SessionRequest extends OutgoingRequest, WithSignal {
  readonly retry?: RetryRule | undefined;
  readonly timeoutMs?: number | undefined;
}

/** A call whose body is JSON. */
export interface JsonRequest extends Omit<SessionRequest, 'body' | 'method'> {
  /** Default: POST with `json`, else GET. */
  readonly method?: string | undefined;
  readonly json?: unknown;
}

/** What is stored of new tokens. */
export function rowOf(
  { dataCenters, now }: NativeConfig,
  place: DataCenter,
  answer: TokenAnswer,
  before?: SessionRow,
): SessionRow {
  const apiDomain = answer.apiDomain ?? before?.apiDomain ?? dataCenters.get(place.id).api.production;
  if (!apiDomain) {
    throw new ConfigurationError('the accounts server told no api_domain, and the table knows none', {
      code: 'api_unknown',
      dataCenter: place.id,
      mend: 'Add the API origins of this data centre to the table of data centres',
    });
  }
  return {
    accessToken: answer.accessToken,
    refreshToken: answer.refreshToken ?? before?.refreshToken ?? '',
    expiresInSeconds: answer.expiresInSeconds,
    expiresAtMs: now() + answer.expiresInSeconds * 1000,
    location: place.id,
    apiDomain,
    scope: answer.scope ?? before?.scope ?? '',
  };
}

/** The user who is signed in. */
export class Session {
  readonly #config: NativeConfig;
  #row: SessionRow;
  #renewal: Promise<void> | undefined;
  #ended = false;

  /** Made by `NativeClient`. */
  constructor(config: NativeConfig, row: SessionRow) {
    this.#config = config;
    this.#row = row;
  }

  /**
   * The user's own data centre.
   *
   * @example
   * session.dataCenter.id; // 'in'
   * @throws UntrustedServerError when it is no longer in the table.
   */
  get dataCenter(): DataCenter {
    return this.#config.dataCenters.get(this.#row.location);
  }

  /** Origin of the API that calls go to. */
  get apiDomain(): string {
    return this.#row.apiDomain;
  }

  /** The environment that the user chose; undefined where the table does not know the API. */
  get environment(): Environment | undefined {
    return this.#config.dataCenters.byApi(this.#row.apiDomain)?.environment;
  }

  /** What the user granted. */
  get scopes(): readonly string[] {
    return this.#row.scope.split(' ').filter(Boolean);
  }

  /** True once the user signed out, or the grant turned out to be gone. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * An access token that is good for a while, renewed when it is about to end.
   *
   * @example
   * const token = await session.accessToken();
   * @throws SignInRequiredError, OAuthError, NetworkError
   */
  async accessToken({ signal }: WithSignal = {}): Promise<string> {
    await this.#fresh(undefined, signal);
    return this.#row.accessToken;
  }

  /**
   * Renews the access token now. Calls at the same time are one renewal.
   *
   * @example
   * await session.refresh();
   */
  refresh({ signal }: WithSignal = {}): Promise<void> {
    return this.#fresh(this.#row.accessToken, signal);
  }

  /**
   * Calls the API of the user's data centre and environment. A 401 that another token mends is repeated once with another
   * token. Gives the answer whatever its status.
   *
   * @example
   * const answer = await session.send({ method: 'GET', url: '/crm/v8/users?type=CurrentUser' });
   */
  async send(request: SessionRequest): Promise<Response> {
    const { signal } = request;
    await this.#fresh(undefined, signal);
    const used = this.#row.accessToken;
    const answer = await this.#sendNow(request);
    if (isStream(request.body) || this.#row.refreshToken === '' || !(await asksForRenewal(answer))) return answer;
    await this.#fresh(used, signal);
    return this.#sendNow(request);
  }

  /**
   * A call whose answer is JSON; null when it has no content.
   *
   * @example
   * const leads = await session.json({ url: '/crm/v8/Leads?fields=Last_Name' });
   * @throws ApiError for every status that is no success.
   */
  async json<T = unknown>({ json, method, headers, ...request }: JsonRequest): Promise<T | null> {
    const body = json === undefined ? undefined : JSON.stringify(json);
    const answer = await this.send({
      ...request,
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body,
    });
    const read = answer.status === 204 || answer.status === 304 ? null : await readJson(answer);
    if (!answer.ok && answer.status !== 304) throw apiError(answer, read, this.#row.location);
    return read as T | null;
  }

  /**
   * Ends the grant at the user's own data centre, and forgets the user in any case. Tokens that are gone already are no
   * failure.
   *
   * @example
   * await session.signOut();
   * @throws NetworkError when the accounts server could not be told; the user is signed out here all the same.
   */
  async signOut({ signal }: WithSignal = {}): Promise<void> {
    const { refreshToken, accessToken } = this.#row;
    const { dataCenter } = this;
    this.#ended = true;
    const parameters = { token: refreshToken || accessToken };
    try {
      await postToAccounts(this.#config, dataCenter, '/oauth/v2/token/revoke', parameters, { signal });
    } catch (error) {
      if (!(error instanceof OAuthError && error.code === 'invalid_token')) throw error;
    } finally {
      await this.#config.session.remove();
    }
  }

  #sendNow({ url, headers, method, body, ...sending }: SessionRequest): Promise<Response> {
    const { accessToken, apiDomain } = this.#row;
    const request = {
      method,
      url: apiDomain + url,
      headers: { ...headers, authorization: `Zoho-oauthtoken ${accessToken}` },
      body,
    };
    const idempotent = ['GET', 'PUT', 'DELETE'].includes(method);
    return sendRequest(request, {
      ...this.#config.sending,
      ...(sending.timeoutMs !== undefined && { timeoutMs: sending.timeoutMs }),
      signal: sending.signal,
      retry: sending.retry ?? (idempotent ? 'always' : 'refused'),
    });
  }

  /** Sees to a token that may be used, and is another one than `refused`. Calls share a renewal; each can be aborted alone. */
  async #fresh(refused: string | undefined, signal: AbortSignal | undefined): Promise<void> {
    if (this.#ended) throw signInRequired('the user has signed out', this.#row.location);
    if (this.#isFresh(this.#row, refused)) return;
    this.#renewal ??= this.#renew(refused).finally(() => {
      this.#renewal = undefined;
    });
    await orAborted(this.#renewal, signal);
  }

  #isUsable(row: SessionRow, refused: string | undefined): boolean {
    return row.accessToken !== refused && this.#config.now() < row.expiresAtMs;
  }

  #isFresh(row: SessionRow, refused: string | undefined): boolean {
    const marginMs = renewalMarginMs(row.expiresInSeconds, this.#config.refreshMarginMs);
    return this.#isUsable(row, refused) && this.#config.now() < row.expiresAtMs - marginMs;
  }

  async #renew(refused: string | undefined): Promise<void> {
    const config = this.#config;
    const row = this.#row;
    // Another window of the app may have renewed, or signed out.
    const stored = await config.session.get();
    if (!stored) return this.#end('the user has signed out');
    if (stored.refreshToken !== row.refreshToken || this.#isFresh(stored, refused)) {
      this.#row = stored;
      if (this.#isFresh(stored, refused)) return;
    }
    const { refreshToken } = this.#row;
    if (refreshToken === '') {
      if (this.#isUsable(this.#row, refused)) return;
      return this.#end('the access token has ended, and there is no refresh token');
    }
    const { dataCenter } = this;
    let renewed: SessionRow;
    try {
      const parameters = { grant_type: 'refresh_token', refresh_token: refreshToken };
      const json = await postToAccounts(config, dataCenter, '/oauth/v2/token', parameters);
      renewed = rowOf(config, dataCenter, readTokens(json, dataCenter), this.#row);
    } catch (error) {
      if (error instanceof OAuthError && error.code === 'invalid_code') {
        await config.session.remove();
        return this.#end('the refresh token is no longer good', error);
      }
      // What was not renewed is used until its end.
      if (this.#isUsable(this.#row, refused)) return;
      throw error;
    }
    if (this.#ended) return;
    this.#row = renewed;
    try {
      await config.session.set(renewed);
    } catch (error) {
      // A locked keychain: the refresh token that it holds stays good, unless it was replaced.
      if (renewed.refreshToken !== refreshToken) throw error;
    }
  }

  #end(why: string, cause?: unknown): never {
    this.#ended = true;
    throw signInRequired(why, this.#row.location, cause);
  }
}
