import type { FastifyReply, FastifyRequest } from 'fastify';
import { keyedHash, sameBytes } from '../foundation/secrets.ts';
import { ensureBrowser, findBrowser } from './browser.ts';
import type { AccountsContext } from './context.ts';
import { readCookie } from './sessions.ts';

/**
 * Forms of the accounts pages: a token against cross-site request forgery in each, bound to the form's own action, to
 * the browser and to its session, and their fields when they come back.
 */

/** Forms of people who are not signed in yet: a sign-in in another tab meanwhile must not spoil them. */
const beforeSession: ReadonlySet<string> = new Set([
  '/signin',
  '/signin/password',
  '/signin/forgot',
  '/signin/reset',
  '/signin/second',
  '/signin/passkey',
  '/signin/with/link',
  '/signup',
  '/signup/confirm',
]);

/** The token for the form that is sent to `action`, a path of this server. */
export function issueFormToken(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  action: string,
): string {
  return formToken(context, request, ensureBrowser(context, request, reply), action);
}

/** What a page shows of a user who is signed in: the address, and the form to sign out. */
export function signedInOptions(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  user: { readonly email: string },
): { readonly user: { readonly email: string }; readonly signOutToken: string } {
  return { user, signOutToken: issueFormToken(context, request, reply, '/signout') };
}

function formToken(context: AccountsContext, request: FastifyRequest, browser: string, action: string): string {
  const session = beforeSession.has(action) ? '' : (readCookie(context, request, 'session') ?? '');
  return keyedHash(context.keys.forms, `${action} ${browser} ${session}`).toString('base64url');
}

/** The fields of a form that really came from our page for it in this browser; undefined for any other. */
export function readForm(context: AccountsContext, request: FastifyRequest): URLSearchParams | undefined {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return undefined;
  const origin = request.headers.origin;
  // Browsers send "null" from pages with our Referrer-Policy; then the form token alone decides.
  if (origin !== undefined && origin !== 'null' && origin !== context.dataCenter.origins.accounts) return undefined;
  const fields = unverifiedFields(request);
  const browser = findBrowser(context, request);
  if (!browser) return undefined;
  const [action = ''] = request.url.split('?', 1);
  const expected = Buffer.from(formToken(context, request, browser, action));
  return sameBytes(expected, Buffer.from(fields.get('csrf') ?? '')) ? fields : undefined;
}

/**
 * The fields of any form, from wherever it came. Good for one thing only: to begin again at the request that a refused
 * form belonged to.
 */
export function unverifiedFields(request: FastifyRequest): URLSearchParams {
  return new URLSearchParams(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '');
}

/**
 * The seal over what a consent page showed: who was asked by which app for what. The form carries it, and what is
 * accepted must give the same seal again; a form that names another request, and an app or organization that changed
 * meanwhile, are shown anew instead.
 */
export function sealShown(context: AccountsContext, request: FastifyRequest, shown: unknown): string {
  const where = [findBrowser(context, request) ?? '', readCookie(context, request, 'session') ?? ''];
  return keyedHash(context.keys.forms, JSON.stringify(['shown', ...where, shown])).toString('base64url');
}

/** Whether the form carries the seal of exactly this. */
export function isWhatWasShown(
  context: AccountsContext,
  request: FastifyRequest,
  form: URLSearchParams,
  shown: unknown,
): boolean {
  const expected = Buffer.from(sealShown(context, request, shown));
  return sameBytes(expected, Buffer.from(form.get('shown') ?? ''));
}
