import type { DataCenter } from '../data-centers/data-center.ts';
import { NetworkError, OAuthError } from '../errors.ts';
import { parseObject } from '../http/read-json.ts';
import { retryAfterSeconds } from '../http/retry.ts';
import { type Sending, sendRequest } from '../http/send.ts';
import { throwIfAborted } from '../http/wait.ts';

/** What an accounts server gave. */
export interface TokenAnswer {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly apiDomain: string | undefined;
  readonly expiresInSeconds: number;
  readonly scope: string | undefined;
  readonly idToken: string | undefined;
}

/** Who asks, and how requests are sent. */
export interface AccountsClient {
  readonly clientId: string;
  readonly sending: Sending;
  /** The secret that counts at a data centre; undefined for a client without one. */
  readonly secretAt: (dataCenter: string) => string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

const mends: Readonly<Record<string, string>> = {
  invalid_client:
    'The client is not known at this data centre, or not enabled for it: check its id and its Multi-DC settings',
  invalid_client_secret: 'The secret is wrong at this data centre: each may have its own',
  invalid_redirect_uri: 'Give the redirect URI exactly as it is registered and as it was in the authorization',
  invalid_code:
    'Codes live for a minute and once; a refresh token may have been revoked. Begin the authorization again',
  'Access Denied': 'Too many tokens were asked for in a short time: wait, and use the tokens that there are',
  access_denied: 'The user did not allow access',
  expired: 'The user took too long: ask for new device codes',
};

/**
 * Posts to an accounts server of the table, with the client's id and secret for it. Tries again what failed on the way:
 * a refresh can be repeated, and a code that was spent by a lost answer is refused and harms nothing.
 * @throws OAuthError, whatever the status of the refusal; NetworkError.
 */
export async function postToAccounts(
  client: AccountsClient,
  place: DataCenter,
  path: string,
  parameters: Readonly<Record<string, string>>,
  { signal, secret = true }: { readonly signal?: AbortSignal | undefined; readonly secret?: boolean } = {},
): Promise<Json> {
  const clientSecret = secret ? client.secretAt(place.id) : undefined;
  const body = new URLSearchParams({
    client_id: client.clientId,
    ...(clientSecret !== undefined && { client_secret: clientSecret }),
    ...parameters,
  });
  const request = { method: 'POST', url: `${place.accounts}${path}`, headers: { accept: 'application/json' }, body };
  const answer = await sendRequest(request, { ...client.sending, signal, retry: 'always' });
  const json = parseObject(await readBody(answer, place, signal));
  if (json && json.error === undefined && answer.ok) return json;
  const code = typeof json?.error === 'string' ? json.error.slice(0, 100) : `HTTP_${answer.status}`;
  const said = typeof json?.error_description === 'string' ? `: ${json.error_description.slice(0, 300)}` : '';
  throw new OAuthError(`the accounts server refused with ${code}${said}`, {
    code,
    status: answer.status,
    dataCenter: place.id,
    mend: mends[code],
    retryAfterSeconds: retryAfterSeconds(answer.headers.get('retry-after')),
    ...(json?.user_location !== undefined && { cause: json }),
  });
}

/** An answer that was cut short is a lost one. */
async function readBody(answer: Response, { id }: DataCenter, signal?: AbortSignal): Promise<string> {
  try {
    return await answer.text();
  } catch (error) {
    throwIfAborted(signal);
    throw new NetworkError('the answer of the accounts server was cut short', {
      code: 'ANSWER_CUT_SHORT',
      dataCenter: id,
      cause: error,
    });
  }
}

/**
 * The tokens of an answer. A status of 200 proves nothing: an answer without `access_token` is none.
 * Before 2020 `expires_in` was in milliseconds, and `expires_in_sec` stood beside it.
 */
export function readTokens(json: Json, { id }: DataCenter): TokenAnswer {
  const text = (name: string) => (typeof json[name] === 'string' && json[name] !== '' ? json[name] : undefined);
  const accessToken = text('access_token');
  const expiresInSeconds = Number(json.expires_in_sec ?? json.expires_in);
  if (!accessToken || !(expiresInSeconds > 0)) {
    throw new OAuthError('expected access_token and expires_in from the accounts server, got another answer', {
      code: 'bad_token_answer',
      status: 200,
      dataCenter: id,
    });
  }
  return {
    accessToken,
    refreshToken: text('refresh_token'),
    apiDomain: text('api_domain')?.replace(/\/+$/, ''),
    expiresInSeconds,
    scope: text('scope'),
    idToken: text('id_token'),
  };
}
