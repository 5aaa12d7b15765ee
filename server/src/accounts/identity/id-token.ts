import { createHash } from 'node:crypto';
import type { Client } from '../../oauth/client.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import type { AccessToken, UserId } from '../../oauth/ids.ts';
import { type DialectName, issuerOf } from '../../oauth/issuer.ts';
import type { ScopeSet } from '../../oauth/scopes.ts';
import { type KnownPlace, slotOf } from '../../oauth/slots.ts';
import { acrOf } from '../acr.ts';
import type { AccountsContext } from '../context.ts';
import type { Session } from '../sessions.ts';
import type { SigningAlgorithm } from '../signing/signing-algorithms.ts';
import { sessionIdForClient } from '../store/session-clients.ts';
import type { StoredCode } from '../store/token-store.ts';
import { findUser } from '../users.ts';
import { asksForIdentity, emailClaims, identityClaims } from './identity-claims.ts';
import { findSignInFacts, type SignInFacts, signInOf } from './sign-in-facts.ts';

/** What an ID token is about. */
export interface IdTokenSubject {
  readonly client: Client;
  readonly userId: UserId;
  readonly scopes: ScopeSet;
  /** The access token that it comes with. */
  readonly accessToken: AccessToken;
  readonly signIn: SignInFacts;
  /** By whose words: the standards' are OpenID Connect Core, the platform's reference §4.3. */
  readonly dialect: DialectName;
}

/**
 * The ID token (OpenID Connect Core §2, reference §4.3) that comes with an access token, or undefined when no scope asks
 * for one. The e-mail address is always in it, as in the documented sample; the names are with the scope `profile` only.
 */
export async function createIdToken(context: AccountsContext, subject: IdTokenSubject): Promise<string | undefined> {
  const { client, dialect, scopes, signIn } = subject;
  if (!givesIdToken(scopes, dialect)) return undefined;
  const user = await findUser(context.database, { userId: subject.userId });
  if (!user) return undefined;
  const { compatibility, lifetimes } = settingsFor(context.settings, client);
  const issuedAt = Math.floor(context.clock.nowMs() / 1000);
  const payload = {
    iss: issuerOf(context.dataCenter, dialect),
    aud: client.clientId,
    azp: client.clientId,
    iat: issuedAt,
    exp: issuedAt + lifetimes.idTokenTtlSeconds,
    ...(signIn.authTimeMs === null ? {} : { auth_time: Math.floor(signIn.authTimeMs / 1000) }),
    ...(signIn.nonce === null ? {} : { nonce: signIn.nonce }),
    at_hash: accessTokenHash(subject.accessToken),
    ...identityClaims(user, scopes),
    ...(dialect === 'platform'
      ? emailClaims(user)
      : { ...signInClaims(signIn), ...(await sessionClaims(context, client, signIn, subject.userId)) }),
  };
  return context.signingKeys.sign(payload, {
    legacyHeader: dialect === 'platform' && compatibility.idTokenLegacyHeader,
    algorithm: idTokenAlgorithm(context, client),
  });
}

/** With which algorithm the client's ID tokens are signed. */
export function idTokenAlgorithm({ settings }: Pick<AccountsContext, 'settings'>, client: Client): SigningAlgorithm {
  return settingsFor(settings, client).compatibility.idTokenEs256 ? 'ES256' : 'RS256';
}

/** In the standard dialect `openid` asks for an ID token, and nothing else (OpenID Connect Core §3.1.2.1). */
function givesIdToken(scopes: ScopeSet, dialect: DialectName): boolean {
  return dialect === 'standard' ? scopes.has('openid') : asksForIdentity(scopes);
}

/** How the user signed in; nothing where nobody did (codes made by command). */
function signInClaims({ acr: asked, amr, authTimeMs }: SignInFacts): Record<string, unknown> {
  if (authTimeMs === null) return {};
  const methods = amr ?? ['pwd'];
  const acr = asked ?? acrOf(methods);
  return { ...(acr !== undefined && { acr }), amr: methods };
}

/** `sid`: the name that the client has for the session (Back-Channel Logout §2.1); none of one that has ended. */
async function sessionClaims(
  { database, random }: AccountsContext,
  { clientId }: Client,
  { sessionHash }: SignInFacts,
  userId: UserId,
): Promise<{ readonly sid?: string }> {
  if (!sessionHash) return {};
  const fresh = random.bytes(16).toString('base64url');
  const sid = await sessionIdForClient(database, { fresh, sessionHash, clientId, userId });
  return sid === undefined ? {} : { sid };
}

/** The ID token of a code's exchange; what it says about the sign-in was kept with the code. */
export async function createIdTokenOfCode(
  context: AccountsContext,
  exchange: {
    readonly client: Client;
    readonly code: KnownPlace;
    readonly stored: StoredCode;
    readonly accessToken: AccessToken;
    readonly dialect: DialectName;
  },
): Promise<string | undefined> {
  const { client, code, stored, accessToken, dialect } = exchange;
  const scopes = context.scopes.setOf(stored.scopes);
  if (!givesIdToken(scopes, dialect)) return undefined;
  const signIn = await findSignInFacts(context.database, code);
  return createIdToken(context, { client, userId: stored.userId, scopes, accessToken, signIn, dialect });
}

/** The ID token that the browser is sent with an access token (implicit flow, reference §1.8). */
export async function createImplicitIdToken(
  context: AccountsContext,
  {
    client,
    nonce,
    scopes,
  }: { readonly client: Client; readonly nonce?: string | undefined; readonly scopes: ScopeSet },
  { hash, userId }: Session,
  accessToken: AccessToken,
): Promise<string | undefined> {
  if (!asksForIdentity(scopes)) return undefined;
  const signIn = { nonce: nonce ?? null, ...(await signInOf(context.database, hash, slotOf(userId))) };
  return createIdToken(context, { client, userId, scopes, accessToken, signIn, dialect: 'platform' });
}

/** OpenID Connect Core §3.1.3.6: the left half of the hash that the signature's algorithm uses. */
export function accessTokenHash(accessToken: AccessToken): string {
  return createHash('sha256').update(accessToken, 'ascii').digest().subarray(0, 16).toString('base64url');
}
