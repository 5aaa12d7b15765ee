import type { FastifyReply, FastifyRequest } from 'fastify';
import { sealForBrowser, unsealFromBrowser } from '../browser.ts';
import type { AccountsContext } from '../context.ts';

/** What the first step of a sign-in gives to the second: the name that was typed. */
interface Ticket {
  readonly name: string;
}

const purpose = 'sign-in ticket';

/** The address of the password page for this name. */
export async function passwordPageFor(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  step: { readonly name: string; readonly continueTo: string },
): Promise<string> {
  const ticket = await sealForBrowser<Ticket>(context, request, reply, purpose, { name: step.name });
  return passwordPage(ticket, step.continueTo);
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
  return (await unsealFromBrowser<Ticket>(context, request, purpose, text))?.name;
}
