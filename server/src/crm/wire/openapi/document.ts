import type { DataCenter, Environment } from '../../../config/data-centers.ts';
import { apiOrigin } from '../../../config/data-centers.ts';
import { platformScopes } from '../../../oauth/scopes.ts';
import { addressOf, type Operation } from '../../kernel/operation.ts';
import { type Version, versions } from '../../kernel/versions.ts';
import { describeOperation } from './operation.ts';
import { headers, refusalSchemas, sharedResponses } from './refusals.ts';
import { SchemaShelf } from './schema-shelf.ts';

/** Operations that belong together, in the order of the document. */
export type Chapters = Readonly<Record<string, readonly Operation[]>>;

/**
 * The OpenAPI 3.1 document of one version, made from the table that routes and enforces scopes: what is not in it does
 * not exist.
 */
export function openApiDocument(
  chapters: Chapters,
  version: Version,
  dataCenter: DataCenter,
  environment: Environment,
): object {
  const shelf = new SchemaShelf(version.number);
  const paths: Record<string, Record<string, object>> = {};
  const scopes = new Set<string>();
  for (const [tag, operations] of Object.entries(chapters)) {
    for (const operation of operations.filter(({ since = 0 }) => since <= version.number)) {
      const path = documentPath(operation, version);
      const described = describeOperation(operation, version, shelf);
      for (const { oauth } of described.security) for (const scope of oauth) scopes.add(scope);
      const servers = operation.about.atContentOrigin && [
        { url: dataCenter.origins.content },
        { url: apiOrigin(dataCenter, environment) },
      ];
      paths[path] = {
        ...paths[path],
        [operation.method.toLowerCase()]: { tags: [tag], ...described, ...(servers ? { servers } : {}) },
      };
    }
  }
  const { accounts } = dataCenter.origins;
  return {
    openapi: '3.1.0',
    'x-versions': [...versions.keys()],
    // Where the page to try calls gets a token from.
    'x-console': { origin: dataCenter.origins.console, environment },
    info: {
      title: 'CRM REST API',
      version: version.name,
      description:
        'Unknown parameters and unknown keys of bodies are ignored. Every answer has a request id, by which the log ' +
        'and the events of the platform know the call.',
    },
    servers: [{ url: apiOrigin(dataCenter, environment), description: `The ${environment} environment` }],
    tags: Object.keys(chapters).map((name) => ({ name })),
    paths,
    components: {
      schemas: { ...refusalSchemas, ...shelf.schemas },
      headers,
      responses: sharedResponses,
      securitySchemes: {
        oauth: {
          type: 'oauth2',
          description:
            'Send the access token as "Authorization: Zoho-oauthtoken <token>"; "Bearer" is accepted too. The scopes ' +
            'of an operation are the narrowest that open it; wider ones, as ZohoCRM.modules.ALL, cover them.',
          flows: {
            authorizationCode: {
              authorizationUrl: `${accounts}/oauth/v2/auth`,
              tokenUrl: `${accounts}/oauth/v2/token`,
              refreshUrl: `${accounts}/oauth/v2/token`,
              scopes: Object.fromEntries(
                [...scopes].sort().map((scope) => [scope, platformScopes.parse(scope)?.sentence ?? '']),
              ),
            },
          },
        },
      },
    },
  };
}

/** The path of an operation as the document has it, with its placeholders. */
export function documentPath({ path }: Operation, { name }: Version): string {
  return addressOf(path, name);
}
