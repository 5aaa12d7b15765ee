import type { standardOutcomes } from '../../oauth/outcomes/standards.ts';
import type { Explanations } from './explanation.ts';

/** What only the standard dialect (`/oauth2`) and clients of the strict profile are refused for. */
export const standardExplanations = {
  ParameterRepeated: {
    expected: 'each parameter once',
    came: 'more than one value[[ of {parameter}]]',
    rule: 'RFC 6749 §3.1, §3.2',
    mend: 'Send the parameter once; several scopes are one value with blanks between them.',
  },
  FormExpected: {
    expected: 'the parameters in a body of the type application/x-www-form-urlencoded',
    came: 'a request whose parameters stand elsewhere[[: {came}]]',
    rule: 'RFC 6749 §3.2',
    mend: 'Send the parameters as a form in the body, with that content type, and none in the URL.',
  },
  SecretUnexpected: {
    expected: 'a client that shows no secret',
    came: 'a client secret',
    rule: 'RFC 6749 §2.3; RFC 8414 §2 (token_endpoint_auth_methods_supported)',
    mend: 'Leave the client secret out: this client is public (method "none"), or it authenticates by private_key_jwt.',
    setting: 'secret',
  },
  AssertionMissing: {
    expected: 'a client_assertion that is signed by the key of the client',
    came: 'another way of authentication, or none',
    rule: 'RFC 7523 §2.2',
    mend: 'Use the method private_key_jwt with the private key whose public half was registered (client create --jwks).',
    setting: 'ownSettings',
  },
  AssertionInvalid: {
    expected:
      "a valid assertion, signed by a registered key, for this server's issuer or token endpoint[[ ({expected})]], used once",
    came: 'one that is not so[[ ({reason})]][[: {came}]]',
    rule: 'RFC 7523 §3',
    mend: 'Sign a new assertion for each request: iss and sub are the client_id, aud is the issuer, exp is at most some minutes ahead, jti is new.',
    setting: 'ownSettings',
  },
  AuthenticatedTwice: {
    expected: 'one way of client authentication',
    came: 'more than one[[ ({reason})]]',
    rule: 'RFC 6749 §2.3',
    mend: 'Send either the Authorization header, or the secret in the body, or an assertion.',
  },
  ProfileForbidden: {
    expected: 'a client of the strict profile',
    came: 'one of the compatible profile',
    rule: 'docs/profiles.md',
    mend: 'Change the client to the profile "strict", or let the operator allow the compatible profile (standards.compatibleProfile).',
    setting: 'ownSettings',
  },
  OriginNotRegistered: {
    expected: "a page on one of the client's JavaScript domains",
    came: 'a page on another origin[[: {origin}]]',
    rule: 'Fetch standard, "CORS protocol"; docs/profiles.md',
    mend: "Add the page's origin to the client's JavaScript domains, exactly as the browser sends it: scheme, host and port.",
    setting: 'javascriptDomains',
  },
  RequestObjectUnsupported: {
    expected: 'plain parameters, or a request_uri of a pushed request',
    came: 'the parameter request',
    rule: 'OpenID Connect Core 1.0 §6.1 (request_not_supported)',
    mend: 'Send the parameters plainly, or push them first (RFC 9126).',
  },
  RequestUriUnsupported: {
    expected: 'a request_uri that a pushed request got here and that has not been used or expired',
    came: 'another one[[: {came}]]',
    rule: 'RFC 9126 §4; OpenID Connect Core 1.0 §6.2',
    mend: 'Push the request again at this data centre and use its request_uri at once.',
  },
  RegistrationUnsupported: {
    expected: 'a registered client',
    came: 'the parameter registration',
    rule: 'OpenID Connect Core 1.0 §7.2.1 (registration_not_supported)',
    mend: 'Leave the parameter out.',
  },
  ClaimsInvalid: {
    expected: 'a JSON object with "userinfo" and "id_token", each an object of claims',
    came: 'something else[[: {came}]]',
    rule: 'OpenID Connect Core 1.0 §5.5',
    mend: 'Send the claims as that section describes, or leave the parameter out.',
  },
  HintInvalid: {
    expected: 'an ID token that this data centre issued to the client',
    came: 'something else',
    rule: 'OpenID Connect Core 1.0 §3.1.2.1 (id_token_hint)',
    mend: 'Send the ID token as it was received, or leave the parameter out.',
  },
  AcrUnmet: {
    expected: '[[one of: {expected}||a way of signing in that this server and the user have]]',
    came: 'a demand for another[[: {came}]]',
    rule: 'OpenID Connect Core 1.0 §5.5.1.1',
    mend: 'Ask for one of acr_values_supported, or do not mark the claim acr as essential. For urn:grantway:acr:mfa the user needs an authenticator app or a passkey.',
  },
  RefreshTokenReused: {
    expected: 'the newest refresh token of its family, or an older one within the grace',
    came: 'one that was replaced before; all tokens of its family have ended',
    rule: 'RFC 9700 §4.14.2 (rotation, detection of reuse)',
    mend: 'Store the new refresh token of each answer before it is used. Find out who else has the old one, and let the user sign in again.',
    setting: 'users',
  },
  RefreshTokenExpired: {
    expected: 'a refresh token that lives[[, until {expiredAt}]]',
    came: 'one that has expired[[; it is {now}]]',
    rule: 'RFC 6749 §1.5, §10.4',
    mend: 'Let the user sign in again.',
  },
  ScopeNotGranted: {
    expected: 'scopes of the refresh token[[: {expected}]]',
    came: 'others[[: {came}]]',
    rule: 'RFC 6749 §6',
    mend: 'Ask for the scopes that were granted or fewer; for more, send the user through the authorization address.',
    setting: 'scopes',
  },
} as const satisfies Explanations<keyof typeof standardOutcomes>;
