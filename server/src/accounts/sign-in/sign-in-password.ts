import type { FastifyInstance } from 'fastify';
import { foldEmailAddress } from '../../foundation/email-address.ts';
import { ownEntry } from '../../foundation/own-entry.ts';
import { queryOf } from '../../http/parameters.ts';
import type { AccountsContext } from '../context.ts';
import { issueFormToken, readForm, unverifiedFields } from '../forms.ts';
import { listIdentities } from '../outside/identities.ts';
import { describeDestination, formTargets, readContinue } from '../request/continue-to.ts';
import { findSession } from '../sessions.ts';
import { findUser } from '../users.ts';
import { completeSignIn } from './complete-sign-in.ts';
import { passkeyForm } from './passkey.ts';
import { openTicket, passwordPage } from './ticket.ts';
import { tryPassword } from './try-password.ts';

const notices = { credentials: 'credentialsWrong', throttled: 'throttled', expired: 'expired' } as const;

/** The second step of a sign-in: the password. Every failure looks the same; the events tell them apart. */
export function registerSignInPassword(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;

  app.get('/signin/password', async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const continueTo = readContinue(query.get('continue'));
    const ticket = query.get('ticket') ?? '';
    const name = await openTicket(context, request, ticket);
    const changeNameHref = `/signin?continue=${encodeURIComponent(continueTo)}`;
    if (name === undefined) return reply.redirect(ticket ? `${changeNameHref}&error=expired` : changeNameHref, 302);
    const destination = await describeDestination(context, continueTo);
    const notice = ownEntry(notices, query.get('error'));
    // Who is signed in may see how else this account is signed in to; nobody else learns it.
    const session = await findSession(context, request);
    const again = session && foldEmailAddress(session.email) === foldEmailAddress(name);
    return pages.send(reply, 'sign-in-password', {
      title: pages.messages.signIn,
      formTargets: formTargets(context, destination),
      openedByApp: destination !== undefined,
      hasScript: true,
      data: {
        csrf: issueFormToken(context, request, reply, '/signin/password'),
        continueTo,
        ticket,
        email: name,
        changeNameHref,
        again,
        providers: again ? await listIdentities(context.database, session.userId) : [],
        notice: notice && pages.messages[notice],
        passkey: await passkeyForm(context, request, reply, continueTo),
      },
    });
  });

  app.post('/signin/password', async (request, reply) => {
    const form = readForm(context, request);
    const fields = form ?? unverifiedFields(request);
    const continueTo = readContinue(fields.get('continue'));
    const ticket = fields.get('ticket') ?? '';
    const name = await openTicket(context, request, ticket);
    const again = (error: keyof typeof notices) => reply.redirect(passwordPage(ticket, continueTo, error), 303);
    if (!form || name === undefined) {
      context.events.record({ kind: 'sign-in', outcome: 'FormExpired', requestId: request.id });
      return again('expired');
    }
    const tried = await tryPassword(context, request, name, form.get('password'));
    if ('error' in tried && tried.error === 'throttled') {
      context.events.record({ kind: 'sign-in', ...tried.refusal, requestId: request.id });
      return again('throttled');
    }
    if ('error' in tried) {
      // Looked up for known and unknown names alike, so that both take the same time.
      const user = await findUser(context.database, { name });
      const userId = user?.userId ?? null;
      context.events.record({ kind: 'sign-in', ...tried.refusal, userId, requestId: request.id });
      return again('credentials');
    }
    return completeSignIn(context, request, reply, { user: tried.user, amr: ['pwd'], continueTo });
  });
}
