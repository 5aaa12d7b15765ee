import type { SigningAlgorithm } from '../signing/signing-algorithms.ts';

/**
 * Members of OpenID Connect Discovery §3 that are the same for every dialect.
 * @param algorithms with which ID tokens may be signed.
 * @param authenticationClaims what ID tokens say of the sign-in beside its time.
 */
export function openIdMembers(algorithms: readonly SigningAlgorithm[], authenticationClaims: readonly string[] = []) {
  return {
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...algorithms],
    claim_types_supported: ['normal'],
    claims_supported: [
      ...['iss', 'sub', 'aud', 'azp', 'exp', 'iat', 'auth_time', 'nonce', ...authenticationClaims, 'at_hash'],
      ...['email', 'email_verified', 'name', 'given_name', 'family_name'],
    ],
    request_parameter_supported: false,
    // Left out it would mean "supported" (OpenID Connect Discovery §3).
    request_uri_parameter_supported: false,
  };
}
