import { endSessionsOf, listSessions, sessionIdOf, sessionIdPattern } from '../../accounts/sessions.ts';
import { notFound } from '../failure.ts';
import { type ConsoleCall, type ConsoleRoute, defineRoute } from '../route.ts';
import type { ConsoleSession } from '../sessions.ts';
import { isoTime } from '../texts.ts';
import * as wire from '../wire-account.ts';

/** The browsers that the user is signed in with. */
export const sessionListRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/account/sessions',
    summary: 'Browsers that are signed in',
    answer: wire.sessionList,
    handle: async ({ context, session }): Promise<wire.SessionList> => ({
      sessions: (await listSessions(context.database, context, session.userId)).map((each) => ({
        sessionId: each.sessionId,
        signedInAt: isoTime(each.signedInAtMs),
        lastUsedAt: isoTime(each.lastUsedAtMs),
        browser: each.userAgent,
        current: each.sessionId === idOf(session),
      })),
    }),
  }),
  defineRoute({
    method: 'DELETE',
    path: '/account/sessions/:sessionId',
    summary: 'Signs a browser out',
    handle: async (call) => {
      const id = call.params.sessionId ?? '';
      const { context, session } = call;
      const ended = sessionIdPattern.test(id)
        ? await endSessionsOf(context.database, context, session.userId, { only: id })
        : [];
      if (ended.length === 0) throw notFound('session');
      recordEnd(call, ended);
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/account/sessions',
    summary: 'Signs all other browsers out',
    handle: async (call) => {
      const { context, session } = call;
      const ended = await endSessionsOf(context.database, context, session.userId, { except: idOf(session) });
      if (ended.length > 0) recordEnd(call, ended);
    },
  }),
];

function idOf(session: ConsoleSession): string {
  return sessionIdOf(session.accountsSessionHash);
}

function recordEnd({ context, session: { userId } }: ConsoleCall, ended: readonly string[]): void {
  context.events.record({ kind: 'session', outcome: 'Success', userId, detail: { ended, by: 'owner' } });
}
