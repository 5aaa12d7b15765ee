import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AccountsContext } from '../context.ts';
import { signedInOptions } from '../forms.ts';
import type { PageOptions } from '../pages/pages.ts';
import type { Session } from '../sessions.ts';
import { type Destination, formTargets } from './continue-to.ts';

/**
 * What all pages between the sign-in and the answer have in common: who is signed in and may sign out, where the browser
 * goes on, and, when an app sent it here, where its answer may go. Without an app (devices) the pages share no window
 * with other sites.
 */
export function stepOptions(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  step: { readonly session: Session; readonly continueTo: string; readonly app?: Pick<Destination, 'redirectUri'> },
): Omit<PageOptions, 'title'> {
  return {
    ...signedInOptions(context, request, reply, step.session),
    formTargets: formTargets(context, step.app),
    continueTo: step.continueTo,
    openedByApp: step.app !== undefined,
  };
}
