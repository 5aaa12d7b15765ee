import { sendNotice } from '../../accounts/account-mail.ts';
import { endGrants } from '../../accounts/store/end-tokens.ts';
import { setNames, setPassword, userNameFault } from '../../accounts/users.ts';
import { slotOf } from '../../oauth/slots.ts';
import { checkPassword } from '../confirmation.ts';
import type { ConsoleContext } from '../context.ts';
import { badInput, ConsoleFailure, signedOut } from '../failure.ts';
import { type ConsoleRoute, defineRoute } from '../route.ts';
import type { ConsoleSession } from '../sessions.ts';
import { isoTime, sentence } from '../texts.ts';
import * as wire from '../wire-account.ts';

/** The signed-in user's own account. */
export const accountRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/account',
    summary: 'The own account',
    answer: wire.account,
    handle: ({ context, session }) => describeAccount(context, session),
  }),
  defineRoute({
    method: 'PATCH',
    path: '/account',
    summary: 'Changes the own name',
    body: wire.accountChange,
    answer: wire.account,
    handle: async ({ context, session, body }) => {
      for (const [field, label] of [
        ['firstName', 'first'],
        ['lastName', 'last'],
      ] as const) {
        const fault = userNameFault(label, body[field]);
        if (fault !== undefined) throw badInput(sentence(fault), field);
      }
      await setNames(context.database, session.userId, body);
      const detail = { action: 'change', changed: ['name'], by: 'owner' };
      context.events.record({ kind: 'user', outcome: 'Success', userId: session.userId, detail });
      return describeAccount(context, { ...session, ...body });
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/account/password',
    summary: 'Changes the own password; other browsers are signed out, and all API tokens end if that is wanted',
    body: wire.passwordChange,
    handle: async (call) => {
      const { context, session, body, request } = call;
      const { userId } = session;
      const user = await checkPassword(call, body.current, 'current').catch((error: unknown) => {
        if (!(error instanceof ConsoleFailure) || error.error.code !== 'PASSWORD_WRONG') throw error;
        throw badInput(error.message, 'current');
      });
      const fault = await context.passwordRules.describe(body.fresh, user);
      if (fault !== undefined) {
        const detail = { fault };
        context.events.record({ kind: 'password', outcome: 'PasswordUnfit', userId, requestId: request.id, detail });
        throw badInput(sentence(fault), 'fresh');
      }
      const { endSessions = true } = body;
      await setPassword(context.database, userId, body.fresh, { endSessions, except: session.accountsSessionHash });
      if (body.endTokens) await endGrants(context.database, context.notices, { userId });
      const detail = { endedSessions: endSessions, endedTokens: body.endTokens };
      context.events.record({ kind: 'password', outcome: 'Success', userId, requestId: request.id, detail });
      await sendNotice(context, request, user, 'password changed');
    },
  }),
];

async function describeAccount(
  context: ConsoleContext,
  { userId, email, firstName, lastName }: Pick<ConsoleSession, 'userId' | 'email' | 'firstName' | 'lastName'>,
): Promise<wire.Account> {
  const [row] = await context.database.query<{ created_at_ms: string }>({
    text: 'SELECT created_at_ms FROM user_account WHERE user_id = $1 AND slot = $2',
    values: [userId, slotOf(userId)],
  });
  // The user was deleted a moment ago.
  if (!row) throw signedOut();
  return { email, firstName, lastName, createdAt: isoTime(row.created_at_ms) };
}
