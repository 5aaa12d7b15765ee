import type { FastifyInstance } from 'fastify';
import { queryOf } from '../../http/parameters.ts';
import type { AccountsContext } from '../context.ts';
import { issueFormToken, isWhatWasShown, readForm, sealShown, unverifiedFields } from '../forms.ts';
import type { AuthorizationRequest } from '../request/authorization-request.ts';
import { readContinue } from '../request/continue-to.ts';
import { stepOptions } from '../request/step-options.ts';
import { type Candidate, decodeTarget, encodeTarget, grantedTargets } from '../request/targets.ts';
import { finishAuthorization } from './finish.ts';
import { errorAnswer, sendAnswer } from './send-answer.ts';
import { mayAnswerSilently } from './silence.ts';
import { loadStep, restartStep } from './step.ts';

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
    const granted = mayAnswerSilently(authorization)
      ? await grantedTargets(context, session.userId, authorization, [target])
      : [];
    if (granted.length > 0) {
      const accepted = { session, authorization, target, consentShown: false, entireSession: false };
      const answer = await finishAuthorization(context, request, accepted);
      return sendAnswer(context, request, reply, authorization, answer, 302);
    }
    const shown = consentData(context, authorization, target);
    return pages.send(reply, 'consent', {
      title: authorization.client.name,
      ...stepOptions(context, request, reply, { session, continueTo, app: authorization }),
      data: {
        ...shown,
        csrf: issueFormToken(context, request, reply, '/oauth/consent'),
        shown: sealShown(context, request, [shown, session.userId, continueTo, authorization.redirectUri]),
      },
    });
  });

  app.post('/oauth/consent', async (request, reply) => {
    const form = readForm(context, request);
    const continueTo = readContinue((form ?? unverifiedFields(request)).get('continue'));
    const step = form && (await loadStep(context, request, continueTo));
    const target = step && decodeTarget(form.get('organization'), step.candidates);
    const decision = form?.get('decision');
    if (!step || !target || (decision !== 'accept' && decision !== 'reject')) {
      context.events.record({ kind: 'consent', outcome: 'FormExpired', requestId: request.id });
      return restartStep(reply, continueTo, 303);
    }
    const { authorization, session } = step;
    const { clientId } = authorization.client;
    const shown = [consentData(context, authorization, target), session.userId, continueTo, authorization.redirectUri];
    if (!isWhatWasShown(context, request, form, shown)) {
      const { userId } = session;
      context.events.record({ kind: 'consent', outcome: 'ConsentChanged', clientId, userId, requestId: request.id });
      return restartStep(reply, continueTo, 303);
    }
    if (decision === 'reject') {
      context.events.record({
        kind: 'consent',
        outcome: 'AccessDenied',
        clientId,
        userId: session.userId,
        requestId: request.id,
      });
      return sendAnswer(
        context,
        request,
        reply,
        authorization,
        errorAnswer(context, authorization, 'AccessDenied'),
        303,
      );
    }
    const entireSession = authorization.responseType === 'token' && form.get('entire_session') === 'true';
    const accepted = { session, authorization, target, consentShown: true, entireSession };
    const answer = await finishAuthorization(context, request, accepted);
    return sendAnswer(context, request, reply, authorization, answer, 303);
  });
}

/** Everything on the page that depends on the request; the form's seal covers it, so it must not change by itself. */
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
