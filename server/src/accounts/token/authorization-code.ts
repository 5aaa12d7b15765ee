import { expiryDetail } from '../../foundation/expiry-detail.ts';
import { maskSecret, secretHash } from '../../foundation/secrets.ts';
import { type Client, keepsNoSecret, rulesOf } from '../../oauth/client.ts';
import { settingsFor, type TokenSettings } from '../../oauth/client-settings.ts';
import { isCredential, prefixOf } from '../../oauth/formats.ts';
import { type ChallengeMethod, challengeOf, isVerifier, verifierMatches } from '../../oauth/pkce.ts';
import { describeMismatch } from '../../oauth/redirect-uri.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { KnownPlace } from '../../oauth/slots.ts';
import type { AccountsContext } from '../context.ts';
import { formAccessToken } from '../identity/access-token.ts';
import { createIdTokenOfCode } from '../identity/id-token.ts';
import { endTokensOfCode } from '../store/end-tokens.ts';
import type { StoredCode } from '../store/token-store.ts';
import { recordEviction, throttled } from './limits.ts';
import { narrowBinding } from './narrow-binding.ts';
import type { TokenAnswer } from './token-answer.ts';
import type { TokenCall } from './token-call.ts';

/**
 * `grant_type=authorization_code` (reference §2.3). A code is spent only by an exchange that succeeds; a second use is
 * refused and leaves the tokens of the first alive.
 */
export async function exchangeCode(
  context: AccountsContext,
  { client, parameters, proven, dialect, binding: asked }: TokenCall,
): Promise<TokenAnswer | Refusal> {
  const code = parameters.get('code');
  const redirectUri = parameters.get('redirect_uri');
  const place = code && isCredential(code) ? await placeOfCode(context, code) : undefined;
  const stored = place && (await context.tokens.findCode(place));

  const redirectFault = checkRedirect(client, redirectUri, stored);
  if (redirectFault) return redirectFault;
  if (!code) return { outcome: 'CodeMissing' };
  if (!place || !stored) return unknown(context, code);
  const settings = settingsFor(context.settings, client);
  const fault = checkCode(client, stored, parameters.get('code_verifier'), context.clock.nowMs());
  if (fault) {
    if (fault.outcome === 'CodeUsed') await punishReplay(context, settings, place);
    return fault;
  }
  // Without a challenge and a secret, whoever sees the code could use it.
  if (!stored.challenge && !proven && rulesOf(client).pkce === 'required') {
    return { outcome: 'SecretMissing' };
  }
  const { keyThumbprint } = stored.binding;
  if (keyThumbprint !== null && keyThumbprint !== asked.keyThumbprint) {
    return { outcome: 'CodeOfOtherKey', detail: { expected: keyThumbprint, came: asked.keyThumbprint ?? 'no proof' } };
  }
  const binding = narrowBinding(stored.binding, asked);
  if ('outcome' in binding) return binding;

  const { clock, random, slots, tokens } = context;
  const { lifetimes, limits } = settings;
  const prefix = prefixOf(client.clientId);
  const nowMs = clock.nowMs();
  const credential = slots.createCredential(random, prefix, place.slot);
  const expiresInSeconds = lifetimes.accessTokenTtlSeconds;
  const expiresAtMs = nowMs + expiresInSeconds * 1000;
  const accessToken = await formAccessToken(context, credential, { ...stored, client, expiresAtMs, binding });
  const answer: TokenAnswer = {
    accessToken,
    binding,
    refreshToken: stored.offline ? slots.createCredential(random, prefix, place.slot) : undefined,
    scope: stored.scopes.join(' '),
    environment: stored.environment,
    expiresInSeconds,
    // Signed before the code is spent, so that a code is never lost to a fault of ours.
    idToken: await createIdTokenOfCode(context, { client, code: place, stored, accessToken, dialect }),
  };
  const result = await tokens.redeemCode({
    code: place,
    userId: stored.userId,
    clientId: client.clientId,
    accessHash: secretHash(credential),
    refreshHash: answer.refreshToken === undefined ? null : secretHash(answer.refreshToken),
    nowMs,
    expiresAtMs,
    limits,
    binding,
    // Of a client that keeps no secret the key is what tells it from a thief (RFC 9449 §5).
    refreshKeyThumbprint: keepsNoSecret(client) ? binding.keyThumbprint : null,
  });
  if (result.kind === 'used before') {
    await punishReplay(context, settings, place);
    return { outcome: 'CodeUsed', detail: { reason: 'another exchange was faster' } };
  }
  if (result.kind === 'throttled') {
    return throttled('RefreshTokenThrottled', result.windowEndsAtMs, nowMs, {
      limit: limits.refreshTokensPerUserAndClientPerWindow,
      windowSeconds: limits.windowSeconds,
    });
  }
  recordEviction(
    context,
    client.clientId,
    'RefreshTokenEvicted',
    result.evictedHashes,
    limits.refreshTokensPerUserAndClient,
  );
  return answer;
}

