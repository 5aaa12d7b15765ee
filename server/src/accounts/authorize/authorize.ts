import type { FastifyInstance } from 'fastify';
import { queryOf } from '../../http/parameters.ts';
import type { AccountsContext } from '../context.ts';
import { hopParameter } from '../continue-to.ts';
import { sendErrorPage } from '../error-page.ts';
import { addressAtKnownHome } from '../known-home.ts';
import { findSession } from '../sessions.ts';
import { answerTokenRequest, parametersOf } from '../token/token-endpoint.ts';
import {
  type AuthorizationEndpoint,
  authorizationEndpoints,
  checkAuthorizationRequest,
} from './authorization-request.ts';
import { finishAuthorization } from './finish.ts';
import { sendAnswer } from './send-answer.ts';
import { candidateTargets, encodeTarget, grantedTargets } from './targets.ts';

/**
 * `GET /oauth/v2/auth` (reference §1) and `/oauth/v2/org/auth` (§1.11): checks the request, then sends the browser through sign-in, organization and
 * consent, each a page of its own; every one of them checks the request again, because it comes from the browser.
 */
export function registerAuthorize(app: FastifyInstance, context: AccountsContext): void {
  for (const endpoint of Object.values(authorizationEndpoints)) registerEndpoint(app, context, endpoint);
}

function registerEndpoint(app: FastifyInstance, context: AccountsContext, endpoint: AuthorizationEndpoint): void {
  app.all(endpoint.path, async (request, reply) => {
    if (request.method === 'POST') {
      // Some documents print this path for it (reference §2.6).
      const parameters = await parametersOf(request);
      if (parameters.get('grant_type') === 'client_credentials') {
        return answerTokenRequest(context, request, reply, parameters);
      }
    }
    if (request.method !== 'GET') {
      return sendErrorPage(context, request, reply, {
        outcome: 'MethodNotAllowed',
        detail: { came: request.method, expected: 'GET' },
      });
    }
    const query = new URLSearchParams(queryOf(request.url));
    const checked = await checkAuthorizationRequest(context, query, endpoint);
    if (checked.refusal) return sendErrorPage(context, request, reply, checked.refusal, checked.clientId);
    const authorization = checked.request;

    const hop = query.get(hopParameter);
    const continueTo = withoutHop(request.url);
    const session = hop ? undefined : await findSession(context, request);
    if (!session) {
      const atHome = hop ? undefined : addressAtKnownHome(context, request, authorization.client);
      if (atHome) return reply.redirect(atHome, 302);
      const carried = hop ? `&${hopParameter}=${encodeURIComponent(hop)}` : '';
      return reply.redirect(`/signin?continue=${encodeURIComponent(continueTo)}${carried}`, 302);
    }

    const candidates = await candidateTargets(context, session.userId, authorization);
    if (candidates.length === 0) {
      return sendErrorPage(
        context,
        request,
        reply,
        { outcome: endpoint.instance ? 'UserIsNoAdministrator' : 'UserHasNoOrganization' },
        authorization.client.clientId,
      );
    }
    if (!authorization.promptConsent) {
      const granted = await grantedTargets(context, session.userId, authorization, candidates);
      if (granted.length === 1 && granted[0]) {
        const address = await finishAuthorization(context, request, {
          session,
          authorization,
          target: granted[0],
          consentShown: false,
          entireSession: false,
        });
        return sendAnswer(context, request, reply, authorization.client.clientId, address, 302);
      }
    }
    const [only] = candidates;
    const next = candidates.length === 1 && only ? `consent?organization=${encodeTarget(only)}&` : 'organization?';
    return reply.redirect(`/oauth/${next}continue=${encodeURIComponent(continueTo)}`, 302);
  });
}

function withoutHop(url: string): string {
  return url.replace(new RegExp(`[?&]${hopParameter}=[^&]*`, 'g'), '');
}
