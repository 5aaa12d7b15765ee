import { maskCredentials, maskSecret } from '../foundation/secrets.ts';
import { shapeOf } from './body-shape.ts';
import { boundedText } from './bounded.ts';

/** Which part of the platform answered. */
export type Component = 'accounts' | 'api' | 'content' | 'console' | 'admin';

/** A request and its answer as an event may hold them: no secret, no cookie, bounded. */
export interface Exchange {
  readonly component: Component;
  readonly request: {
    /** Of the API that was called; left out: production. */
    readonly environment?: string;
    readonly method: string;
    /** Without query. */
    readonly path: string;
    readonly parameters?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
    /** Of a JSON body (`body-shape.ts`). */
    readonly bodyShape?: string;
    readonly bodyBytes?: number;
  };
  readonly answer: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly bytes?: number;
  };
}

const maxPathLength = 200;
const maxBodyLength = 1_500;
const maxParameters = 30;
const longestForm = 64_000;
const parameterName = /^[A-Za-z_][\w.:-]{0,59}$/;
const clientId = /^100[04]\.[A-Z0-9]{30}$/;
const shortestCredential = 20;
const hidden = '(hidden)';

/** Parameters whose values say nothing that gives access, and no name of a person. All others are hidden. */
const plainParameters: ReadonlySet<string> = new Set(
  (
    'access_type client_id code_challenge_method decision display environment error fields grant_type ids ' +
    'include_child kind limit max_age module modules organization page per_page prompt redirect_uri response_mode ' +
    'response_type scope scopes sent_on soid sort_by sort_order to token_type token_type_hint type version cvid ' +
    'client_portal_id territory_id converted approved location dc'
  ).split(' '),
);
/** Random values of many bits, of which a fingerprint tells nothing; anything that people choose is hidden altogether. */
const credentialParameters: ReadonlySet<string> = new Set(
  'code refresh_token access_token token device_code enhance_token grant_token client_secret'.split(' '),
);
const requestHeaders = [
  'origin',
  'content-type',
  'user-agent',
  'access-control-request-method',
  'access-control-request-headers',
  'x-zoho-sdk',
  'if-modified-since',
  'if-unmodified-since',
  'x-crm-org',
  'feature',
] as const;
const answerHeaders = [
  'content-type',
  'retry-after',
  'www-authenticate',
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-allow-credentials',
  'access-control-max-age',
  'access-control-expose-headers',
  'x-accesstoken-reset',
  'x-api-credits-remaining',
] as const;
/** Members of token answers that a fingerprint stands for, and those of any good answer that are shown. */
const credentialMembers = new Set([...credentialParameters, 'id_token']);
const plainMembers = new Set(
  (
    'api_domain token_type expires_in expires_in_sec scope status error error_description code message interval ' +
    'user_location active'
  ).split(' '),
);

/** What a listener knows of a request that it has answered. */
export interface Answered {
  readonly method: string;
  readonly url: string;
  readonly requestHeaders: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: unknown;
  readonly status: number;
  readonly answerHeaders: Readonly<Record<string, unknown>>;
  readonly payload: unknown;
}

/**
 * @param component whose listener it was.
 * @param environment of an API listener, where it is not production.
 */
export function describeExchange(component: Component, answered: Answered, environment?: string): Exchange {
  const { body, method, status, url } = answered;
  const [path = '', query = ''] = splitUrl(url);
  const form = formIn(answered.requestHeaders['content-type'], body);
  const parameters = describeParameters(query, form);
  const bodyShape = form === undefined && Buffer.isBuffer(body) ? shapeOf(body) : undefined;
  const received = pick(answered.requestHeaders, requestHeaders);
  const authorization = describeAuthorization(answered.requestHeaders.authorization);
  const headers = {
    ...received,
    ...(authorization !== undefined && { authorization }),
    ...(answered.requestHeaders.dpop !== undefined && { dpop: hidden }),
  };
  return {
    component,
    request: {
      ...(environment !== undefined && { environment }),
      method,
      path: maskCredentials(path).slice(0, maxPathLength),
      ...(Object.keys(parameters).length > 0 && { parameters }),
      ...(Object.keys(headers).length > 0 && { headers }),
      ...(bodyShape !== undefined && { bodyShape }),
      ...(Buffer.isBuffer(body) && body.length > 0 && { bodyBytes: body.length }),
    },
    answer: describeAnswer(component, status, answered),
  };
}

