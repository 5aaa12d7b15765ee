import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isReading } from '../../http/methods.ts';
import { queryOf } from '../../http/parameters.ts';
import type { Outcome } from '../../oauth/outcomes.ts';
import { acrOf, missesAcr } from '../acr.ts';
import type { AccountsContext } from '../context.ts';
import { sendErrorPage } from '../error-page.ts';
import { factorsOf, needsSecondFactor } from '../factors/factors.ts';
import { withFlow } from '../flow-parameter.ts';
import { addressAtKnownHome } from '../known-home.ts';
import {
  type AuthorizationEndpoint,
  type AuthorizationRequest,
  answerableRequest,
  authorizationEndpoints,
  checkAuthorizationRequest,
} from '../request/authorization-request.ts';
import { entryOnly } from '../request/client-steps.ts';
import { hopParameter } from '../request/continue-to.ts';
import { needsSignIn, withoutParameter, withSignInAsked } from '../request/fresh-sign-in.ts';
import { isPushed, takePushed } from '../request/pushed-request.ts';
import { candidateTargets, encodeTarget, grantedTargets } from '../request/targets.ts';
import { findSession } from '../sessions.ts';
import { passwordPageFor } from '../sign-in/ticket.ts';
import { answerTokenRequest } from '../token/token-endpoint.ts';
import { parametersOf } from '../wire/parameters.ts';
import { finishAuthorization } from './finish.ts';
import { errorAnswer, sendAnswer } from './send-answer.ts';
import { mayAnswerSilently } from './silence.ts';

/**
 * `GET /oauth/v2/auth` (reference §1) and `/oauth/v2/org/auth` (§1.11): checks the request, then sends the browser through sign-in, organization and
 * consent, each a page of its own; every one of them checks the request again, because it comes from the browser.
 */
export function registerAuthorize(app: FastifyInstance, context: AccountsContext): void {
  for (const endpoint of authorizationEndpoints) registerEndpoint(app, context, endpoint);
}

function registerEndpoint(app: FastifyInstance, context: AccountsContext, endpoint: AuthorizationEndpoint): void {
  app.all(endpoint.path, async (request, reply) => {
    if (request.method === 'POST' && endpoint.dialect === 'standard') {
      // OpenID Connect Core §3.1.2.1 has both methods; the pages lead back by GET.
      const parameters = new URLSearchParams(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '');
      return reply.redirect(`${endpoint.path}?${parameters}`, 303);
    }
    if (request.method === 'POST') {
      // Some documents print this path for it (reference §2.6).
      const parameters = await parametersOf(request);
      if (parameters.get('grant_type') === 'client_credentials') {
        return answerTokenRequest(context, request, reply, parameters);
      }
    }
    if (!isReading(request.method)) {
      return sendErrorPage(context, request, reply, {
        outcome: 'MethodNotAllowed',
        detail: { came: request.method, expected: 'GET' },
      });
    }
    const query = new URLSearchParams(queryOf(request.url));
    if (endpoint.dialect === 'standard' && isPushed(query)) {
      const goesOn = await takePushed(context, query);
      if (goesOn !== undefined) return reply.redirect(`${endpoint.path}?${goesOn}`, 302);
    }
    const authorization = await checkAuthorizationRequest(context, query, endpoint);
    if ('outcome' in authorization) {
      const answerable = await answerableRequest(context, query, endpoint);
      if (answerable) return sendAnswer(context, request, reply, answerable, authorization, 302);
      return sendErrorPage(context, request, reply, authorization, query.get('client_id'));
    }
    const { clientId } = authorization.client;
    const answer = (error: Outcome) => refuseSilently(context, request, reply, authorization, error);
    const hop = query.get(hopParameter);
    const session = await findSession(context, request);
    const url = withFlow(context, request, withoutParameter(request.url, hopParameter));
    const continueTo = await withSignInAsked(context, url, authorization, session);
    // Another sign-in helps only who has set up a second factor since this one.
    const misses = session !== undefined && missesAcr(session.amr, authorization.acr);
    const canMeet = misses && needsSecondFactor(await factorsOf(context.database, session.userId));
    if (hop !== null || !session || canMeet || needsSignIn(context, authorization, session)) {
      const atHome = hop === null && !session ? addressAtKnownHome(context, request, authorization.client) : undefined;
      if (atHome) return reply.redirect(atHome, 302);
      if (authorization.prompt.none) return answer('LoginRequired');
      const another = authorization.subject !== undefined && authorization.subject !== session?.userId;
      if (hop === null && session && !authorization.prompt.chooseAccount && !another) {
        const again = { name: session.email, continueTo };
        return reply.redirect(await passwordPageFor(context, request, reply, again), 302);
      }
      const carried = hop === null ? '' : `&${hopParameter}=${encodeURIComponent(hop)}`;
      return reply.redirect(`/signin?continue=${encodeURIComponent(continueTo)}${carried}`, 302);
    }
    if (misses && authorization.acr?.essential) {
      const detail = { came: authorization.acr.values.join(' '), expected: acrOf(session.amr) };
      return sendAnswer(context, request, reply, authorization, { outcome: 'AcrUnmet', detail }, 302);
    }
    const notHere = entryOnly(context, authorization);
    if (notHere) {
      // Somebody signed in here who has signed in elsewhere too: the client may be enabled there.
      const atHome = addressAtKnownHome(context, request, authorization.client);
      return atHome ? reply.redirect(atHome, 302) : sendErrorPage(context, request, reply, notHere, clientId);
    }

    const candidates = await candidateTargets(context, session.userId, authorization);
    if (candidates.length === 0) {
      if (authorization.prompt.none) return answer('InteractionRequired');
      const outcome = endpoint.instance ? 'UserIsNoAdministrator' : 'UserHasNoOrganization';
      const detail = { scopes: authorization.scopes.toString() };
      return sendErrorPage(context, request, reply, { outcome, detail }, clientId);
    }
    const granted = mayAnswerSilently(authorization)
      ? await grantedTargets(context, session.userId, authorization, candidates)
      : [];
    if (granted.length === 1 && granted[0]) {
      const accepted = { session, authorization, target: granted[0], consentShown: false, entireSession: false };
      const finished = await finishAuthorization(context, request, accepted);
      return sendAnswer(context, request, reply, authorization, finished, 302);
    }
    const [only] = candidates;
    // The platform's own console asks for the identity alone, which needs nobody's consent.
    if (authorization.client.firstParty && only && !authorization.scopes.organizationBound) {
      const accepted = { session, authorization, target: only, consentShown: false, entireSession: false };
      const finished = await finishAuthorization(context, request, accepted);
      return sendAnswer(context, request, reply, authorization, finished, 302);
    }
    if (authorization.prompt.none) return answer(granted.length > 1 ? 'InteractionRequired' : 'ConsentRequired');
    const next = candidates.length === 1 && only ? `consent?organization=${encodeTarget(only)}&` : 'organization?';
    return reply.redirect(`/oauth/${next}continue=${encodeURIComponent(continueTo)}`, 302);
  });
}

/** An end without any page, as `prompt=none` demands (OpenID Connect Core §3.1.2.6). */
function refuseSilently(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  authorization: AuthorizationRequest,
  outcome: Outcome,
) {
  const { clientId } = authorization.client;
  const detail = { prompt: 'none', scopes: authorization.scopes.toString() };
  context.events.record({ kind: 'authorize', outcome, clientId, requestId: request.id, detail });
  return sendAnswer(context, request, reply, authorization, errorAnswer(context, authorization, outcome), 302);
}
