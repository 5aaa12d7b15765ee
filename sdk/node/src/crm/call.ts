import { ApiError, type WriteResult } from '../../../common/errors.ts';
import { apiError, apiMends, resultsOf } from '../../../common/http/api-error.ts';
import { readJson } from '../../../common/http/read-json.ts';
import type { RetryRule } from '../../../common/http/retry.ts';
import type { OutgoingRequest } from '../../../common/http/send.ts';
import type { Session } from '../oauth/session.ts';
import type { TokenRow } from '../store/token-store.ts';

/** What every method takes beside its own options. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Until the answer begins, for one try, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** A call of the API below `/crm/{version}/`, or of another path when it begins with `/`. */
export interface CrmRequest extends CallOptions {
  readonly method: string;
  readonly path: string | ((row: TokenRow) => string);
  readonly query?: Query | undefined;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly body?: OutgoingRequest['body'];
  readonly retry?: RetryRule | undefined;
}

/** The calls of one user, in one version of the API. */
export class CrmCaller {
  readonly session: Session;
  readonly version: string;

  constructor(session: Session, version: string) {
    this.session = session;
    this.version = version;
  }

  /** Sends a call and gives the answer, whatever its status. */
  send({ path, query = {}, json, headers, body, ...rest }: CrmRequest): Promise<Response> {
    const below = (text: string) => (text.startsWith('/') ? text : `/crm/${this.version}/${text}`) + queryText(query);
    return this.session.send({
      ...rest,
      url: typeof path === 'string' ? below(path) : path,
      headers: { ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: json === undefined ? body : JSON.stringify(json),
    });
  }

  /** The JSON of a call, null for 204 and 304. @throws ApiError for every other status that is no success. */
  async json<T>(request: CrmRequest): Promise<T | null> {
    const answer = await this.send(request);
    if (answer.status === 204 || answer.status === 304) return null;
    const json = await readJson(answer);
    if (!answer.ok) throw apiError(answer, json);
    return json as T | null;
  }

  /** The results of a write, one for each record, also where some or all were refused. */
  async write(request: CrmRequest): Promise<WriteResult[]> {
    const answer = await this.send(request);
    const json = await readJson(answer);
    const results = resultsOf(json);
    if (results) return results;
    throw apiError(answer, json);
  }

  /** The answer of a download. @throws ApiError */
  async download(request: CrmRequest): Promise<Response> {
    const answer = await this.send(request);
    if (answer.ok) return answer;
    throw apiError(answer, await readJson(answer));
  }
}

/** Every value is encoded; lists are joined with commas. */
export function queryText(query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return '';
  return `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}`;
}

/** One part of a path, encoded; one of dots only would lead elsewhere. @throws TypeError */
export function part(text: string): string {
  if (/^\.{0,2}$/.test(text)) throw new TypeError(`expected a name or an id, got "${text}"`);
  return encodeURIComponent(text);
}

/** The result of a write of one record. @throws ApiError when it was refused. */
export function single(results: readonly WriteResult[]): WriteResult {
  const [result] = results;
  if (result?.status === 'success') return result;
  const { code = 'NO_RESULT', message = 'no result', details } = result ?? {};
  const text = `the API refused with ${code}: ${message}`;
  throw new ApiError(text, { code, status: 400, details, results, mend: apiMends[code] });
}
