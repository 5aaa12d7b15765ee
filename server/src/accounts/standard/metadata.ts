import type { FastifyInstance } from 'fastify';
import { clientSigningAlgorithms } from '../../oauth/client-keys.ts';
import { proofAlgorithms } from '../../oauth/dpop.ts';
import { issuerOf, standardPath } from '../../oauth/issuer.ts';
import { acrValues } from '../acr.ts';
import type { AccountsContext } from '../context.ts';
import { openIdMembers } from '../identity/discovery-members.ts';
import { sendPublicDocument } from '../identity/public-document.ts';
import { signingAlgorithms } from '../signing/signing-algorithms.ts';
import { clientMethods, provingMethods } from './authenticate.ts';
import { standardGrantTypes } from './token-endpoint.ts';

const maxAgeSeconds = 3600;

/**
 * What describes the standard dialect of this data centre: RFC 8414 §2 and OpenID Connect Discovery §3 as one document,
 * so that both say the same. Only what works is in it. The issuer is the configured origin, whatever Host a request names.
 */
export function registerStandardMetadata(app: FastifyInstance, context: AccountsContext): void {
  const issuer = issuerOf(context.dataCenter, 'standard');
  const { clientDocuments, registration } = context.settings.standards;
  const methods = { methods: provingMethods, algorithms: clientSigningAlgorithms };
  const document = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    revocation_endpoint: `${issuer}/revoke`,
    introspection_endpoint: `${issuer}/introspect`,
    device_authorization_endpoint: `${issuer}/device_authorization`,
    pushed_authorization_request_endpoint: `${issuer}/par`,
    ...(registration === 'closed' ? {} : { registration_endpoint: `${issuer}/register` }),
    client_id_metadata_document_supported: clientDocuments,
    require_pushed_authorization_requests: false,
    end_session_endpoint: `${issuer}/end_session`,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    scopes_supported: ['openid', 'email', 'profile', 'offline_access'],
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    grant_types_supported: standardGrantTypes,
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    acr_values_supported: acrValues,
    ...openIdMembers(signingAlgorithms, ['acr', 'amr', 'sid']),
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
