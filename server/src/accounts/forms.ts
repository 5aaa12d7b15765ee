import type { FastifyReply, FastifyRequest } from 'fastify';
import { keyedHash, sameBytes } from '../foundation/secrets.ts';
import type { AccountsContext } from './context.ts';
import { readCookie, setCookie } from './sessions.ts';

/**
 * Forms of the accounts pages: a token against cross-site request forgery in each, bound to the browser and to its
 * session, and their fields when they come back.
 */
const browserTtlSeconds = 365 * 86_400;
const browserPattern = /^[0-9a-f]{32}$/;

/** The form token for this browser; gives the browser its identifier when it has none yet. */
export function issueFormToken(context: AccountsContext, request: FastifyRequest, reply: FastifyReply): string {
  let browser = readCookie(context, request, 'browser');
  if (!browser || !browserPattern.test(browser)) {
    browser = context.random.bytes(16).toString('hex');
    setCookie(context, reply, 'browser', browser, browserTtlSeconds);
  }
  return formToken(context, request, browser);
}

function formToken(context: AccountsContext, request: FastifyRequest, browser: string): string {
  const session = readCookie(context, request, 'session') ?? '';
  return keyedHash(context.keys.forms, `${browser} ${session}`).toString('base64url');
}

/** The fields of a form that really came from one of our pages in this browser; undefined for any other. */
export function readForm(context: AccountsContext, request: FastifyRequest): URLSearchParams | undefined {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return undefined;
  const origin = request.headers.origin;
  // Browsers send "null" from pages with our Referrer-Policy; then the form token alone decides.
  if (origin !== undefined && origin !== 'null' && origin !== context.dataCenter.origins.accounts) return undefined;
  if (!Buffer.isBuffer(request.body)) return undefined;
  const fields = new URLSearchParams(request.body.toString('utf8'));
  const browser = readCookie(context, request, 'browser');
  if (!browser || !browserPattern.test(browser)) return undefined;
  const expected = Buffer.from(formToken(context, request, browser));
  return sameBytes(expected, Buffer.from(fields.get('csrf') ?? '')) ? fields : undefined;
}
