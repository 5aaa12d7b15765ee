/** The errors of RFC 6749, of its extensions and of OpenID Connect, as far as they are used. */
export type StandardError =
  | 'access_denied'
  | 'authorization_pending'
  | 'consent_required'
  | 'expired_token'
  | 'insufficient_scope'
  | 'interaction_required'
  | 'invalid_client'
  | 'invalid_dpop_proof'
  | 'invalid_grant'
  | 'invalid_request'
  | 'invalid_scope'
  | 'invalid_target'
  | 'invalid_token'
  | 'login_required'
  | 'registration_not_supported'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'server_error'
  | 'slow_down'
  | 'temporarily_unavailable'
  | 'unauthorized_client'
  | 'unmet_authentication_requirements'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'use_dpop_nonce';

/** The statuses of the standard errors; `slow_down` has none in RFC 6749, 429 is what HTTP says for it. */
export function standardStatus(error: StandardError): number {
  return statuses[error] ?? 400;
}

const statuses: Partial<Record<StandardError, number>> = {
  invalid_client: 401,
  invalid_token: 401,
  insufficient_scope: 403,
  slow_down: 429,
  server_error: 500,
  temporarily_unavailable: 503,
};
