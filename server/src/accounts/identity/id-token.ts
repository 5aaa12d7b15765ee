import { createHash } from 'node:crypto';
import type { Client } from '../../oauth/client.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import type { AccessToken, AuthorizationCode, UserId } from '../../oauth/ids.ts';
import type { ScopeSet } from '../../oauth/scopes.ts';
import type { AccountsContext } from '../context.ts';
import type { Session } from '../sessions.ts';
import type { StoredCode } from '../store/token-store.ts';
import { findUser } from '../users.ts';
import { asksForIdentity, emailClaims, identityClaims } from './identity-claims.ts';
import { findSignInFacts, type SignInFacts, signInTime } from './sign-in-facts.ts';

/** What an ID token is about. */
export interface IdTokenSubject {
  readonly client: Client;
  readonly userId: UserId;
  readonly scopes: ScopeSet;
  /** The access token that it comes with. */
  readonly accessToken: AccessToken;
  readonly signIn: SignInFacts;
}

/**
 * The ID token (OpenID Connect Core §2, reference §4.3) that comes with an access token, or undefined when no scope asks
 * for one. The e-mail address is always in it, as in the documented sample; the names are with the scope `profile` only.
 */
export async function createIdToken(context: AccountsContext, subject: IdTokenSubject): Promise<string | undefined> {
  const { client, scopes, signIn } = subject;
  if (!asksForIdentity(scopes)) return undefined;
  const user = await findUser(context.database, { userId: subject.userId });
  if (!user) return undefined;
  const { compatibility, lifetimes } = settingsFor(context.settings, client);
  const issuedAt = Math.floor(context.clock.nowMs() / 1000);
  const payload = {
    iss: context.dataCenter.origins.accounts,
    aud: client.clientId,
    azp: client.clientId,
    iat: issuedAt,
    exp: issuedAt + lifetimes.idTokenTtlSeconds,
    ...(signIn.authTimeMs === null ? {} : { auth_time: Math.floor(signIn.authTimeMs / 1000) }),
    ...(signIn.nonce === null ? {} : { nonce: signIn.nonce }),
    at_hash: accessTokenHash(subject.accessToken),
    ...identityClaims(user, scopes),
    ...emailClaims(user),
  };
  return context.signingKeys.sign(payload, { legacyHeader: compatibility.idTokenLegacyHeader });
}

/** The ID token of a code's exchange; what it says about the sign-in was kept with the code. */
export async function createIdTokenOfCode(
  context: AccountsContext,
  exchange: {
    readonly client: Client;
    readonly code: AuthorizationCode;
    readonly stored: StoredCode;
    readonly accessToken: AccessToken;
  },
): Promise<string | undefined> {
  const { client, code, stored, accessToken } = exchange;
  const scopes = context.scopes.setOf(stored.scopes);
  if (!asksForIdentity(scopes)) return undefined;
  const signIn = await findSignInFacts(context.database, code);
  return createIdToken(context, { client, userId: stored.userId, scopes, accessToken, signIn });
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
  const signIn = { nonce: nonce ?? null, authTimeMs: await signInTime(context.database, hash) };
  return createIdToken(context, { client, userId, scopes, accessToken, signIn });
}

/** OpenID Connect Core §3.1.3.6: the left half of the hash that the signature's algorithm uses. */
export function accessTokenHash(accessToken: AccessToken): string {
  return createHash('sha256').update(accessToken, 'ascii').digest().subarray(0, 16).toString('base64url');
}
