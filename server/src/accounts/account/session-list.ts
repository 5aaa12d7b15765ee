import type { FastifyInstance } from 'fastify';
import { queryOf } from '../../http/parameters.ts';
import type { AccountsContext } from '../context.ts';
import { issueFormToken, readForm, signedInOptions } from '../forms.ts';
import { clearCookie, endSessionsOf, findSession, listSessions, sessionIdOf, sessionIdPattern } from '../sessions.ts';

const path = '/account/sessions';

/** The page of the browsers that a user is signed in with: to end one, all others, or all. */
export function registerSessionList(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;
  const { messages } = pages;

  app.get(path, async (request, reply) => {
    const session = await findSession(context, request);
    if (!session) return reply.redirect(`/signin?continue=${encodeURIComponent(path)}`, 302);
    const current = sessionIdOf(session.hash);
    const sessions = await listSessions(context.database, context, session.userId);
    return pages.send(reply, 'sessions', {
      title: messages.browsers,
      ...signedInOptions(context, request, reply, session),
      data: {
        csrf: issueFormToken(context, request, reply, path),
        done: new URLSearchParams(queryOf(request.url)).has('ended') ? messages.sessionsEnded : undefined,
        sessions: sessions.map((each) => ({
          ...each,
          current: each.sessionId === current,
          signedInAt: timeOf(each.signedInAtMs),
          lastUsedAt: timeOf(each.lastUsedAtMs),
        })),
      },
    });
  });

  app.post(path, async (request, reply) => {
    const form = readForm(context, request);
    const session = form && (await findSession(context, request));
    if (!session) {
      context.events.record({ kind: 'session', outcome: 'FormExpired', requestId: request.id });
      return reply.redirect(path, 303);
    }
    const asked = form.get('session') ?? '';
    const which = asked === 'all' ? {} : asked === 'others' ? { except: sessionIdOf(session.hash) } : { only: asked };
    if ('only' in which && !sessionIdPattern.test(asked)) return reply.redirect(path, 303);
    const ended = await endSessionsOf(context.database, context, session.userId, which);
    if (ended.length > 0) {
      context.events.record({
        ...{ kind: 'session', outcome: 'Success', userId: session.userId, requestId: request.id },
        detail: { ended, by: 'owner' },
      });
    }
    if (!ended.includes(sessionIdOf(session.hash))) return reply.redirect(`${path}?ended`, 303);
    clearCookie(context, reply, 'session');
    return reply.redirect('/signout', 303);
  });
}

function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
