import type { bindingOutcomes } from '../../oauth/outcomes/bindings.ts';
import type { Explanations } from './explanation.ts';

/** What tokens are bound to: resources (RFC 8707) and keys (RFC 9449). */
export const bindingExplanations = {
  ResourceUnknown: {
    expected: 'a resource of this data centre[[, like {expected}]]: the origin of an API, or that origin with /mcp',
    came: 'another one[[: {came}]]',
    rule: 'RFC 8707 §2 (invalid_target)',
    mend: 'Send the member resource of {api}/.well-known/oauth-protected-resource unchanged, or leave the parameter out.',
  },
  ResourceNotGranted: {
    expected: '[[one of {expected}||a resource that the authorization was for]]',
    came: 'another one[[: {came}]]',
    rule: 'RFC 8707 §2.2 (invalid_target)',
    mend: 'Name the resource in the authorization request too; a token request can only narrow what was granted there.',
  },
  KeyThumbprintInvalid: {
    expected: '[[{expected}||the thumbprint of the key of the proof]]',
    came: 'another text[[: {came}]][[, {length} characters]]',
    rule: 'RFC 9449 §10; RFC 7638 §3',
    mend: 'Send BASE64URL(SHA-256) of the canonical public key, without padding: the key that signs the proof at the token endpoint.',
  },
  ProofInvalid: {
    expected: 'a DPoP proof for this very request',
    came: 'one that is none[[: {reason}]]',
    rule: 'RFC 9449 §4.3',
    mend: 'Make a new proof for each request: htm and htu as it is sent (without query), iat now, a new jti, and ath of the access token at an API. Check the clock.',
  },
  ProofNeeded: {
    expected: 'a DPoP proof in the header DPoP, at /oauth2/token',
    came: 'a request without one',
    rule: 'RFC 9449 §5.2 (dpop_bound_access_tokens)',
    mend: 'Send a proof with each token request, or register the client without dpop_bound_access_tokens.',
  },
  ProofNonceNeeded: {
    expected: 'a DPoP proof with the nonce of this server',
    came: 'a proof with [[{reason}||another one]]',
    rule: 'RFC 9449 §8',
    mend: 'Take the nonce from the header DPoP-Nonce of the answer, and send the request again with a new proof that has it. Client libraries do this by themselves.',
  },
  ProofMissing: {
    expected: 'the token with the scheme DPoP and a proof of its key in the header DPoP',
    came: 'the token alone',
    rule: 'RFC 9449 §7.1, §7.2',
    mend: 'Send "Authorization: DPoP <token>" and a proof; a bound token is no bearer token.',
  },
  TokenNotBound: {
    expected: 'the token with the scheme Bearer',
    came: 'the scheme DPoP with a token that is bound to no key',
    rule: 'RFC 9449 §7.1',
    mend: 'Send "Authorization: Bearer <token>", or ask for the token with a DPoP proof.',
  },
  TokenOfOtherKey: {
    expected: 'a proof of the key that the token is bound to',
    came: 'a proof of another key',
    rule: 'RFC 9449 §6, §7.1',
    mend: 'Sign the proof with the key that signed the one at the token endpoint.',
  },
  TokenOfOtherResource: {
    expected: 'a token for [[{expected}||this resource]]',
    came: 'a token for [[{came}||another one]]',
    rule: 'RFC 8707 §2; RFC 9068 §4',
    mend: 'Ask for a token with the parameter resource of what you call, or without that parameter for all of the data centre.',
  },
  CodeOfOtherKey: {
    expected: 'a DPoP proof of the key {expected}, which the code was asked for with',
    came: '[[{came}||another key]]',
    rule: 'RFC 9449 §10 (dpop_jkt)',
    mend: 'Sign the proof of the exchange with the key whose thumbprint was sent as dpop_jkt.',
  },
  RefreshTokenOfOtherKey: {
    expected: 'a DPoP proof of the key that the refresh token is bound to',
    came: '[[{came}||another key]]',
    rule: 'RFC 9449 §5',
    mend: 'Keep the key as long as the refresh token, and sign the proof with it. Without the key the user must sign in again.',
  },
  PostLogoutRedirectUriMismatch: {
    expected: 'one of the registered addresses, exactly[[: {registered}]]',
    came: '[[{came}||another one]]',
    rule: 'OpenID Connect RP-Initiated Logout 1.0 §3',
    mend: 'Register the address (client update --post-logout-redirect-uri), send it as it is registered, and name the client by id_token_hint or client_id.',
    setting: 'ownSettings',
  },
  RegistrationClosed: {
    expected: 'a client that was registered by the operator or in the API console',
    came: 'a client that would register itself',
    rule: 'RFC 7591 §3',
    mend: 'Register the app in the API console, or let clients register themselves: the setting standards.registration.',
  },
  RegistrationTokenMissing: {
    expected: 'a token in the Authorization header',
    came: 'none',
    rule: 'RFC 7591 §3; RFC 7592 §2',
    mend: 'Send the initial access token (grantway client registration-token), or, to manage a client, the registration_access_token of its registration.',
  },
  RegistrationTokenInvalid: {
    expected: 'a token that lives, of this data centre and this client',
    came: 'another one',
    rule: 'RFC 7591 §3; RFC 7592 §2',
    mend: 'Ask the operator for a new initial access token; a registration access token is good for its own client only.',
  },
  RegistrationsThrottled: {
    expected: 'at most {limit} registrations from an address in a window',
    came: 'one more',
    rule: 'RFC 7591 §5',
    mend: 'Keep the client_id of the first registration, and wait {retryAfterSeconds} seconds.',
  },
  ClientMetadataInvalid: {
    expected: 'metadata that this server can take',
    came: '[[{reason}||others]]',
    rule: 'RFC 7591 §2, §3.2.2 ({error})',
    mend: 'Change the member that the answer names.',
  },
  DeviceCodeMissing: {
    expected: 'the parameter device_code',
    came: 'none',
    rule: 'RFC 8628 §3.4',
    mend: 'Send the device_code of the answer of /oauth2/device_authorization.',
  },
  SubjectTokenInvalid: {
    expected: 'a living access token of the same client, with its type and nothing that is not exchanged here',
    came: 'something else[[: {reason}]]',
    rule: 'RFC 8693 §2.1, §2.2.2',
    mend: 'Send subject_token and subject_token_type urn:ietf:params:oauth:token-type:access_token; of a bound token also a DPoP proof of its key.',
  },
} as const satisfies Explanations<keyof typeof bindingOutcomes>;
