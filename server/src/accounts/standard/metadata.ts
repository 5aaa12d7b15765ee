import type { FastifyInstance } from 'fastify';
import { clientSigningAlgorithms } from '../../oauth/client-keys.ts';
import { proofAlgorithms } from '../../oauth/dpop.ts';
import { issuerOf, standardPath } from '../../oauth/issuer.ts';
import { acrValues, multiFactorAcr } from '../acr.ts';
import type { AccountsContext } from '../context.ts';
import { openIdMembers } from '../identity/discovery-members.ts';
import { sendPublicDocument } from '../identity/public-document.ts';
import { clientMethods, provingMethods } from './authenticate.ts';

const maxAgeSeconds = 3600;

/** The grants of `/oauth2/token`, in the words of their standards. */
export const standardGrantTypes = ['authorization_code', 'refresh_token', 'client_credentials'] as const;

/**
 * What describes the standard dialect of this data centre: RFC 8414 §2 and OpenID Connect Discovery §3 as one document,
 * so that both say the same. Only what works is in it. The issuer is the configured origin, whatever Host a request names.
 */
export function registerStandardMetadata(app: FastifyInstance, context: AccountsContext): void {
  const issuer = issuerOf(context.dataCenter, 'standard');
  const methods = { methods: provingMethods, algorithms: clientSigningAlgorithms };
  const document = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    revocation_endpoint: `${issuer}/revoke`,
    introspection_endpoint: `${issuer}/introspect`,
    pushed_authorization_request_endpoint: `${issuer}/par`,
    require_pushed_authorization_requests: false,
    scopes_supported: ['openid', 'email', 'profile', 'offline_access'],
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    grant_types_supported: standardGrantTypes,
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    acr_values_supported: [...acrValues, multiFactorAcr],
    ...openIdMembers(['acr', 'amr']),
    token_endpoint_auth_methods_supported: clientMethods,
    token_endpoint_auth_signing_alg_values_supported: methods.algorithms,
    revocation_endpoint_auth_methods_supported: clientMethods,
    revocation_endpoint_auth_signing_alg_values_supported: methods.algorithms,
    introspection_endpoint_auth_methods_supported: methods.methods,
    introspection_endpoint_auth_signing_alg_values_supported: methods.algorithms,
    code_challenge_methods_supported: ['S256'],
    dpop_signing_alg_values_supported: proofAlgorithms,
    authorization_response_iss_parameter_supported: true,
    claims_parameter_supported: true,
  };
  // OpenID Connect appends to the issuer, RFC 8414 §3.1 puts its name before the issuer's path; some clients mix the two.
  for (const path of [
    `${standardPath}/.well-known/openid-configuration`,
    `/.well-known/oauth-authorization-server${standardPath}`,
    `/.well-known/openid-configuration${standardPath}`,
  ]) {
    app.get(path, async (_request, reply) => sendPublicDocument(reply, document, maxAgeSeconds));
  }
}
