import type { FastifyReply, FastifyRequest } from 'fastify';
import { keyedHash } from '../foundation/secrets.ts';
import type { AccountsContext } from './context.ts';
import { readCookie, setCookie } from './sessions.ts';

/**
 * The identifier of a browser at one data centre, from before any sign-in on: what form tokens, sign-in tickets and hops
 * are bound to. It says nothing about who uses the browser.
 */
const browserTtlSeconds = 365 * 86_400;
const browserPattern = /^[0-9a-f]{32}$/;

/** Identifiers given in this very request, whose cookie the browser does not send yet. */
const fresh = new WeakMap<FastifyRequest, string>();

export function findBrowser(context: AccountsContext, request: FastifyRequest): string | undefined {
  const came = readCookie(context, request, 'browser');
  return came && browserPattern.test(came) ? came : fresh.get(request);
}

/** The browser's identifier; gives it one when it has none yet. */
export function ensureBrowser(context: AccountsContext, request: FastifyRequest, reply: FastifyReply): string {
  const known = findBrowser(context, request);
  if (known !== undefined) return known;
  const browser = context.random.bytes(16).toString('hex');
  fresh.set(request, browser);
  setCookie(context, reply, 'browser', browser, browserTtlSeconds);
  return browser;
}

/** What stands for a browser outside its cookie: no one can tell the identifier from it. */
export function browserMark(context: AccountsContext, browser: string): string {
  return keyedHash(context.keys.signIn, `browser ${browser}`).toString('base64url');
}
