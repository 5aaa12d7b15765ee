import { toDownload, toObject } from './core/answer.ts';
import type { AuthorizationSettings } from './core/authorization-url.ts';
import { exchange } from './core/exchange.ts';
import { type MethodSpec, mapMethods } from './core/methods.ts';
import { redirectUriFor } from './core/redirect-uri.ts';
import { buildRequest, type CallInput, exactEncoding, versionSegment } from './core/request.ts';
import { Session, type SessionState, type SignInOptions, type StateListener } from './core/session.ts';
import { names } from './core/storage-names.ts';
import type { CrmMethods, FreeRequest } from './types.ts';

export interface ClientOptions {
  readonly clientId: string;
  readonly scopes: string | readonly string[];
  /** Where a sign-in starts, for example `https://accounts.example.com`; the user's own data centre is found from there. */
  readonly accountsUrl: string;
  /** The page that stores the token. Default: `redirect.html`, placed as `redirectUriFor` says. */
  readonly redirectUri?: string;
  /** API version. Default `v8`. */
  readonly version?: string | number;
  /** Headers of all calls. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * `code`: the code flow with PKCE, where the client's profile allows it; no token is ever in an address. Default `token`,
   * the implicit flow.
   */
  readonly flow?: 'token' | 'code';
  /** Renew without a user step even when the user did not grant access for the whole session. */
  readonly fullGrant?: boolean;
}

/** A client for one application; all clients of one origin share the signed-in user. */
export interface Client extends CrmMethods {
  readonly state: SessionState;
  /** Signs in unless someone is; call it from a click, or browsers block the window. */
  signIn(options?: SignInOptions): Promise<SessionState>;
  /** Forgets the token; `server: true` also revokes it at the accounts server. */
  signOut(options?: { readonly server?: boolean }): Promise<void>;
  /** Calls the listener at every change of the state; gives back the function that ends this. */
  onChange(listener: StateListener): () => void;
  /** Any other call of the API. */
  request<T = unknown>(request: FreeRequest): Promise<T | null>;
}

/**
 * Makes a client. Nothing happens until the first call or `signIn()`; a call without a token opens the sign-in window
 * and waits for it. Answers are objects; errors are thrown as SignInError, ApiError or NetworkError.
 *
 * @example
 * const crm = createClient({ clientId: '1000.ABC', scopes: ['ZohoCRM.modules.ALL'], accountsUrl: 'http://localhost:8000' });
 * button.addEventListener('click', async () => {
 *   await crm.signIn();
 *   const leads = await crm.records.get({ module: 'Leads', params: { fields: 'Last_Name,Email' } });
 * });
 */
export function createClient(options: ClientOptions): Client {
  const { clientId, accountsUrl, headers = {} } = options;
  const scopes = typeof options.scopes === 'string' ? options.scopes : options.scopes.join(',');
  const version = versionSegment(options.version ?? 8);
  const redirectUri = options.redirectUri ?? redirectUriFor(location);
  const settings: AuthorizationSettings = { clientId, scopes, accountsUrl, redirectUri, flow: options.flow ?? 'token' };
  for (const [name, value] of Object.entries(settings)) {
    if (!value) throw new TypeError(`createClient needs ${name}`);
  }
  const session = new Session(
    window,
    () => settings,
    () => false,
  );
  if (options.fullGrant) localStorage.setItem(names.fullGrant, 'true');

  async function call(spec: MethodSpec, input: CallInput): Promise<unknown> {
    const answer = await exchange(session, true, ({ value, apiDomain }) =>
      buildRequest(spec, input, { apiDomain, token: value, version, headers, encoding: exactEncoding }),
    );
    return spec.answersFile ? toDownload(answer) : toObject(answer);
  }

  const spaces = mapMethods(
    (spec) =>
      (input: CallInput = {}) =>
        call(spec, input),
  );
  const typed = Object.fromEntries(Object.entries(spaces).map(([name, space]) => [name.toLowerCase(), space]));

  return {
    // The table and the interface have the same members; a test compares them.
    ...(typed as unknown as CrmMethods),
    get state() {
      return session.state;
    },
    signIn: (given) => session.signIn(given),
    signOut: (given) => session.signOut(given),
    onChange: (listener) => session.onChange(listener),
    async request<T>({ method, path, ...input }: FreeRequest) {
      const spec: MethodSpec = { http: method, path, sends: 'json' };
      return (await call(spec, input)) as T | null;
    },
  };
}
