import type { FastifyInstance } from 'fastify';
import { apiOrigin, type Environment } from '../../config/data-centers.ts';
import { maskSecret, secretHash } from '../../foundation/secrets.ts';
import { isReading } from '../../http/methods.ts';
import { queryOf } from '../../http/parameters.ts';
import { credentialKey } from '../../inspector/flow-key.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import { prefixOf } from '../../oauth/formats.ts';
import type { Outcome } from '../../oauth/outcomes.ts';
import { slotOf } from '../../oauth/slots.ts';
import { notBound } from '../../oauth/token-binding.ts';
import type { AccountsContext } from '../context.ts';
import { sendErrorPage } from '../error-page.ts';
import { formAccessToken } from '../identity/access-token.ts';
import { createImplicitIdToken } from '../identity/id-token.ts';
import { addressAtKnownHome } from '../known-home.ts';
import { checkAuthorizationRequest, silentRefreshSteps } from '../request/authorization-request.ts';
import { entryOnly } from '../request/client-steps.ts';
import { needsSignIn } from '../request/fresh-sign-in.ts';
import { findSession, sessionTie } from '../sessions.ts';
import { saveAccessToken } from '../store/access-tokens.ts';
import { countAuthorization } from '../store/authorization-counts.ts';
import { authorizationLimit, throttled } from '../token/limits.ts';
import { errorAnswer, tokenAnswer } from './response-uri.ts';
import { sendAnswer } from './send-answer.ts';

interface SessionGrantRow {
  grant_id: string;
  environment: Environment;
  scopes: string[];
}

/**
 * `GET /oauth/v2/auth/refresh` (reference §1.9): a new access token for a client-based app without any page, as long as
 * the user's session lives and the user granted access for the entire session. Started at another data centre than the
 * user's, it hops there; the cookie of an earlier sign-in says where.
 */
export function registerSilentRefresh(app: FastifyInstance, context: AccountsContext): void {
  app.all('/oauth/v2/auth/refresh', async (request, reply) => {
    if (!isReading(request.method)) {
      return sendErrorPage(context, request, reply, {
        outcome: 'MethodNotAllowed',
        detail: { came: request.method, expected: 'GET' },
      });
    }
    const query = new URLSearchParams(queryOf(request.url));
    const authorization = await checkAuthorizationRequest(context, query, undefined, silentRefreshSteps);
    if ('outcome' in authorization) {
      return sendErrorPage(context, request, reply, authorization, query.get('client_id'));
    }
    const { clientId } = authorization.client;
    const session = await findSession(context, request);
    const refuse = (outcome: Outcome, reason: string, userId?: string) => {
      context.events.record({
        kind: 'silent-refresh',
        outcome,
        clientId,
        userId: userId ?? null,
        requestId: request.id,
        keys: session ? [sessionTie(session, clientId)] : [],
        detail: { reason, scopes: authorization.scopes.toString() },
      });
      return sendAnswer(context, request, reply, authorization, errorAnswer(authorization, outcome), 302);
    };

    const notHere = session && entryOnly(context, authorization);
    if (!session || notHere) {
      const atHome = addressAtKnownHome(context, request, authorization.client);
      if (atHome) return reply.redirect(atHome, 302);
      return notHere
        ? sendErrorPage(context, request, reply, notHere, clientId)
        : refuse('ClientNotGranted', 'a browser without a session');
    }
    // A page would have to be shown, and here none is.
    if (needsSignIn(context, authorization, session)) {
      return refuse('PromptRequired', 'a sign-in that is too old for max_age', session.userId);
    }
    const slot = slotOf(session.userId);
    const granted = await context.database.query<SessionGrantRow>({
      name: 'session-grants',
      text: `SELECT g.grant_id, g.environment, s.scopes FROM session_grant s JOIN user_grant g USING (slot, grant_id)
             WHERE s.session_hash = $1 AND g.client_id = $2 AND slot = $3 ORDER BY g.updated_at_ms DESC, g.grant_id DESC`,
      values: [session.hash, clientId, slot],
    });
    if (granted.length === 0)
      return refuse('ClientNotGranted', 'a session for which access was not granted', session.userId);
    const grant = granted.find((row) => context.scopes.setOf(row.scopes).includesAll(authorization.scopes.scopes));
    if (!grant) return refuse('PromptRequired', 'scopes that were not granted for the session', session.userId);

    const credential = context.slots.createCredential(context.random, prefixOf(clientId), slot);
    const { compatibility, lifetimes, limits } = settingsFor(context.settings, authorization.client);
    const expiresInSeconds = lifetimes.accessTokenTtlSeconds;
    const nowMs = context.clock.nowMs();
    const { userId } = session;
    const windowEndsAtMs = await countAuthorization(context.database, { userId, clientId, nowMs, limits });
    if (windowEndsAtMs !== undefined) {
      return sendErrorPage(
        context,
        request,
        reply,
        throttled('CodeThrottled', windowEndsAtMs, nowMs, authorizationLimit(limits)),
        clientId,
      );
    }
    const scopes = authorization.scopes.scopes.map((scope) => scope.requested);
    const expiresAtMs = nowMs + expiresInSeconds * 1000;
    await saveAccessToken(context.database, {
      ...{
        accessToken: { hash: secretHash(credential), slot },
        grantId: grant.grant_id,
        clientId,
        scopes,
        nowMs,
        expiresAtMs,
      },
    });
    const accessToken = await formAccessToken(context, credential, {
      ...{ client: authorization.client, userId, scopes, environment: grant.environment, expiresAtMs },
      binding: notBound,
    });
    context.events.record({
      kind: 'silent-refresh',
      outcome: 'Success',
      clientId,
      userId: session.userId,
      requestId: request.id,
      keys: [sessionTie(session, clientId), credentialKey(accessToken)],
      detail: { accessToken: maskSecret(accessToken) },
    });
    const answer = tokenAnswer(authorization, {
      accessToken,
      expiresInSeconds,
      location: context.dataCenter.id,
      apiDomain: apiOrigin(context.dataCenter, grant.environment),
      grantedForSession: true,
      idToken: await createImplicitIdToken(context, authorization, session, accessToken),
      compatibility,
    });
    return sendAnswer(context, request, reply, authorization, answer, 302);
  });
}
