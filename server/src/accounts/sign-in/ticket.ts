import type { FastifyReply, FastifyRequest } from 'fastify';
import { seal, unseal } from '../../foundation/sealed.ts';
import { browserMark, ensureBrowser, findBrowser } from '../browser.ts';
import type { AccountsContext } from '../context.ts';

/**
 * What the first step of a sign-in gives to the second: the name that was typed, sealed and bound to the browser. It
 * travels in the page's address and form, not in a cookie, so that two tabs can sign in side by side.
 */
interface Ticket {
  readonly name: string;
  readonly browser: string;
  readonly expiresAtMs: number;
}

const purpose = 'sign-in ticket';

/** The address of the password page for this name. */
export async function passwordPageFor(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  step: { readonly name: string; readonly continueTo: string },
): Promise<string> {
  const browser = browserMark(context, ensureBrowser(context, request, reply));
  const expiresAtMs = context.clock.nowMs() + context.settings.lifetimes.signInTtlSeconds * 1000;
  const ticket: Ticket = { name: step.name, browser, expiresAtMs };
  return passwordPage(await seal(context.keys.signIn, purpose, ticket), step.continueTo);
}

/** The same address for a ticket that is there already; `error` says what to tell. */
export function passwordPage(ticket: string, continueTo: string, error?: string): string {
  const query = `ticket=${encodeURIComponent(ticket)}&continue=${encodeURIComponent(continueTo)}`;
  return `/signin/password?${query}${error === undefined ? '' : `&error=${error}`}`;
}

/** The name in a ticket of this browser; undefined when it is no such ticket or has expired. */
export async function openTicket(
  context: AccountsContext,
  request: FastifyRequest,
  text: string | null | undefined,
): Promise<string | undefined> {
  const ticket = (await unseal(context.keys.signIn, purpose, text ?? undefined)) as Ticket | undefined;
  const browser = findBrowser(context, request);
  if (!ticket || !browser || ticket.browser !== browserMark(context, browser)) return undefined;
  return ticket.expiresAtMs > context.clock.nowMs() ? ticket.name : undefined;
}
