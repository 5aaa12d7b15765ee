import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DataCenter } from '../../config/data-centers.ts';
import { seal, unseal } from '../../foundation/sealed.ts';
import { queryOf } from '../../http/parameters.ts';
import { browserMark, ensureBrowser, findBrowser } from '../browser.ts';
import type { AccountsContext } from '../context.ts';
import { hopParameter, readContinue } from '../request/continue-to.ts';

/**
 * The hop: a sign-in that began at one data centre goes on at the user's own, with the name that was typed.
 *
 * Threat: somebody begins a sign-in and makes another browser finish it (login CSRF, session mix-up; RFC 9700 §4.7,
 * MDC-04). In production the two data centres are different hosts and see none of each other's cookies, so the hand-over
 * is bound to the browser by a round trip of three redirects, none of which shows a page:
 *
 * 1. start → home: the name, sealed with the mark of the browser that the start knows.
 * 2. home → start: the mark of the browser that the home knows (it gives it a cookie where it has none).
 * 3. start → home: only if this browser has the cookie of step 1: the name, sealed with the mark of step 2.
 *
 * The home goes on only if this browser has the cookie of step 2. So both cookies are in one browser, or the way ends.
 * Each leg is sealed for one data centre, lives at most 60 seconds and counts once (`used_hop`). It carries a name and
 * nothing else: at the home the password is asked for as ever, unless that very user is signed in there.
 */
interface Hop {
  readonly name: string;
  /** Where it began. */
  readonly from: string;
  /** The mark of the browser, as the data centre knows it that the leg is checked at. */
  readonly browser: string;
  /** Hexadecimal. */
  readonly nonce: string;
  readonly expiresAtMs: number;
}

const path = '/signin/hop';
const purposes = {
  asked: (home: string) => `hop to ${home}, not bound yet`,
  bound: (home: string) => `hop to ${home}, bound`,
} as const;

/** Leg 1: the same path and query at the home data centre, unchanged, with the sealed name added. */
export async function hopAddress(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  home: DataCenter,
  step: { readonly name: string; readonly continueTo: string },
): Promise<string> {
  const value: Hop = {
    name: step.name,
    from: context.dataCenter.id,
    browser: browserMark(context, ensureBrowser(context, request, reply)),
    nonce: context.random.bytes(16).toString('hex'),
    expiresAtMs: context.clock.nowMs() + context.settings.lifetimes.hopTtlSeconds * 1000,
  };
  const hop = `${hopParameter}=${await seal(context.keys.signIn, purposes.asked(home.id), value)}`;
  const origin = home.origins.accounts;
  const { continueTo } = step;
  if (continueTo === '/') return `${origin}/signin?${hop}`;
  return `${origin}${continueTo}${continueTo.includes('?') ? '&' : '?'}${hop}`;
}

/** What the sign-in page does with a hop: go on with the name, send the browser for its binding, or refuse it. */
export type ReceivedHop = { readonly name: string } | { readonly redirect: string } | { readonly refused: true };

/** Legs 1 and 3, at the home. */
export async function receiveHop(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  text: string,
  continueTo: string,
): Promise<ReceivedHop> {
  const { dataCenter, keys } = context;
  const asked = (await unseal(keys.signIn, purposes.asked(dataCenter.id), text)) as Hop | undefined;
  if (asked) {
    if (asked.expiresAtMs <= context.clock.nowMs()) return refuse(context, request, 'expired');
    const start = context.topology.realmOf(dataCenter).find(({ id }) => id === asked.from);
    if (!start) return refuse(context, request, 'came from another realm');
    const query = new URLSearchParams({
      to: dataCenter.id,
      [hopParameter]: text,
      browser: browserMark(context, ensureBrowser(context, request, reply)),
      continue: continueTo,
    });
    return { redirect: `${start.origins.accounts}${path}?${query}` };
  }
  const hop = (await unseal(keys.signIn, purposes.bound(dataCenter.id), text)) as Hop | undefined;
  const reason = await hopFault(context, request, hop);
  if (!hop || reason !== undefined) return refuse(context, request, reason ?? 'malformed');
  context.events.record({ kind: 'hop', outcome: 'Success', requestId: request.id, detail: { from: hop.from } });
  return { name: hop.name };
}

/** Leg 2, where the sign-in began. */
export function registerHop(app: FastifyInstance, context: AccountsContext): void {
  app.get(path, async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const continueTo = readContinue(query.get('continue'));
    const home = context.topology.realmOf(context.dataCenter).find(({ id }) => id === query.get('to'));
    const { keys } = context;
    const text = query.get(hopParameter) ?? undefined;
    const hop = home && ((await unseal(keys.signIn, purposes.asked(home.id), text)) as Hop | undefined);
    const own = hop?.from === context.dataCenter.id ? hop : undefined;
    const reason = await hopFault(context, request, own);
    const rest = `continue=${encodeURIComponent(continueTo)}`;
    if (!home || !own || reason !== undefined) {
      refuse(context, request, reason ?? 'malformed');
      return reply.redirect(`/signin?${rest}&error=expired`, 302);
    }
    const bound: Hop = { ...own, browser: query.get('browser') ?? '' };
    const sealed = await seal(keys.signIn, purposes.bound(home.id), bound);
    return reply.redirect(`${home.origins.accounts}/signin?${rest}&${hopParameter}=${sealed}`, 302);
  });
}

/** Why a leg does not count for this browser here and now. Checking a leg that does uses it up. */
async function hopFault(
  context: AccountsContext,
  request: FastifyRequest,
  hop: Hop | undefined,
): Promise<string | undefined> {
  if (!hop) return 'malformed, or sealed for another data centre';
  const nowMs = context.clock.nowMs();
  if (hop.expiresAtMs <= nowMs) return 'expired';
  const browser = findBrowser(context, request);
  if (browser === undefined || browserMark(context, browser) !== hop.browser) return 'came with another browser';
  const fresh = await context.database.query({
    name: 'hop-use',
    text: 'INSERT INTO used_hop (nonce, expires_at_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1',
    values: [Buffer.from(hop.nonce, 'hex'), hop.expiresAtMs],
  });
  return fresh.length === 0 ? 'was used before' : undefined;
}

function refuse(context: AccountsContext, request: FastifyRequest, reason: string): { readonly refused: true } {
  context.events.record({ kind: 'hop', outcome: 'HopRefused', requestId: request.id, detail: { reason } });
  return { refused: true };
}
