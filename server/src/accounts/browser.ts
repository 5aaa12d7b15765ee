import type { FastifyReply, FastifyRequest } from 'fastify';
import { seal, unseal } from '../foundation/sealed.ts';
import { keyedHash } from '../foundation/secrets.ts';
import type { AccountsContext } from './context.ts';
import { readCookie, setCookie } from './sessions.ts';

/**
 * The identifier of a browser at one data centre, from before any sign-in on: what form tokens, sign-in tickets and hops
 * are bound to. It says nothing about who uses the browser.
 */
const browserTtlSeconds = 365 * 86_400;
const browserBytes = 21;
/** Those of earlier releases have 32 digits. */
const browserPattern = /^(?:[0-9a-f]{42}|[0-9a-f]{32})$/;

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
  const browser = context.random.bytes(browserBytes).toString('hex');
  fresh.set(request, browser);
  setCookie(context, reply, 'browser', browser, browserTtlSeconds);
  return browser;
}

/** What stands for a browser outside its cookie: no one can tell the identifier from it. */
export function browserMark(context: AccountsContext, browser: string): string {
  return keyedHash(context.keys.signIn, `browser ${browser}`).toString('base64url');
}

/** What a value that is sealed for a browser says beside itself. */
interface Bound {
  readonly browser: string;
  readonly expiresAtMs: number;
}

/**
 * Seals what one step of a sign-in gives to the next. It travels in the page's address or form, not in a cookie, so that
 * two tabs can sign in side by side; it is bound to the browser, and lives as long as a sign-in may take.
 */
export async function sealForBrowser<Value extends object>(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  purpose: string,
  value: Value,
): Promise<string> {
  const bound: Value & Bound = {
    ...value,
    browser: browserMark(context, ensureBrowser(context, request, reply)),
    expiresAtMs: context.clock.nowMs() + context.settings.lifetimes.signInTtlSeconds * 1000,
  };
  return seal(context.keys.signIn, purpose, bound);
}

/** The value; undefined when it was not sealed for this purpose and this browser, or has expired. */
export async function unsealFromBrowser<Value extends object>(
  context: AccountsContext,
  request: FastifyRequest,
  purpose: string,
  text: string | null | undefined,
): Promise<(Value & Bound) | undefined> {
  const value = (await unseal(context.keys.signIn, purpose, text ?? undefined)) as (Value & Bound) | undefined;
  const browser = findBrowser(context, request);
  if (!value || browser === undefined || value.browser !== browserMark(context, browser)) return undefined;
  return value.expiresAtMs > context.clock.nowMs() ? value : undefined;
}
