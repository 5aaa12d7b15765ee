import type { ConsoleRoute } from './route.ts';

/** The OpenAPI 3.1 document of the console's own API, made from the table of its routes. */
export function describeApi(routes: readonly ConsoleRoute[]): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = `/api${route.path.replaceAll(/:(\w+)/g, '{$1}')}`;
    const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
    const parameters = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
    const status = route.status ?? (route.answer ? 200 : 204);
    paths[path] = {
      ...paths[path],
      [route.method.toLowerCase()]: {
        summary: route.summary,
        ...(parameters.length > 0 && { parameters }),
        ...(route.body && { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }),
        responses: {
          [status]: {
            description: 'It went well.',
            ...(route.answer && { content: { 'application/json': { schema: route.answer } } }),
          },
          default: { description: 'A refusal: `error.code`, `error.message`, and the field it is about.' },
        },
      },
    };
  }
  return { openapi: '3.1.0', info: { title: 'API Console', version: '1' }, paths };
}
