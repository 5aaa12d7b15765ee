import type { FastifyInstance } from 'fastify';
import { foldEmailAddress } from '../../foundation/email-address.ts';
import { invisibleCharacterIn } from '../../foundation/invisible-characters.ts';
import { queryOf } from '../../http/parameters.ts';
import type { AccountsContext } from '../context.ts';
import { demandsSignIn, describeDestination, formTargets, hopParameter, readContinue } from '../continue-to.ts';
import { issueFormToken, readForm, unverifiedFields } from '../forms.ts';
import { findSession, setCookie } from '../sessions.ts';
import { userLimits } from '../users.ts';
import { hopAddress, receiveHop } from './hop.ts';
import { passwordPageFor } from './ticket.ts';

const emailLike = /^[^\s@]+@[^\s@]+$/;
const notices = { email: 'emailInvalid', invisible: 'emailInvisible', expired: 'expired' } as const;

/**
 * The first step of a sign-in: who are you? The home index says where that name lives; the browser goes there with the
 * whole query. A name that nobody has goes on to the password step like any other, so that accounts cannot be counted.
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
      return reply.redirect(passwordPageFor(context, request, reply, { name, continueTo }), 302);
    }
    const destination = await describeDestination(context, continueTo);
    const notice = received ? 'expired' : notices[query.get('error') as keyof typeof notices];
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

    const homeId = await context.homeIndex.find(name);
    const home = context.topology.realmOf(context.dataCenter).find((dataCenter) => dataCenter.id === homeId);
    if (home && home.id !== context.dataCenter.id) {
      const entry = (await describeDestination(context, continueTo))?.entry;
      const detail = { to: home.id, ...(entry && { entry }) };
      context.events.record({ kind: 'hop', outcome: 'Success', requestId: request.id, detail });
      // So that /oauth/v2/auth/refresh, started here, finds the way without a page.
      setCookie(context, reply, 'home', home.id, context.settings.lifetimes.sessionTtlSeconds);
      return reply.redirect(hopAddress(context, request, reply, home, { name, continueTo }), 303);
    }
    // Somebody who signed in meanwhile, in another tab, is not asked again.
    const session = await findSession(context, request);
    const known = session && foldEmailAddress(session.email) === foldEmailAddress(name);
    if (known && !(await demandsSignIn(context, continueTo, session))) return reply.redirect(continueTo, 303);
    return reply.redirect(passwordPageFor(context, request, reply, { name, continueTo }), 303);
  });
}
