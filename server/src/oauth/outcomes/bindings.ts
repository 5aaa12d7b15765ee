import { invalidCode, invalidRequest, type Outcomes } from './outcome-entry.ts';

/** What tokens are bound to: resources (RFC 8707) and keys (RFC 9449). */
export const bindingOutcomes = {
  ResourceUnknown: {
    standard: 'invalid_target',
    meaning:
      'The parameter resource names no resource of this server: neither an API origin of its, nor its MCP server.',
    page: 'E6',
  },
  ResourceNotGranted: {
    standard: 'invalid_target',
    meaning: 'The parameter resource names a resource that the authorization was not for.',
  },
  KeyThumbprintInvalid: {
    standard: 'invalid_request',
    meaning: 'The parameter dpop_jkt is no SHA-256 thumbprint of a key, or not that of the proof that came with it.',
    page: 'E6',
  },
  ProofInvalid: {
    standard: 'invalid_dpop_proof',
    meaning: 'The DPoP proof is not made for this request, not valid now, or was used before.',
  },
  ProofNeeded: {
    standard: 'invalid_dpop_proof',
    meaning: 'The tokens of this client are always bound to a key, and no DPoP proof came.',
    page: 'E6',
    token: invalidRequest,
  },
  ProofNonceNeeded: {
    standard: 'use_dpop_nonce',
    meaning: 'The DPoP proof must carry the nonce of the header DPoP-Nonce of this answer.',
  },
  ProofMissing: {
    standard: 'invalid_token',
    meaning: 'The token is bound to a key: the scheme DPoP and a proof of that key are expected.',
  },
  TokenNotBound: {
    standard: 'invalid_token',
    meaning: 'The token is not bound to a key: the scheme Bearer is expected.',
  },
  TokenOfOtherKey: {
    standard: 'invalid_token',
    meaning: 'The token is bound to another key than that of the DPoP proof.',
  },
  TokenOfOtherResource: {
    standard: 'invalid_token',
    meaning: 'The access token is for another resource than the one that was called.',
  },
  CodeOfOtherKey: {
    standard: 'invalid_grant',
    meaning: 'The code was asked for with dpop_jkt, and no DPoP proof of that key came.',
    token: invalidCode,
  },
  RefreshTokenOfOtherKey: {
    standard: 'invalid_grant',
    meaning: 'The refresh token is bound to a key, and no DPoP proof of that key came.',
    token: invalidCode,
  },
  PostLogoutRedirectUriMismatch: {
    meaning: 'The post_logout_redirect_uri is not exactly one of the registered ones of the client.',
    page: 'E4',
  },
  DeviceCodeMissing: { standard: 'invalid_request', meaning: 'The parameter device_code is missing.' },
  RegistrationClosed: {
    standard: 'access_denied',
    meaning: 'Clients do not register themselves here: the operator or a user of the API console registers them.',
  },
  RegistrationTokenMissing: {
    standard: 'invalid_token',
    meaning: 'The token that allows it is missing in the Authorization header.',
  },
  RegistrationTokenInvalid: {
    standard: 'invalid_token',
    meaning: 'The initial access token, or the registration access token of the client, is not valid.',
  },
  RegistrationsThrottled: { standard: 'slow_down', meaning: 'Too many clients were registered from this address.' },
  ClientMetadataInvalid: { meaning: 'The metadata of a client that would register itself cannot be taken.' },
  SubjectTokenInvalid: {
    standard: 'invalid_request',
    meaning:
      'The subject token is no living access token of this client, or the request names a kind of token that is not exchanged.',
  },
} as const satisfies Outcomes;
