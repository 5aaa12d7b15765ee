import type { MethodSpec } from './methods.ts';

/** The input object of every method; which members count is said by the method's path. */
export interface CallInput {
  readonly module?: string | undefined;
  readonly id?: string | undefined;
  readonly relatedModule?: string | undefined;
  readonly relatedId?: string | undefined;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
  /** Headers of this call; they win over those of all calls. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly file?: Blob | undefined;
  /** The original's name for `file`. */
  readonly x_file_content?: Blob | undefined;
}

export interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string | FormData | undefined;
}

/** How text becomes part of an address. */
export interface Encoding {
  readonly value: (text: string) => string;
  readonly segment: (text: string) => string;
}

/** For new code: what goes in arrives. */
export const exactEncoding: Encoding = { value: encodeURIComponent, segment: encodeURIComponent };

/**
 * For pages written for the original, which encoded nothing: callers had to escape `&` or `%` themselves and sometimes put
 * several path segments into one member, so escapes and slashes that are there already stay.
 */
export const lenientEncoding: Encoding = {
  value: (text) => keepEscapes(text),
  segment: (text) => text.split('/').map(keepEscapes).join('/'),
};

function keepEscapes(text: string): string {
  const parts = text.split(/(%[0-9a-f]{2})/i);
  return parts.map((part, index) => (index % 2 ? part : encodeURIComponent(part))).join('');
}

export interface Target {
  readonly apiDomain: string;
  readonly token: string;
  readonly version: string;
  readonly encoding: Encoding;
  /** Headers of all calls. */
  readonly headers: Readonly<Record<string, string>>;
}

/** `8`, `'8'`, `'v8'` and `2.1` all name an API version; the path wants `v8`. */
export function versionSegment(version: string | number): string {
  const text = String(version);
  return text.startsWith('v') ? text : `v${text}`;
}

/** Makes the HTTP request of a method. Throws a TypeError when the input lacks what the path needs. */
export function buildRequest(spec: MethodSpec, input: CallInput, target: Target): Request {
  const path = fillPath(spec, input, target.encoding.segment);
  const query = queryOf(spec, input, target.encoding.value);
  const url = `${target.apiDomain}/crm/${target.version}/${path}${query && `?${query}`}`;
  const headers = new Headers(target.headers);
  for (const [name, value] of Object.entries(input.headers ?? {})) headers.set(name, value);
  headers.set('Authorization', `Zoho-oauthtoken ${target.token}`);
  return { method: spec.http, url, headers, body: bodyOf(spec, input, headers) };
}

function fillPath(spec: MethodSpec, input: CallInput, encode: Encoding['segment']): string {
  const members = input as Readonly<Record<string, unknown>>;
  const segments = spec.path.split('/').map((segment) => {
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (!name) return segment;
    const value = members[name];
    if (value !== undefined && value !== null && value !== '') return encode(String(value));
    if (name === 'id' || spec.optional?.includes(name)) return null;
    throw new TypeError(`${spec.http} ${spec.path} needs '${name}' in its input`);
  });
  return segments.filter((segment) => segment !== null).join('/');
}

function queryOf(spec: MethodSpec, input: CallInput, encode: Encoding['value']): string {
  const fallback = spec.moduleParameter ? { module: input.module } : {};
  const params: Record<string, unknown> = { ...spec.params, ...input.params };
  // After the caller's own parameters, as the original did.
  for (const [name, value] of Object.entries(fallback)) params[name] ??= value;
  return Object.entries(params)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${encode(name)}=${encode(String(value))}`)
    .join('&');
}

function bodyOf(spec: MethodSpec, input: CallInput, headers: Headers): Request['body'] {
  if (spec.sends === 'file') {
    const file = input.file ?? input.x_file_content;
    if (!file) throw new TypeError(`${spec.http} ${spec.path} needs 'x_file_content' in its input`);
    // Only the browser knows the boundary; a content type set for JSON calls would spoil the upload.
    headers.delete('Content-Type');
    const form = new FormData();
    form.append('file', file);
    return form;
  }
  if (spec.sends !== 'json' || input.body === undefined) return undefined;
  if (!headers.has('Content-Type')) headers.set('Content-Type', 'application/json');
  return JSON.stringify(input.body);
}
