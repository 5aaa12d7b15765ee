import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '../../oauth/outcomes.ts';
import type { AccountsContext } from '../context.ts';
import { sendErrorPage } from '../error-page.ts';
import type { AuthorizationRequest } from '../request/authorization-request.ts';
import { type AuthorizationAnswer, answerUri } from './response-uri.ts';

/** The end of an authorization: on to the app, or the error page that says why not. */
export function sendAnswer(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { client }: Pick<AuthorizationRequest, 'client'>,
  answer: AuthorizationAnswer | Refusal,
  status: 302 | 303,
): FastifyReply | Promise<FastifyReply> {
  if ('outcome' in answer) return sendErrorPage(context, request, reply, answer, client.clientId);
  if (answer.mode !== 'form_post') return reply.redirect(answerUri(answer), status);
  // Form Post Response Mode §2. The one page with a script of ours, which sends the form; without scripts, the button.
  const { redirectUri, parameters } = answer;
  const { messages } = context.pages;
  return context.pages.send(reply, 'form-post', {
    title: client.name,
    sendsItself: true,
    openedByApp: true,
    data: { heading: messages.backToApp, client, redirectUri, parameters },
  });
}
