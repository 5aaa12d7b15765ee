import type { DataCenter, Environment } from '../../config/data-centers.ts';
import { apiOrigin } from '../../config/data-centers.ts';
import { errorCatalogue } from '../errors.ts';
import type { Operation } from '../http/router.ts';
import type { Version } from '../http/versions.ts';

/**
 * The OpenAPI 3.1 document of one version, made from the table that routes and enforces scopes: what is not in it does
 * not exist. Bodies of records depend on the organization's fields and are described by their envelopes (crm-api 3.6).
 */
export function openApiDocument(
  operations: readonly Operation[],
  version: Version,
  dataCenter: DataCenter,
  environment: Environment,
): object {
  const served = operations.filter(({ since }) => since === undefined || since <= version.number);
  const paths: Record<string, Record<string, object>> = {};
  const scopes = new Set<string>();
  for (const operation of served) {
    const path = pathOf(operation, version);
    const described = describe(operation, scopes);
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: described };
  }
  const { accounts } = dataCenter.origins;
  return {
    openapi: '3.1.0',
    info: { title: 'CRM REST API', version: version.name },
    servers: [{ url: apiOrigin(dataCenter, environment) }],
    paths,
    components: {
      schemas,
      responses: {
        Error: { description: 'The request is refused.', content: json({ $ref: '#/components/schemas/Error' }) },
      },
      securitySchemes: {
        oauth: {
          type: 'oauth2',
          description: 'Send the access token as "Authorization: Zoho-oauthtoken <token>"; "Bearer" is accepted too.',
          flows: {
            authorizationCode: {
              authorizationUrl: `${accounts}/oauth/v2/auth`,
              tokenUrl: `${accounts}/oauth/v2/token`,
              scopes: Object.fromEntries([...scopes].sort().map((scope) => [scope, ''])),
            },
          },
        },
      },
    },
  };
}

const json = (schema: object) => ({ 'application/json': { schema } });
const anyObject = { type: 'object', additionalProperties: true };

const schemas = {
  Error: {
    type: 'object',
    required: ['code', 'details', 'message', 'status'],
    properties: {
      code: { type: 'string', enum: Object.keys(errorCatalogue) },
      details: anyObject,
      message: { type: 'string' },
      status: { const: 'error' },
    },
  },
  Item: {
    description: 'What became of one item of a write.',
    anyOf: [
      {
        type: 'object',
        required: ['code', 'details', 'message', 'status'],
        properties: {
          code: { type: 'string' },
          details: anyObject,
          message: { type: 'string' },
          status: { const: 'success' },
        },
      },
      { $ref: '#/components/schemas/Error' },
    ],
  },
  Request: { ...anyObject, description: 'An object with the list of items, such as {"data":[{…}]}.' },
  Answer: {
    ...anyObject,
    description: 'An object with a list (data, or the plural of what is asked for), and info where there are pages.',
    properties: { data: { type: 'array', items: anyObject }, info: anyObject },
  },
};

function pathOf({ path }: Operation, { name }: Version): string {
  return path.startsWith('/bulk/') ? `/crm/bulk/${name}/${path.slice('/bulk/'.length)}` : `/crm/${name}/${path}`;
}

function describe(operation: Operation, scopes: Set<string>): object {
  const { method, path, takesFiles } = operation;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
  const needed = operation.scopes(names.map((name) => (name === 'module' ? 'Leads' : name)));
  for (const scope of needed.flat()) scopes.add(scope);
  const body = takesFiles
    ? {
        'multipart/form-data': {
          schema: { type: 'object', properties: { file: { type: 'string', format: 'binary' } } },
        },
      }
    : json({ $ref: '#/components/schemas/Request' });
  const success = { description: 'The answer.', content: json({ $ref: '#/components/schemas/Answer' }) };
  const refused = { $ref: '#/components/responses/Error' };
  return {
    operationId: `${method.toLowerCase()} ${path}`.replace(/[^A-Za-z0-9]+/g, '_').replace(/_$/, ''),
    tags: [
      path
        .replace(/^\/bulk\//, 'bulk ')
        .split('/')[0]
        ?.replace('{module}', 'records'),
    ],
    summary: `${method} ${path}`,
    ...(path.includes('{module}')
      ? { description: 'Scopes are those of the module; here they are shown for Leads.' }
      : {}),
    parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...(method === 'GET' || method === 'DELETE' ? {} : { requestBody: { content: body } }),
    // Every group is needed, by one of its scopes: alternatives multiply.
    security: needed
      .reduce<string[][]>((all, group) => all.flatMap((held) => group.map((scope) => [...held, scope])), [[]])
      .map((held) => ({ oauth: held })),
    responses: {
      '200': success,
      ...(method === 'GET' ? { '204': { description: 'Nothing to answer.' } } : {}),
      ...(method === 'POST' ? { '201': success } : {}),
      ...(method === 'GET' ? {} : { '207': success }),
      '400': refused,
      '401': refused,
      '403': refused,
      '404': refused,
      '429': refused,
    },
  };
}
