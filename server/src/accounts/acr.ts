/**
 * How surely a user is who they say: authentication context classes (OpenID Connect Core §2, `acr`), and the methods of a
 * sign-in (`amr`, RFC 8176): `pwd`, `otp` (an authenticator app or a recovery code), `pop` (a passkey, which asks for PIN or
 * body itself), `fed` (an outside provider; not in the registry), and `mfa` where there were two factors.
 */
export type SignInMethod = 'pwd' | 'otp' | 'pop' | 'fed' | 'mfa';

export const passwordAcr = 'urn:grantway:acr:password';
export const multiFactorAcr = 'urn:grantway:acr:mfa';
/** What a request may insist on: every user can meet it. */
export const acrValues: readonly string[] = [passwordAcr];

/** The class of a sign-in by these methods. */
export function acrOf(amr: readonly string[]): string | undefined {
  if (amr.includes('mfa')) return multiFactorAcr;
  return amr.includes('pwd') ? passwordAcr : undefined;
}
