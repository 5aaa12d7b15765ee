/**
 * Cross-origin rules of the API origins. A preflight carries no token, so it is allowed for the JavaScript domains of
 * any client; the request itself is held against the domains of its token's own client, by the resource server.
 */

/** What browsers may send, whatever they ask for in the preflight. */
const allowedHeaders =
  'Authorization, Content-Type, DPoP, X-EXTERNAL, X-ZOHO-SDK, If-Modified-Since, If-Unmodified-Since, feature, X-CRM-ORG';
const allowedMethods = 'GET, POST, PUT, PATCH, DELETE, OPTIONS';
const exposedHeaders =
  'Content-Disposition, X-Request-Id, X-ACCESSTOKEN-RESET, X-API-CREDITS-REMAINING, Retry-After, WWW-Authenticate, DPoP-Nonce';
const maxAgeSeconds = 600;
/** Header names in a preflight's list; anything else in it is not echoed. */
const headerList = /^[A-Za-z0-9-]{1,64}(\s*,\s*[A-Za-z0-9-]{1,64}){0,31}$/;

export type CorsHeaders = Readonly<Record<string, string>>;

/** The answer to a preflight from an allowed origin. `requestedHeaders` is `Access-Control-Request-Headers`. */
export function preflightHeaders(origin: string, requestedHeaders: string | undefined): CorsHeaders {
  const wanted = requestedHeaders?.trim() ?? '';
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': allowedMethods,
    'access-control-allow-headers': headerList.test(wanted) ? wanted : allowedHeaders,
    'access-control-max-age': String(maxAgeSeconds),
    vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
  };
}

/** What lets a page at `origin` read an answer. Never for `*`: calls are made with credentials. */
export function readableHeaders(origin: string): CorsHeaders {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': exposedHeaders,
    vary: 'Origin',
  };
}

/** What an answer carries that its page may not read; caches keep it apart all the same. */
export const unreadableHeaders: CorsHeaders = { vary: 'Origin' };

/** What lets every page read an answer that holds nothing secret; without credentials. */
export const publicHeaders: CorsHeaders = { 'access-control-allow-origin': '*' };

/** Whether a request is a preflight: OPTIONS with an origin and the method that will follow. */
export function isPreflight(method: string, headers: Readonly<Record<string, unknown>>): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}
