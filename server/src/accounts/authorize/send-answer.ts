import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Outcome } from '../../oauth/outcomes.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { AccountsContext } from '../context.ts';
import { sendErrorPage } from '../error-page.ts';
import type { AnswerableRequest } from '../request/authorization-request.ts';
import { type AuthorizationAnswer, answerUri, errorAnswer as platformRefusal } from './response-uri.ts';
import { standardRefusal } from './standard-answer.ts';

/** A refusal that the client is told, in the words of the endpoint that its request came to. */
export function errorAnswer(
  context: AccountsContext,
  authorization: AnswerableRequest,
  outcome: Outcome,
): AuthorizationAnswer {
  return authorization.endpoint.dialect === 'standard'
    ? standardRefusal(context, authorization, outcome)
    : platformRefusal(authorization, outcome);
}

/** The end of an authorization: on to the app, or, in the platform dialect, the error page that says why not. */
export function sendAnswer(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  authorization: AnswerableRequest,
  answer: AuthorizationAnswer | Refusal,
  status: 302 | 303,
): FastifyReply | Promise<FastifyReply> {
  const { client } = authorization;
  if ('outcome' in answer) {
    if (authorization.endpoint.dialect !== 'standard') {
      return sendErrorPage(context, request, reply, answer, client.clientId);
    }
    const { outcome, detail = {} } = answer;
    context.events.record({ kind: 'authorize', outcome, clientId: client.clientId, requestId: request.id, detail });
    return sendAnswer(context, request, reply, authorization, standardRefusal(context, authorization, outcome), status);
  }
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
