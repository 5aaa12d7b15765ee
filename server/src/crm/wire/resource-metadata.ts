import type { FastifyInstance } from 'fastify';
import { publicHeaders } from '../../http/cors/headers.ts';
import { isReading } from '../../http/methods.ts';
import { proofAlgorithms } from '../../oauth/dpop.ts';
import { issuerOf } from '../../oauth/issuer.ts';
import { apiResource, mcpMetadataPath, mcpResource, resourceMetadataPath } from '../../oauth/resources.ts';
import type { CrmContext } from './context.ts';

const maxAgeSeconds = 3600;

/**
 * Protected-resource metadata (RFC 9728 §2, §3): of the API at `/.well-known/oauth-protected-resource`, of the MCP server
 * at that path with its own behind it (§3.1). Any page may read them. Answered before any check of a call.
 */
export function serveResourceMetadata(app: FastifyInstance, context: CrmContext): void {
  const { dataCenter, environment, scopes } = context;
  const api = apiResource(dataCenter, environment);
  const shared = {
    authorization_servers: [issuerOf(dataCenter, 'standard')],
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: proofAlgorithms,
    dpop_bound_access_tokens_required: false,
  };
  const documents = new Map<string, string>([
    [
      resourceMetadataPath,
      JSON.stringify({
        resource: api,
        ...shared,
        scopes_supported: scopes.groups
          .filter(({ name }) => name.startsWith('ZohoCRM.'))
          .map(({ name }) => `${name}.ALL`),
        resource_name: `CRM API of data centre ${dataCenter.id}, ${environment}`,
        resource_documentation: `${api}/crm/v8/openapi.html`,
      }),
    ],
    [
      mcpMetadataPath,
      JSON.stringify({
        resource: mcpResource(dataCenter, environment),
        ...shared,
        scopes_supported: mcpScopes,
        resource_name: `CRM of data centre ${dataCenter.id}, ${environment}, as tools (MCP)`,
      }),
    ],
  ]);
  app.addHook('onRequest', async (request, reply) => {
    const { url = '' } = request.raw;
    // Every call of the API passes here.
    if (!url.startsWith(resourceMetadataPath) || !isReading(request.method)) return undefined;
    const document = documents.get(url.split('?', 1)[0] ?? '');
    if (document === undefined) return undefined;
    return reply
      .headers({
        ...publicHeaders,
        'content-type': 'application/json;charset=utf-8',
        'cache-control': `public, max-age=${maxAgeSeconds}`,
      })
      .send(document);
  });
}

/** What the tools of the MCP server need: those that ask for these scopes can use all of them. */
const mcpScopes = [
  ...['ZohoCRM.modules.ALL', 'ZohoCRM.settings.ALL', 'ZohoCRM.users.READ', 'ZohoCRM.org.READ'],
  // Clients of the protocol ask for just what is here, and would send the user to sign in again each hour.
  'offline_access',
];
