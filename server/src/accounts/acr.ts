/**
 * Authentication context classes (OpenID Connect Core §2, `acr`): how surely a user is who they say. There is one way to
 * sign in so far, the password (`amr` "pwd", RFC 8176).
 */
export const passwordAcr = 'urn:grantway:acr:password';
export const acrValues: readonly string[] = [passwordAcr];