export function splitUrl(url: string): [path: string, query: string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

function describeAnswer(
  component: Component,
  status: number,
  { answerHeaders: given, payload }: Answered,
): Exchange['answer'] {
  const headers: Record<string, string> = pick(given, answerHeaders);
  const location = given.location;
  if (typeof location === 'string') headers.location = describeAddress(location);
  const text = typeof payload === 'string' ? payload : undefined;
  const json = String(given['content-type'] ?? '').includes('json');
  // What the CRM answers when all went well are the records of people; pages are the same for everybody.
  const shown = json && text !== undefined && (component === 'accounts' || status >= 400);
  return {
    status,
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(shown && { body: describeBody(text, status) }),
    ...(text !== undefined && text !== '' && { bytes: Buffer.byteLength(text) }),
  };
}

/** The text of a form; a body of any other kind, however it is declared, has no parameters. */
function formIn(contentType: unknown, body: unknown): string | undefined {
  if (!Buffer.isBuffer(body) || body.length === 0 || body.length > longestForm) return undefined;
  if (/json|multipart|octet|csv|zip/i.test(String(contentType ?? ''))) return undefined;
  const text = body.toString('utf8');
  return /^\s*[[{<"]/.test(text) ? undefined : text;
}

function describeParameters(query: string, form = ''): Record<string, string> {
  const described: Record<string, string> = {};
  for (const [name, value] of [...new URLSearchParams(query), ...new URLSearchParams(form)].slice(0, maxParameters)) {
    described[describeName(name)] = describeValue(name, value);
  }
  return described;
}

/** Whoever sends a request may have put anything where a name belongs. */
function describeName(name: string): string {
  return parameterName.test(name) ? maskCredentials(name) : hidden;
}

function describeValue(name: string, value: string): string {
  if (value === '') return '';
  if (credentialParameters.has(name)) return fingerprint(value);
  return plainParameters.has(name) ? boundedText(maskCredentials(value), 300) : hidden;
}

/** Short values may be what a person chose, whose fingerprint could be guessed. */
function fingerprint(value: string): string {
  return value.length < shortestCredential ? hidden : maskSecret(value);
}

/** An address with the values of its query and fragment masked. */
function describeAddress(address: string): string {
  const [, base = '', query = '', fragment = ''] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(address) ?? [];
  const masked = (text: string) =>
    [...new URLSearchParams(text)]
      .slice(0, maxParameters)
      .map(([name, value]) => `${describeName(name)}=${describeValue(name, value)}`)
      .join('&');
  const parts = [query && `?${masked(query)}`, fragment && `#${masked(fragment)}`];
  return boundedText(`${maskCredentials(base)}${parts.join('')}`);
}

/** The scheme and the fingerprint of what follows it. */
function describeAuthorization(header: unknown): string | undefined {
  if (typeof header !== 'string') return undefined;
  const [, scheme, credential] = /^([A-Za-z][A-Za-z0-9-]{0,30}) +(\S.*)$/s.exec(header) ?? [];
  if (scheme === undefined || credential === undefined) return hidden;
  return `${scheme} ${/^basic$/i.test(scheme) ? describeBasic(credential) : fingerprint(credential.trim())}`;
}

/** A client's id with the fingerprint of its secret; or whatever a person chose for a password. */
function describeBasic(credential: string): string {
  const [id = '', secret = ''] = Buffer.from(credential.trim(), 'base64').toString('utf8').split(':');
  return clientId.test(id) ? `${id}:${fingerprint(secret)}` : hidden;
}

function describeBody(text: string, status: number): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return '(no JSON)';
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    value = Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, describeMember(name, each, status >= 400)]),
    );
  }
  const masked = maskCredentials(JSON.stringify(value));
  return masked.length <= maxBodyLength ? masked : `${masked.slice(0, maxBodyLength).toWellFormed()}…`;
}

function describeMember(name: string, value: unknown, refused: boolean): unknown {
  if (credentialMembers.has(name) && typeof value === 'string' && !(refused && plainMembers.has(name))) {
    return fingerprint(value);
  }
  return refused || plainMembers.has(name) ? value : hidden;
}

function pick(headers: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string' || typeof value === 'number') {
      picked[name] = boundedText(maskCredentials(String(value)), 300);
    }
  }
  return picked;
}
