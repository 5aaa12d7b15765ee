import type { FastifyRequest } from 'fastify';
import { apiOrigin } from '../../config/data-centers.ts';
import { maskSecret, secretHash } from '../../foundation/secrets.ts';
import { credentialKey } from '../../inspector/flow-key.ts';
import { settingsFor, type TokenSettings } from '../../oauth/client-settings.ts';
import { prefixOf } from '../../oauth/formats.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { slotOf } from '../../oauth/slots.ts';
import { notBound, type TokenBinding } from '../../oauth/token-binding.ts';
import { acrOf } from '../acr.ts';
import type { AccountsContext } from '../context.ts';
import { formAccessToken } from '../identity/access-token.ts';
import { createImplicitIdToken } from '../identity/id-token.ts';
import { asksForIdentity } from '../identity/identity-claims.ts';
import { saveSignInFacts } from '../identity/sign-in-facts.ts';
import type { AuthorizationRequest } from '../request/authorization-request.ts';
import { resourcesIn } from '../request/targets.ts';
import { type Session, sessionTie } from '../sessions.ts';
import { saveAccessToken } from '../store/access-tokens.ts';
import { countAuthorization } from '../store/authorization-counts.ts';
import { type GrantTarget, saveGrant } from '../store/grants.ts';
import { saveCode } from '../store/token-store.ts';
import { authorizationLimit, throttled } from '../token/limits.ts';
import { type AuthorizationAnswer, codeAnswer, tokenAnswer } from './response-uri.ts';
import { standardCode } from './standard-answer.ts';

export interface Accepted {
  readonly session: Session;
  readonly authorization: AuthorizationRequest;
  readonly target: GrantTarget;
  /** The consent page was accepted in this run; only then does offline access give a refresh token. */
  readonly consentShown: boolean;
  /** "Grant access for the entire session" was ticked. */
  readonly entireSession: boolean;
}

/**
 * Commits the grant together with its code or access token, and says what to send the client. Nothing is stored when
 * any part fails, or when the limit of codes has been reached (the refusal then).
 */
export async function finishAuthorization(
  context: AccountsContext,
  request: FastifyRequest,
  accepted: Accepted,
): Promise<AuthorizationAnswer | Refusal> {
  const { authorization, session, target } = accepted;
  const { clientId } = authorization.client;
  const { clock, dataCenter, random, slots } = context;
  const settings = settingsFor(context.settings, authorization.client);
  const nowMs = clock.nowMs();
  const scopes = authorization.scopes.scopes.map((scope) => scope.requested);
  const slot = slotOf(session.userId);
  const credential = slots.createCredential(random, prefixOf(clientId), slot);
  const place = { hash: secretHash(credential), slot };
  const implicit = authorization.responseType === 'token';
  const ttlSeconds = lifetimeOf(authorization, settings.lifetimes);
  const expiresAtMs = nowMs + ttlSeconds * 1000;
  const accessToken = implicit
    ? await formAccessToken(context, credential, {
        client: authorization.client,
        userId: session.userId,
        scopes,
        environment: target.environment,
        expiresAtMs,
        binding: notBound,
      })
    : credential;
  const idToken = implicit ? await createImplicitIdToken(context, authorization, session, accessToken) : undefined;

  const stored = await context.database.transaction(async (transaction) => {
    const { userId } = session;
    const windowEndsAtMs = await countAuthorization(transaction, { userId, clientId, nowMs, limits: settings.limits });
    if (windowEndsAtMs !== undefined)
      return throttled('CodeThrottled', windowEndsAtMs, nowMs, authorizationLimit(settings.limits));
    const grantId = await saveGrant(transaction, {
      userId,
      clientId,
      target: { ...target, instance: authorization.endpoint.instance },
      scopes,
      nowMs,
    });
    if (implicit) {
      await saveAccessToken(transaction, { accessToken: place, grantId, clientId, scopes, nowMs, expiresAtMs });
    } else {
      await saveCode(transaction, {
        code: place,
        grantId,
        clientId,
        redirectUri: authorization.redirectUri,
        scopes,
        challenge: authorization.challenge,
        // In the platform dialect only consent gives a refresh token; the standard scope is granted once and for all.
        offline: authorization.offline && (accepted.consentShown || authorization.endpoint.dialect === 'standard'),
        nowMs,
        expiresAtMs,
        binding: bindingOf(context, authorization, target),
      });
      if (asksForIdentity(authorization.scopes)) {
        const acr = acrOf(session.amr, authorization.acr) ?? null;
        const facts = { nonce: authorization.nonce ?? null, sessionHash: session.hash, acr };
        await saveSignInFacts(transaction, place, facts);
      }
    }
    if (!implicit) return { grantedForSession: false };
    if (accepted.entireSession) {
      await transaction.query({
        text: `INSERT INTO session_grant AS s (session_hash, grant_id, scopes, slot) VALUES ($1, $2, $3, $4)
               ON CONFLICT ON CONSTRAINT session_grant_pkey DO UPDATE SET scopes = s.scopes || EXCLUDED.scopes`,
        values: [session.hash, grantId, scopes, slot],
      });
      return { grantedForSession: true };
    }
    const rows = await transaction.query({
      text: 'SELECT 1 FROM session_grant WHERE session_hash = $1 AND grant_id = $2 AND slot = $3',
      values: [session.hash, grantId, slot],
    });
    return { grantedForSession: rows.length > 0 };
  });

  if ('outcome' in stored) return stored;

  context.events.record({
    kind: 'authorize',
    outcome: 'Success',
    clientId,
    userId: session.userId,
    requestId: request.id,
    keys: [credentialKey(credential), sessionTie(session, clientId)],
    detail: {
      responseType: authorization.responseType,
      credential: maskSecret(credential),
      organizationId: target.organizationId,
      environment: target.environment,
      consentShown: accepted.consentShown,
    },
  });
  if (authorization.endpoint.dialect === 'standard') return standardCode(context, authorization, credential);
  if (!implicit) {
    const answer = { code: credential, location: dataCenter.id, accountsServer: dataCenter.origins.accounts };
    return codeAnswer(authorization, answer, settings.compatibility.trailingAmpersand);
  }
  return tokenAnswer(authorization, {
    accessToken,
    expiresInSeconds: ttlSeconds,
    location: dataCenter.id,
    apiDomain: apiOrigin(dataCenter, target.environment),
    grantedForSession: stored.grantedForSession,
    idToken,
    compatibility: settings.compatibility,
  });
}

/** What a code is bound to: of the resources those of the environment that was chosen. */
function bindingOf(
  context: AccountsContext,
  { keyThumbprint = null, resources = null }: AuthorizationRequest,
  { environment, organizationId }: GrantTarget,
): TokenBinding {
  const chosen = resources && organizationId !== null ? resourcesIn(context, resources, environment) : resources;
  return { resources: chosen, keyThumbprint };
}

/** Seconds that the code, or the access token of the implicit flow, lives. */
function lifetimeOf(authorization: AuthorizationRequest, lifetimes: TokenSettings['lifetimes']): number {
  if (authorization.responseType === 'token') return lifetimes.accessTokenTtlSeconds;
  return authorization.endpoint.instance ? lifetimes.instanceCodeTtlSeconds : lifetimes.codeTtlSeconds;
}
