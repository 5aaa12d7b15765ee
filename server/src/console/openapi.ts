import { platformVersion } from '../foundation/version.ts';
import type { ConsoleRoute } from './route.ts';
import { failure, signOut } from './wire.ts';

const refusals = {
  400: 'What came cannot be taken: the field it is about, where there is one.',
  401: 'Nobody is signed in (`SIGNED_OUT`).',
  403: 'The call did not come from a page of the console (`FOREIGN_CALL`), or a recent sign-in is needed (`PASSWORD_NEEDED`, `SIGN_IN_NEEDED`).',
  404: "There is no such thing, or it is another user's.",
  409: 'It cannot be done in this state.',
  429: 'Too often: try again later.',
  503: 'The database does not answer; try again in a moment.',
} as const;

const csrfParameter = {
  name: 'x-csrf-token',
  in: 'header',
  required: true,
  description: 'As GET /api/session tells it.',
  schema: { type: 'string' },
};

const passedMethods = ['get', 'post', 'put', 'patch', 'delete'] as const;
const pathParameter = (name: string, description: string) => ({
  ...{ name, in: 'path', required: true, description },
  schema: { type: 'string' },
});

/** What is served beside the table of routes. */
const unlisted = {
  '/api/sign-out': {
    post: {
      operationId: 'post_sign_out',
      tags: ['session'],
      summary: 'Signs out of the console and of the accounts server',
      security: [{ session: [] }, {}],
      parameters: [{ ...csrfParameter, required: false }],
      responses: {
        200: {
          description: 'Nobody is signed in any more.',
          content: { 'application/json': { schema: signOut } },
        },
        403: refusalOf(403),
        503: refusalOf(503),
      },
    },
  },
  '/api/crm/{environment}/{organizationId}/{path}': {
    parameters: [
      pathParameter('environment', 'production, sandbox or developer'),
      pathParameter('organizationId', "One of the user's organizations"),
      pathParameter('path', 'What follows /crm/ in a call of the CRM API: v8/Leads'),
    ],
    ...Object.fromEntries(
      passedMethods.map((method) => [
        method,
        {
          operationId: `${method}_crm`,
          tags: ['crm'],
          summary: "The CRM API with the user's own grant; query, body and answer are those of /crm/v8/openapi.json",
          ...(method !== 'get' && { parameters: [csrfParameter] }),
          responses: {
            '2XX': { description: "The CRM API's answer." },
            '4XX': { description: "A refusal, the CRM API's or the console's." },
          },
        },
      ]),
    ),
  },
};

function refusalOf(status: keyof typeof refusals): object {
  const schema = { $ref: '#/components/schemas/Failure' };
  return { description: refusals[status], content: { 'application/json': { schema } } };
}

/** The OpenAPI 3.1 document of the console's own API, made from the table of its routes. */
export function describeApi(routes: readonly ConsoleRoute[]): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = `/api${route.path.replaceAll(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'API Console',
      version: platformVersion,
      description: "What the console's pages call, with the session cookie of the console.",
    },
    servers: [{ url: '/' }],
    security: [{ session: [] }],
    paths: { ...paths, ...unlisted },
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'grantway_console_session_{dataCenter}' },
      },
      schemas: { Failure: failure },
    },
  };
}

function describeRoute(route: ConsoleRoute): object {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(route.query ?? {}).map(([name, description]) => ({
    ...{ name, in: 'query', description },
    schema: { type: 'string' },
  }));
  const parameters = [...inPath, ...inQuery, ...(route.method === 'GET' ? [] : [csrfParameter])];
  const status = route.status ?? (route.answer || route.answerType ? 200 : 204);
  const content = contentOf(route);
  return {
    operationId: operationIdOf(route),
    tags: [route.path.split('/')[1]],
    summary: route.summary,
    ...(route.operator && { description: 'For operators only.' }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }),
    responses: {
      [status]: { description: 'It went well.', ...content },
      ...Object.fromEntries(
        Object.entries(route.alsoStatus ?? {}).map(([also, description]) => [also, { description, ...content }]),
      ),
      ...Object.fromEntries(
        Object.keys(refusals).map((refused) => [refused, refusalOf(Number(refused) as keyof typeof refusals)]),
      ),
    },
  };
}

function contentOf({ answer, answerType }: ConsoleRoute): object {
  if (answerType === 'application/zip') return { content: { [answerType]: {} } };
  // Of a stream: the data of each of its messages.
  return answer ? { content: { [answerType ?? 'application/json']: { schema: answer } } } : {};
}

/** `GET /clients/:id/secrets` → `get_clients_id_secrets` */
function operationIdOf({ method, path }: ConsoleRoute): string {
  return `${method.toLowerCase()}${path.replaceAll(/[^A-Za-z0-9]+/g, '_')}`;
}
