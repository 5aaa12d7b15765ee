import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '../../oauth/outcomes.ts';
import type { AccountsContext } from '../context.ts';
import { sendErrorPage } from '../error-page.ts';

/** The end of an authorization: on to the app, or the error page that says why not. */
export function sendAnswer(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  clientId: string,
  answer: string | Refusal,
  status: 302 | 303,
): FastifyReply | Promise<FastifyReply> {
  if (typeof answer === 'string') return reply.redirect(answer, status);
  return sendErrorPage(context, request, reply, answer, clientId);
}
