import type { CorsHeaders } from './headers.ts';

/** A cross-origin call as a page makes it. Header names are lower case. */
export interface PageCall {
  readonly origin: string;
  readonly method: string;
  readonly headers: readonly string[];
}

/** Why a browser does not let a page have what it asked for: which rule, and what was compared. */
export interface BrowserFault {
  readonly check: 'status' | 'origin' | 'credentials' | 'method' | 'header';
  readonly expected: string;
  readonly came: string;
}

/** Methods that `fetch` writes in capital letters; of others the letters count (Fetch standard, "normalize a method"). */
const normalized = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);
/** Methods that need no permission of a preflight (Fetch standard, "CORS-safelisted method"). */
const safelistedMethods = new Set(['GET', 'HEAD', 'POST']);
/** Headers that need none (Fetch standard, "CORS-safelisted request-header"), whatever their value. */
const safelistedHeaders = new Set(['accept', 'accept-language', 'content-language', 'range']);
/** What a page can never send (Fetch standard, "forbidden method", "forbidden request-header"). */
const forbiddenMethods = new Set(['CONNECT', 'TRACE', 'TRACK']);
const forbiddenHeaders =
  /^(?:accept-charset|accept-encoding|access-control-request-headers|access-control-request-method|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|referer|set-cookie|te|trailer|transfer-encoding|upgrade|via|proxy-.*|sec-.*)$/;

/**
 * The call with its method and headers as a browser sends them. Each call of the API carries a token, and by that header
 * alone a preflight goes before it.
 */
export function pageCall(origin: string, method: string, headers: readonly string[]): PageCall {
  const capital = method.toUpperCase();
  const names = headers.map((name) => name.trim().toLowerCase()).filter((name) => name !== '');
  return {
    origin,
    method: normalized.has(capital) ? capital : method,
    headers: [...new Set(['authorization', ...names])].sort(),
  };
}

/** What no page can send, whatever the server allows. */
export function forbiddenToPages({ method, headers }: PageCall): BrowserFault | undefined {
  if (forbiddenMethods.has(method.toUpperCase())) {
    return { check: 'method', expected: 'a method that pages may send', came: method };
  }
  const header = headers.find((name) => forbiddenHeaders.test(name));
  return header === undefined ? undefined : { check: 'header', expected: 'headers that pages may set', came: header };
}

/** The preflight that goes before a call (Fetch standard, "CORS-preflight fetch"). */
export function preflightOf({ origin, method, headers }: PageCall): CorsHeaders {
  const unsafe = unsafeHeaders(headers);
  return {
    origin,
    'access-control-request-method': method,
    ...(unsafe.length > 0 ? { 'access-control-request-headers': unsafe.join(',') } : {}),
  };
}

/** Whether the answer to the preflight lets the call be made (Fetch standard, "CORS-preflight fetch", step 7). */
export function preflightFault(
  call: PageCall,
  answer: { readonly status: number; readonly headers: CorsHeaders },
): BrowserFault | undefined {
  const fault = corsCheck(call.origin, answer.headers);
  if (fault) return fault;
  if (answer.status < 200 || answer.status > 299) {
    return { check: 'status', expected: 'a status from 200 to 299', came: String(answer.status) };
  }
  const methods = listOf(answer.headers['access-control-allow-methods']);
  if (!methods.includes(call.method) && !safelistedMethods.has(call.method)) {
    return { check: 'method', expected: methods.join(', '), came: call.method };
  }
  const allowed = listOf(answer.headers['access-control-allow-headers']).map((name) => name.toLowerCase());
  const header = unsafeHeaders(call.headers).find((name) => !allowed.includes(name));
  return header === undefined ? undefined : { check: 'header', expected: allowed.join(', '), came: header };
}

/** Whether a page may read an answer (Fetch standard, "CORS check"), for calls with credentials. */
export function corsCheck(origin: string, headers: CorsHeaders): BrowserFault | undefined {
  const allowed = headers['access-control-allow-origin'];
  if (allowed !== origin)
    return { check: 'origin', expected: origin, came: allowed ?? 'no access-control-allow-origin' };
  return headers['access-control-allow-credentials'] === 'true'
    ? undefined
    : { check: 'credentials', expected: 'true', came: headers['access-control-allow-credentials'] ?? 'none' };
}

function unsafeHeaders(headers: readonly string[]): string[] {
  return headers.filter((name) => !safelistedHeaders.has(name));
}

function listOf(value: string | undefined): string[] {
  return (value ?? '').split(',').map((part) => part.trim());
}
