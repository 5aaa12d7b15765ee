import type { ScopeSet } from '../../oauth/scopes.ts';
import type { User } from '../users.ts';

/** The scopes of OpenID Connect that say who the user is; each alone is enough for an ID token (reference §4.3). */
export const identityScopes = ['openid', 'email', 'profile'] as const;

export function asksForIdentity(scopes: ScopeSet): boolean {
  return identityScopes.some((scope) => scopes.has(scope));
}

/** OpenID Connect Core §5.1, as far as the platform knows it: there are no pictures and no phone numbers here. */
export interface IdentityClaims {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly given_name?: string;
  readonly family_name?: string;
}

/** What the scopes let a client know (OpenID Connect Core §5.4). */
export function identityClaims(user: User, scopes: ScopeSet): IdentityClaims {
  return {
    sub: user.userId,
    ...(scopes.has('email') ? emailClaims(user) : {}),
    ...(scopes.has('profile') ? nameClaims(user) : {}),
  };
}

/** An address is verified when its owner followed a link to it, or an operator answers for it. */
export function emailClaims(user: User): Pick<IdentityClaims, 'email' | 'email_verified'> {
  return { email: user.email, email_verified: user.emailVerified };
}

/** A name that is empty is left out (§5.3.2). */
function nameClaims(user: User): Pick<IdentityClaims, 'name' | 'given_name' | 'family_name'> {
  return {
    name: displayName(user),
    ...(user.firstName === '' ? {} : { given_name: user.firstName }),
    family_name: user.lastName,
  };
}

export function displayName(user: User): string {
  return `${user.firstName} ${user.lastName}`.trim();
}
