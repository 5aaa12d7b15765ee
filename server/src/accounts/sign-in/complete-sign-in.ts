import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendNotice } from '../account-mail.ts';
import type { SignInMethod } from '../acr.ts';
import { sealForBrowser, unsealFromBrowser } from '../browser.ts';
import type { AccountsContext } from '../context.ts';
import { factorsOf, needsSecondFactor } from '../factors/factors.ts';
import { clearCookie, hasSession, startSession } from '../sessions.ts';
import type { User } from '../users.ts';
import { isKnownBrowser, rememberBrowser } from './known-browser.ts';

/** A sign-in whose first factor was right: who it is, for the page of the second. */
export interface HalfSignIn {
  readonly userId: string;
  readonly email: string;
  readonly amr: readonly SignInMethod[];
}

const purpose = 'sign-in without its second factor';
const noticesPerUser = 3;

/**
 * Goes on after a factor was right: to the page of the second one, where the user has one and has not shown it, else into
 * a session and on to where the browser was going.
 */
export async function completeSignIn(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  {
    user,
    amr,
    continueTo,
  }: { readonly user: User; readonly amr: readonly SignInMethod[]; readonly continueTo: string },
): Promise<FastifyReply> {
  const { userId, email } = user;
  if (!amr.includes('mfa') && needsSecondFactor(await factorsOf(context.database, userId))) {
    const half = await sealForBrowser<HalfSignIn>(context, request, reply, purpose, { userId, email, amr });
    context.events.record({
      ...{ kind: 'sign-in', outcome: 'SecondFactorNeeded', userId, requestId: request.id },
      detail: { methods: amr },
    });
    return reply.redirect(secondFactorPage(half, continueTo), 303);
  }
  const isNew = await isNewBrowser(context, request, user);
  await startSession(context, request, reply, userId, amr);
  await rememberBrowser(context, request, reply, email);
  if (isNew) await tellOfNewBrowser(context, request, user);
  // This is the home; a name that was mistyped may have left the cookie of another.
  clearCookie(context, reply, 'home');
  const detail = { methods: amr };
  context.events.record({ kind: 'sign-in', outcome: 'Success', userId, requestId: request.id, detail });
  return reply.redirect(continueTo, 303);
}

/** Whether the user, who is signed in elsewhere, has never signed in with this browser. */
async function isNewBrowser(context: AccountsContext, request: FastifyRequest, user: User): Promise<boolean> {
  if (!context.settings.mail.newBrowsers || (await isKnownBrowser(context, request, user.email))) return false;
  return hasSession(context.database, context, user.userId);
}

/** Lets the user know of it: a few times in a window, for somebody may do it on purpose. */
async function tellOfNewBrowser(context: AccountsContext, request: FastifyRequest, user: User): Promise<void> {
  const limit = { of: 'notices of new browsers', key: user.userId, most: noticesPerUser };
  if ((await context.attempts.take([limit])).granted) await sendNotice(context, request, user, 'new browser');
}

/** The address of the page of the second factor. */
export function secondFactorPage(half: string, continueTo: string, error?: string): string {
  const query = new URLSearchParams({ half, continue: continueTo, ...(error !== undefined && { error }) });
  return `/signin/second?${query}`;
}

/** The half sign-in of this browser; undefined when it is none or has expired. */
export function openHalf(
  context: AccountsContext,
  request: FastifyRequest,
  text: string | null,
): Promise<HalfSignIn | undefined> {
  return unsealFromBrowser<HalfSignIn>(context, request, purpose, text);
}
