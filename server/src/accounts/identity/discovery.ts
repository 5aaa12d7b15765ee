import type { FastifyInstance } from 'fastify';
import { grantTypes } from '../../oauth/client.ts';
import type { AccountsContext } from '../context.ts';
import { openIdMembers } from './discovery-members.ts';
import { identityScopes } from './identity-claims.ts';
import { sendPublicDocument } from './public-document.ts';

const maxAgeSeconds = 3600;

/**
 * The documents that describe this data centre to programs: OpenID Connect Discovery §3 (reference §4.4) and RFC 8414
 * §2, which share every member that both know. Only what works is in them; the issuer is the registered origin of the
 * accounts server, whatever Host a request names.
 */
export function registerDiscovery(app: FastifyInstance, context: AccountsContext): void {
  const issuer = context.dataCenter.origins.accounts;
  const endpoint = (path: string) => `${issuer}${path}`;
  const works = (path: string) => app.hasRoute({ method: 'POST', url: path });

  const shared = () => ({
    issuer,
    authorization_endpoint: endpoint('/oauth/v2/auth'),
    token_endpoint: endpoint('/oauth/v2/token'),
    jwks_uri: endpoint('/oauth/v2/keys'),
    ...(works('/oauth/v2/token/revoke') ? { revocation_endpoint: endpoint('/oauth/v2/token/revoke') } : {}),
    introspection_endpoint: endpoint('/oauth/v2/introspect'),
    scopes_supported: identityScopes,
    response_types_supported: ['code', 'token'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    grant_types_supported: [...grantTypes, 'implicit'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    code_challenge_methods_supported: ['S256', 'plain'],
  });

  const openId = () => ({
    ...shared(),
    userinfo_endpoint: endpoint('/oauth/v2/userinfo'),
    // As in the original; a client that has chosen ES256 (compatibility.idTokenEs256) knows it.
    ...openIdMembers(['RS256']),
    claims_parameter_supported: false,
  });

  app.get('/.well-known/openid-configuration', async (_request, reply) =>
    sendPublicDocument(reply, openId(), maxAgeSeconds),
  );
  app.get('/.well-known/oauth-authorization-server', async (_request, reply) =>
    sendPublicDocument(reply, shared(), maxAgeSeconds),
  );
}
