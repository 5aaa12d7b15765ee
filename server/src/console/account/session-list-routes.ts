import { endSessionsOf, listSessions, sessionIdPattern } from '../../accounts/sessions.ts';
import { notFound } from '../failure.ts';
import { type ConsoleCall, type ConsoleRoute, defineRoute } from '../route.ts';
import type { ConsoleSession } from '../sessions.ts';
import * as wire from '../wire.ts';

const sessionIdLength = 16;

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
        signedInAt: new Date(each.signedInAtMs).toISOString(),
        lastUsedAt: new Date(each.lastUsedAtMs).toISOString(),
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
      const ended = sessionIdPattern.test(id) ? await endSessionsOf(context.database, context, session.userId, id) : [];
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
      const ended: string[] = [];
      for (const { sessionId } of await listSessions(context.database, context, session.userId)) {
        if (sessionId === idOf(session)) continue;
        ended.push(...(await endSessionsOf(context.database, context, session.userId, sessionId)));
      }
      if (ended.length > 0) recordEnd(call, ended);
    },
  }),
];

function idOf(session: ConsoleSession): string {
  return session.accountsSessionHash.toString('hex').slice(0, sessionIdLength);
}

function recordEnd({ context, session: { userId } }: ConsoleCall, ended: readonly string[]): void {
  context.events.record({ kind: 'session', outcome: 'Success', userId, detail: { ended, by: 'owner' } });
}
