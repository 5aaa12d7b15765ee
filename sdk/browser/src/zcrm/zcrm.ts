import { saveDownload, toDownload, toObject, toText } from '../core/answer.ts';
import type { AuthorizationSettings } from '../core/authorization-url.ts';
import { SignInError } from '../core/errors.ts';
import { type Answer, exchange } from '../core/exchange.ts';
import { type MethodSpec, mapMethods, type Namespace } from '../core/methods.ts';
import { redirectUriFor } from '../core/redirect-uri.ts';
import { buildRequest, type CallInput, lenientEncoding, versionSegment } from '../core/request.ts';
import { Session, type SessionState, type SignInOptions, type StateListener } from '../core/session.ts';
import { names } from '../core/storage-names.ts';
import { ensureElement, readElement } from './element.ts';

/** What `ZCRM.API.SDK.initialize` takes; all but the first three are additions to the original. */
export interface InitializeConfig {
  readonly client_id?: string;
  /** Comma-separated. */
  readonly scopes?: string;
  readonly accounts_url?: string;
  /** Default: worked out from the page's address. */
  readonly redirect_uri?: string;
  /** API version, for example `'v8'`. Default: the global `version`, which is 2. */
  readonly version?: string | number;
  /** Calls wait for the sign-in instead of giving `'{}'`. The page then does not reload when the token arrives. */
  readonly queue?: boolean;
  /** False: calls give objects and throw typed errors. Default: always a string. */
  readonly raw?: boolean;
  /** `code`: the code flow with PKCE, where the client's profile allows it. Default: the implicit flow. */
  readonly flow?: 'token' | 'code';
  /** Whether the page reloads when a first token arrives. Default: unless `queue` is set. */
  readonly reload?: boolean;
  /** False: nothing opens until `AUTH.signIn()` or the first call. */
  readonly auto_sign_in?: boolean;
}

type Call = (input?: CallInput) => Promise<unknown>;

/** The global `ZCRM`. */
export interface Zcrm {
  readonly API: Record<Namespace | 'Records', Record<string, Call>> & {
    readonly SDK: { initialize(config?: InitializeConfig): void };
    readonly AUTH: {
      getAccess(): string | null;
      revokeAccess(options?: { server?: boolean }): Promise<void>;
      signIn(options?: SignInOptions): Promise<SessionState>;
      getState(): SessionState;
      onChange(listener: StateListener): () => void;
    };
  };
  init(config?: { full_grant?: boolean }): void;
}

/** The globals that belong to the page rather than to this script; read at every call, for pages assign them. */
export interface PageGlobals {
  headers?: Record<string, string>;
  version?: number | string;
}

/** Makes the object that pages of the original SDK know as `ZCRM`. */
export function createZcrm(page: Window & PageGlobals): Zcrm {
  let config: InitializeConfig = {};
  const session = new Session(
    page,
    () => settingsOf(page, config),
    () => config.reload ?? !config.queue,
  );

  async function call(spec: MethodSpec, input: CallInput): Promise<unknown> {
    const { queue = false, raw = true } = config;
    const version = versionSegment(config.version ?? page.version ?? 2);
    const headers = page.headers ?? {};
    try {
      const answer = await exchange(session, queue, ({ value, apiDomain }) =>
        buildRequest(spec, input, { apiDomain, token: value, version, headers, encoding: lenientEncoding }),
      );
      if (spec.answersFile) return await fileResult(answer, raw);
      return raw ? await toText(answer) : await toObject(answer);
    } catch (error) {
      // What the original says while no one is signed in.
      if (raw && error instanceof SignInError) return '{}';
      throw error;
    }
  }

  const methods = mapMethods<Call>(
    (spec) =>
      (input = {}) =>
        call(spec, input),
  );

  return {
    API: {
      ...methods,
      // The sample of the original calls it by this name.
      Records: methods.RECORDS,
      SDK: {
        initialize(given = {}) {
          config = given;
          const { client_id: clientId, scopes, accounts_url: accountsUrl } = given;
          ensureElement(page.document, { clientId, scopes, accountsUrl });
          session.listen();
          if (given.auto_sign_in !== false) session.tokenOrSignIn();
        },
      },
      AUTH: {
        getAccess: () => session.tokenOrSignIn()?.value ?? null,
        revokeAccess: (options) => session.signOut(options),
        signIn: (options) => session.signIn(options),
        getState: () => session.state,
        onChange: (listener) => session.onChange(listener),
      },
    },
    init(given = {}) {
      if (given.full_grant !== undefined) page.localStorage.setItem(names.fullGrant, String(given.full_grant));
    },
  };
}

/** The element's settings; what is missing is thrown as the string that the original throws. */
function settingsOf(page: Window, config: InitializeConfig): AuthorizationSettings {
  const { clientId, scopes, accountsUrl } = readElement(page.document);
  if (!clientId || !scopes || !accountsUrl) throw 'missing auth params[clientId, redirectUri, scope]';
  return {
    clientId,
    scopes,
    accountsUrl,
    redirectUri: config.redirect_uri ?? redirectUriFor(page.location),
    flow: config.flow,
  };
}

/** A file goes to the browser's downloads, and the promise settles, which the original's never did. */
async function fileResult(answer: Answer, raw: boolean): Promise<unknown> {
  if (raw && (answer.status === 204 || answer.status >= 300 || answer.status === 0)) return toText(answer);
  const download = await toDownload(answer);
  if (answer.status !== 204) saveDownload(download);
  if (!raw) return download;
  return JSON.stringify({
    message: 'file downloaded',
    file_name: download.fileName,
    status_code: String(answer.status),
  });
}
