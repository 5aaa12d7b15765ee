import type { Kind } from '../foundation/kinds.ts';

/** The ids and credentials that calls pass side by side; which is which, the compiler tells (`foundation/kinds.ts`). */
export type UserId = Kind<string, 'user id'>;
export type ClientId = Kind<string, 'client id'>;
export type OrganizationId = Kind<string, 'organization id'>;
export type GrantId = Kind<string, 'grant id'>;

export type AuthorizationCode = Kind<string, 'authorization code'>;
export type AccessToken = Kind<string, 'access token'>;
export type RefreshToken = Kind<string, 'refresh token'>;

/** Owns the clients that no user owns: no user has this id. */
export const nobody: UserId = '0';
