import type { FastifyInstance } from 'fastify';
import type { AccountsContext } from '../context.ts';
import { readForm, signedInOptions } from '../forms.ts';
import { readContinue } from '../request/continue-to.ts';
import { endSession, findSession } from '../sessions.ts';

/** Sign-out, and the page that says whether this browser is signed in. */
export function registerSignOut(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;

  app.get('/', async (request, reply) => {
    const session = await findSession(context, request);
    if (!session) return reply.redirect('/signin?continue=%2F', 302);
    return pages.send(reply, 'notice', {
      title: pages.messages.home,
      ...signedInOptions(context, request, reply, session),
      data: {
        heading: pages.messages.home,
        text: pages.messages.homeText,
        links: [
          { href: '/account/apps', text: pages.messages.connectedApps },
          { href: '/account/password', text: pages.messages.changePassword },
          { href: '/account/security', text: pages.messages.security },
          { href: '/account/sessions', text: pages.messages.browsers },
          { href: '/account/email', text: pages.messages.emailVerification },
          { href: `${context.dataCenter.origins.console}/`, text: pages.messages.console },
          { href: `${context.dataCenter.origins.api}/`, text: pages.messages.api },
        ],
      },
    });
  });

  // Where people who know the address of the original look for it.
  app.get('/developerconsole', (_request, reply) => reply.redirect(`${context.dataCenter.origins.console}/`, 302));

  app.post('/signout', async (request, reply) => {
    const form = readForm(context, request);
    if (!form) {
      context.events.record({ kind: 'sign-out', outcome: 'FormExpired', requestId: request.id });
      return pages.send(reply, 'notice', {
        title: pages.messages.formHeading,
        status: 403,
        data: { heading: pages.messages.formHeading, text: pages.messages.formText },
      });
    }
    const session = await findSession(context, request);
    await endSession(context, request, reply);
    context.events.record({
      kind: 'sign-out',
      outcome: 'Success',
      userId: session?.userId ?? null,
      requestId: request.id,
    });
    const continueTo = readContinue(form.get('continue'));
    return reply.redirect(continueTo === '/' ? '/signout' : `/signin?continue=${encodeURIComponent(continueTo)}`, 303);
  });

  app.get('/signout', async (request, reply) => {
    const session = await findSession(context, request);
    if (session) return reply.redirect('/', 302);
    return pages.send(reply, 'notice', {
      title: pages.messages.signedOut,
      data: {
        heading: pages.messages.signedOut,
        text: pages.messages.signedOutText,
        href: '/signin?continue=%2F',
        linkText: pages.messages.signIn,
      },
    });
  });
}