function placeOfCode({ slots, tokens }: AccountsContext, code: string): Promise<KnownPlace | undefined> {
  return tokens.settle('code', slots.placeOf(code));
}

function unknown(context: AccountsContext, code: string): Refusal {
  if (!isCredential(code)) return { outcome: 'CodeUnknown', detail: { reason: 'malformed' } };
  const cameTo = context.dataCenter.id;
  const explanation = async () => {
    const known = await context.credentials.findElsewhere(code, cameTo);
    if (!known) return undefined;
    const { clientId, dataCenter: issuedBy } = known;
    return { outcome: 'CodeOfOtherDataCenter', detail: { issuedBy, cameTo }, knownIn: issuedBy, clientId };
  };
  return { outcome: 'CodeUnknown', explanation };
}

/** Codes that came without a redirect (self clients) are exchanged without one; any value is ignored. */
function checkRedirect(
  client: Client,
  redirectUri: string | null,
  stored: StoredCode | undefined,
): Refusal | undefined {
  if (!rulesOf(client).redirectUris) return undefined;
  if (!redirectUri) return { outcome: 'RedirectUriMissing', detail: { registeredUris: client.redirectUris } };
  const ownCode = stored?.clientId === client.clientId && stored.redirectUri !== null;
  const expected = ownCode ? [stored.redirectUri as string] : client.redirectUris;
  if (expected.includes(redirectUri)) return undefined;
  return { outcome: 'RedirectUriMismatch', detail: describeMismatch(redirectUri, expected) };
}

function checkCode(client: Client, stored: StoredCode, verifier: string | null, nowMs: number): Refusal | undefined {
  if (stored.clientId !== client.clientId) {
    return { outcome: 'CodeOfOtherClient', detail: { issuedTo: stored.clientId, came: client.clientId } };
  }
  if (stored.usedAtMs !== null) {
    return { outcome: 'CodeUsed', detail: { usedAt: new Date(stored.usedAtMs).toISOString() } };
  }
  if (stored.expiresAtMs <= nowMs) {
    return { outcome: 'CodeExpired', detail: expiryDetail(stored.expiresAtMs, nowMs) };
  }
  if (!stored.userActive) return { outcome: 'UserInactive' };
  if (!stored.challenge) return verifier ? { outcome: 'VerifierUnexpected' } : undefined;
  if (!verifier) return { outcome: 'VerifierMissing', detail: { method: stored.challenge.method } };
  const { method, value } = stored.challenge;
  if (isVerifier(verifier) && verifierMatches(verifier, value, method)) return undefined;
  const malformed = isVerifier(verifier) ? {} : { length: verifier.length };
  const detail = {
    method,
    expectedChallenge: shownChallenge(value, method),
    cameChallenge: shownChallenge(challengeOf(verifier, method), method),
  };
  return { outcome: 'VerifierMismatch', detail: { ...detail, ...malformed } };
}

/** A challenge of method `plain` is the verifier itself, which is a secret. */
function shownChallenge(challenge: string, method: ChallengeMethod): string {
  return method === 'plain' ? maskSecret(challenge) : challenge;
}

/** RFC 6749 §4.1.2: a code that comes twice may have been stolen; the strict profile ends what the first use gave. */
async function punishReplay(context: AccountsContext, settings: TokenSettings, code: KnownPlace): Promise<void> {
  if (settings.compatibility.strictRfc) await endTokensOfCode(context.database, context.notices, code);
}
