import { type DataCenter, environments } from '../../../common/data-centers/data-center.ts';
import { ConfigurationError } from '../../../common/errors.ts';
import { asksForRenewal } from '../../../common/http/read-json.ts';
import type { RetryRule } from '../../../common/http/retry.ts';
import { isStream, type OutgoingRequest, sendRequest } from '../../../common/http/send.ts';
import { orAborted } from '../../../common/http/wait.ts';
import { signInRequired } from '../../../common/oauth/lifetime.ts';
import { postToAccounts } from '../../../common/oauth/token-request.ts';
import type { StoredToken, TokenRow } from '../store/token-store.ts';
import type { OAuthConfig } from './config.ts';
import { freshRow, isFresh, type TokenNeed } from './refresh.ts';

interface WithSignal {
  readonly signal?: AbortSignal | undefined;
}

/** A call of the API; `url` is a path below the API origin, or given by the row once the token is known. */
export interface SessionRequest extends Omit<OutgoingRequest, 'url'>, WithSignal {
  readonly url: string | ((row: TokenRow) => string);
  readonly retry?: RetryRule | undefined;
  readonly timeoutMs?: number | undefined;
}

/**
 * One user. Everything that this object does is done as this user; there is no current user elsewhere, so any number of
 * them can work at the same time.
 *
 * @example
 * const session = oauth.session(key);
 * const answer = await session.send({ method: 'GET', url: '/crm/v8/org' });
 */
export class Session {
  readonly key: string;
  readonly #config: OAuthConfig;
  #known: StoredToken | undefined;
  #renewal: Promise<StoredToken> | undefined;

  /** Made by `OAuthClient`. */
  constructor(config: OAuthConfig, key: string, known?: StoredToken) {
    this.#config = config;
    this.key = key;
    this.#known = known;
  }

  /** Internal: takes over what was read of the store elsewhere. */
  learn(stored: StoredToken): void {
    this.#known = stored;
  }

  /**
   * What is stored of the user, tokens included.
   *
   * @example
   * const { email, environment, domain } = await session.row();
   * @throws SignInRequiredError when nothing is stored.
   */
  async row({ signal }: WithSignal = {}): Promise<TokenRow> {
    const stored = await this.#config.store.get(this.key, { signal });
    if (stored) return stored.row;
    throw signInRequired(`nothing is stored of "${this.key}"`);
  }

  /**
   * An access token that is good for a while, renewed when it is about to end.
   *
   * @example
   * const token = await session.accessToken({ signal: AbortSignal.timeout(5000) });
   */
  async accessToken({ signal }: WithSignal = {}): Promise<string> {
    return (await this.#fresh({}, signal)).accessToken;
  }

  /**
   * Renews the access token now. Calls at the same time, of whatever process, are one renewal.
   *
   * @example
   * await session.refresh();
   */
  async refresh({ signal }: WithSignal = {}): Promise<TokenRow> {
    const { accessToken } = await this.row({ signal });
    return this.#fresh({ force: accessToken }, signal);
  }

  /**
   * Ends the grant at the user's accounts server and forgets the user. Tokens that are gone already are no failure.
   *
   * @example
   * await session.revoke();
   */
  async revoke({ signal }: WithSignal = {}): Promise<void> {
    const config = this.#config;
    for (;;) {
      const stored = await config.store.get(this.key, { signal });
      if (!stored) return;
      const { row } = stored;
      const place = config.dataCenters.ofCallback({ location: row.location, accountsServer: row.accountsDomain });
      const token = row.refreshToken === '' ? row.accessToken : row.refreshToken;
      try {
        await postToAccounts(config, place, '/oauth/v2/token/revoke', { token }, { signal, secret: false });
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'invalid_token') throw error;
      }
      this.#known = undefined;
      if (await config.store.compareAndSwap(this.key, stored.version, null, { signal })) return;
    }
  }

  /**
   * The user's data centre.
   *
   * @example
   * (await session.dataCenter()).id; // 'in'
   */
  async dataCenter({ signal }: WithSignal = {}): Promise<DataCenter> {
    const { location } = this.#known?.row ?? (await this.row({ signal }));
    return this.#config.dataCenters.get(location);
  }

  /**
   * Calls the API of the user's data centre and environment. The address is made after the token is there, so that the
   * first call after a move goes to the right place; a 401 that another token mends is repeated once with another token.
   * Gives the answer whatever its status.
   *
   * @example
   * const answer = await session.send({ method: 'GET', url: '/crm/v8/users?type=CurrentUser' });
   */
  async send(request: SessionRequest): Promise<Response> {
    const { signal } = request;
    const row = await this.#fresh({}, signal);
    const answer = await this.#sendWith(row, request);
    if (isStream(request.body) || row.refreshToken === '') return answer;
    if (!(await asksForRenewal(answer))) return answer;
    await answer.body?.cancel();
    return this.#sendWith(await this.#fresh({ refused: row.accessToken }, signal), request);
  }

  #sendWith(row: TokenRow, { url, headers, signal, retry, timeoutMs, ...rest }: SessionRequest): Promise<Response> {
    const address = typeof url === 'string' ? apiOrigin(this.#config, row) + url : url(row);
    const sent = { ...headers, authorization: `Zoho-oauthtoken ${row.accessToken}` };
    const idempotent = rest.method === 'GET' || rest.method === 'PUT' || rest.method === 'DELETE';
    return sendRequest(
      { ...rest, url: address, headers: sent },
      {
        ...this.#config.sending,
        ...(timeoutMs !== undefined && { timeoutMs }),
        signal,
        retry: retry ?? (idempotent ? 'always' : 'refused'),
      },
    );
  }

  /** Within this object calls share a renewal; one that is aborted does not take the others with it. */
  async #fresh(need: TokenNeed, signal?: AbortSignal): Promise<TokenRow> {
    signal?.throwIfAborted();
    if (this.#known && isFresh(this.#config, this.#known.row, need)) return this.#known.row;
    const joined = this.#renewal !== undefined;
    this.#renewal ??= freshRow(this.#config, this.key, need).finally(() => {
      this.#renewal = undefined;
    });
    const stored = await orAborted(this.#renewal, signal);
    this.#known = stored;
    const { accessToken } = stored.row;
    // The renewal that was under way may not have been made for this need.
    if (joined && (accessToken === need.refused || accessToken === need.force)) return this.#fresh(need, signal);
    return stored.row;
  }
}

/** `api_domain` of the token, else what the table knows of the environment. */
function apiOrigin({ dataCenters }: OAuthConfig, row: TokenRow): string {
  const origin = row.apiDomain || dataCenters.get(row.location).api[row.environment];
  if (origin) return origin;
  throw new ConfigurationError(`the API of the environment "${row.environment}" is not known`, {
    code: 'api_unknown',
    dataCenter: row.location,
    mend: `Add it to the table of data centres; environments are ${environments.join(', ')}`,
  });
}
