import type { FastifyInstance } from 'fastify';
import { queryOf } from '../../http/parameters.ts';
import { outcomes } from '../../oauth/outcomes.ts';
import type { AccountsContext } from '../context.ts';
import { formTargets, readContinue } from '../continue-to.ts';
import { issueFormToken, readForm } from '../forms.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import { finishAuthorization } from './finish.ts';
import { errorResponseUri } from './response-uri.ts';
import { sendAnswer } from './send-answer.ts';
import { loadStep, restartStep } from './step.ts';
import { type Candidate, decodeTarget, encodeTarget, grantedTargets } from './targets.ts';

/** The consent page (reference §1.6): who asks, for what, in which organization; Accept or Reject. */
export function registerConsent(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;

  app.get('/oauth/consent', async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const continueTo = readContinue(query.get('continue'));
    const step = await loadStep(context, request, continueTo);
    const target = step && decodeTarget(query.get('organization'), step.candidates);
    if (!step || !target) return restartStep(reply, continueTo, 302);
    const { authorization, session } = step;
    const granted = authorization.promptConsent
      ? []
      : await grantedTargets(context, session.userId, authorization, [target]);
    if (granted.length > 0) {
      const accepted = { session, authorization, target, consentShown: false, entireSession: false };
      const answer = await finishAuthorization(context, request, accepted);
      return sendAnswer(context, request, reply, authorization.client.clientId, answer, 302);
    }
    return pages.send(reply, 'consent', {
      title: authorization.client.name,
      formTargets: formTargets(context, authorization),
      user: session,
      csrf: issueFormToken(context, request, reply),
      continueTo,
      data: consentData(context, authorization, target),
    });
  });

  app.post('/oauth/consent', async (request, reply) => {
    const form = readForm(context, request);
    const continueTo = readContinue(form?.get('continue'));
    const step = form && (await loadStep(context, request, continueTo));
    const target = step && decodeTarget(form.get('organization'), step.candidates);
    const decision = form?.get('decision');
    if (!step || !target || (decision !== 'accept' && decision !== 'reject')) {
      context.events.record({ kind: 'consent', outcome: 'FormExpired', requestId: request.id });
      return restartStep(reply, continueTo, 303);
    }
    const { authorization, session } = step;
    if (decision === 'reject') {
      const { clientId } = authorization.client;
      context.events.record({
        kind: 'consent',
        outcome: 'AccessDenied',
        clientId,
        userId: session.userId,
        requestId: request.id,
      });
      return reply.redirect(errorResponseUri(authorization, outcomes.AccessDenied.redirect ?? 'access_denied'), 303);
    }
    const entireSession = authorization.responseType === 'token' && form.get('entire_session') === 'true';
    const accepted = { session, authorization, target, consentShown: true, entireSession };
    const answer = await finishAuthorization(context, request, accepted);
    return sendAnswer(context, request, reply, authorization.client.clientId, answer, 303);
  });
}

function consentData(context: AccountsContext, authorization: AuthorizationRequest, target: Candidate) {
  const { messages } = context.pages;
  const { client, offline, responseType, scopes } = authorization;
  const minutes = Math.round(context.settings.lifetimes.accessTokenTtlSeconds / 60);
  return {
    client,
    organization:
      target.organizationName === null
        ? undefined
        : { name: target.organizationName, environment: messages.environments[target.environment] },
    organizationChoice: encodeTarget(target),
    scopes: scopes.scopes,
    offersSession: responseType === 'token',
    lifetime: offline && responseType === 'code' ? messages.lifetimeOffline : messages.lifetimeOnline(minutes),
  };
}
