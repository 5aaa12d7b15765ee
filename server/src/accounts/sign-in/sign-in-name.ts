import type { FastifyInstance } from 'fastify';
import type { DataCenter } from '../../config/data-centers.ts';
import { foldEmailAddress } from '../../foundation/email-address.ts';
import { invisibleCharacterIn } from '../../foundation/invisible-characters.ts';
import { ownEntry } from '../../foundation/own-entry.ts';
import { networkOf } from '../../http/network.ts';
import { queryOf } from '../../http/parameters.ts';
import { attemptsUsedUp } from '../attempts.ts';
import type { AccountsContext } from '../context.ts';
import { issueFormToken, readForm, unverifiedFields } from '../forms.ts';
import { demandsSignIn, describeDestination, formTargets, hopParameter, readContinue } from '../request/continue-to.ts';
import { findSession, setCookie } from '../sessions.ts';
import { userLimits } from '../users.ts';
import { hopAddress, receiveHop } from './hop.ts';
import { passwordPageFor } from './ticket.ts';

const emailLike = /^[^\s@]+@[^\s@]+$/;
const notices = {
  email: 'emailInvalid',
  invisible: 'emailInvisible',
  expired: 'expired',
  throttled: 'nameLookUpsThrottled',
  passkey: 'passkeyWrong',
} as const;

/**
 * The first step of a sign-in: who are you? The home index says where that name lives; the browser goes there with the
 * whole query. A name that nobody has, in this realm, has a home all the same, by its hash, and meets the same hop and
 * the same password page there: accounts cannot be counted. Names looked up are limited per address besides.
 */
export function registerSignInName(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;

  app.get('/signin', async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const continueTo = readContinue(query.get('continue'));
    const hop = query.get(hopParameter);
    const received = hop === null ? undefined : await receiveHop(context, request, reply, hop, continueTo);
    if (received && 'redirect' in received) return reply.redirect(received.redirect, 302);
    if (received && 'name' in received) {
      const { name } = received;
      const session = await findSession(context, request);
      const known = session && foldEmailAddress(session.email) === foldEmailAddress(name);
      if (known && !(await demandsSignIn(context, continueTo, session))) return reply.redirect(continueTo, 302);
      return reply.redirect(await passwordPageFor(context, request, reply, { name, continueTo }), 302);
    }
    const destination = await describeDestination(context, continueTo);
    const notice = received ? 'expired' : ownEntry(notices, query.get('error'));
    return pages.send(reply, 'sign-in-name', {
      title: pages.messages.signIn,
      formTargets: formTargets(context, destination),
      openedByApp: destination !== undefined,
      data: {
        csrf: issueFormToken(context, request, reply, '/signin'),
        continueTo,
        client: destination?.client,
        email: destination?.loginHint?.slice(0, userLimits.emailLength),
        notice: notice && pages.messages[notice],
        providers: await context.outsideProviders.list(),
        signUp:
          context.settings.signUp === true ||
          (Array.isArray(context.settings.signUp) && context.settings.signUp.includes(context.dataCenter.id)),
      },
    });
  });

  app.post('/signin', async (request, reply) => {
    const form = readForm(context, request);
    const continueTo = readContinue((form ?? unverifiedFields(request)).get('continue'));
    const again = (error: string) =>
      reply.redirect(`/signin?continue=${encodeURIComponent(continueTo)}&error=${error}`, 303);
    if (!form) {
      context.events.record({ kind: 'sign-in', outcome: 'FormExpired', requestId: request.id });
      return again('expired');
    }
    const name = (form.get('email') ?? '').trim();
    if (invisibleCharacterIn(name)) return again('invisible');
    if (!emailLike.test(name) || name.length > userLimits.emailLength) return again('email');

    const attempt = await context.attempts.take([
      {
        of: 'sign-in names from an address',
        key: networkOf(request.ip),
        most: context.settings.limits.signInNamesPerAddress,
      },
    ]);
    if (!attempt.granted) {
      const refusal = attemptsUsedUp('NameLookUpsThrottled', attempt);
      context.events.record({ kind: 'sign-in', ...refusal, requestId: request.id });
      return again('throttled');
    }

    const { home, known: isKnown } = await findHome(context, name);
    if (home.id !== context.dataCenter.id) {
      const entry = (await describeDestination(context, continueTo))?.entry;
      const detail = { to: home.id, ...(entry && { entry }), ...(isKnown ? {} : { reason: 'unknown name' }) };
      context.events.record({ kind: 'hop', outcome: 'Success', requestId: request.id, detail });
      // So that /oauth/v2/auth/refresh, started here, finds the way without a page.
      setCookie(context, reply, 'home', home.id, context.settings.lifetimes.sessionTtlSeconds);
      return reply.redirect(await hopAddress(context, request, reply, home, { name, continueTo }), 303);
    }
    // Somebody who signed in meanwhile, in another tab, is not asked again.
    const session = await findSession(context, request);
    const known = session && foldEmailAddress(session.email) === foldEmailAddress(name);
    if (known && !(await demandsSignIn(context, continueTo, session))) return reply.redirect(continueTo, 303);
    return reply.redirect(await passwordPageFor(context, request, reply, { name, continueTo }), 303);
  });
}

/** Where to ask for the password. Both ways are gone whatever the name, so that they take the same time. */
async function findHome(context: AccountsContext, name: string): Promise<{ home: DataCenter; known: boolean }> {
  const realm = context.topology.realmOf(context.dataCenter);
  const pseudoHome = context.homeIndex.pseudoHome(name, realm) ?? context.dataCenter;
  const homeId = await context.homeIndex.find(name);
  const home = realm.find((dataCenter) => dataCenter.id === homeId);
  return { home: home ?? pseudoHome, known: home !== undefined };
}
