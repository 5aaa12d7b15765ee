import type { FastifyInstance, FastifySchema } from 'fastify';
import { Type } from 'typebox';
import { platformVersion } from '../foundation/version.ts';

/** A route of the admin API, as Fastify was told of it. */
export interface DescribedRoute {
  readonly method: string;
  readonly path: string;
  readonly schema: FastifySchema | undefined;
}

/** What each call is for. */
const summaries: Readonly<Record<string, string>> = {
  'GET /openapi.json': 'This document',
  'GET /settings': 'Every lifetime, limit and switch with its value',
  'GET /data-centers': 'The data centres with their origins',
  'GET /data-centers/:id/signing-keys': 'The keys that sign ID tokens',
  'POST /data-centers/:id/signing-keys/rotate': 'Make a new signing key',
  'POST /data-centers/:id/signing-keys/retire': 'Take a signing key away at once',
  'POST /users': 'Create a user with an organization',
  'PATCH /users': 'Change a user',
  'GET /sessions': 'The sessions of a user',
  'DELETE /sessions': 'End sessions of a user',
  'GET /clients': 'All clients',
  'POST /clients': 'Register a client',
  'POST /registration-tokens': 'Make an initial access token, with which clients register themselves',
  'GET /clients/:id': 'One client',
  'PATCH /clients/:id': 'Change a client',
  'DELETE /clients/:id': 'Delete a client',
  'GET /clients/:id/profile-check': "What of a client's recorded traffic the strict profile would break",
  'POST /clients/:id/rotate-secret': 'Replace the secret of a client',
  'POST /self-client-codes': 'Make a code for a self client',
  'POST /imports': 'Begin, or go on with, an import',
  'POST /imports/rows': 'Import rows',
  'POST /imports/close': 'End an import',
  'GET /module-fields': 'The fields of modules',
  'GET /assignment-rules': 'The assignment rules of an organization',
  'POST /assignment-rules': 'Make an assignment rule',
  'DELETE /assignment-rules/:id': 'Delete an assignment rule',
  'GET /blueprints': 'The blueprints of an organization',
  'POST /blueprints': 'Define a blueprint',
  'DELETE /blueprints/:id': 'Delete a blueprint',
  'POST /layouts': 'Define a layout of a module',
  'GET /mail-templates': 'The templates of mails of an organization',
  'POST /mail-templates': 'Define a template of mails',
  'DELETE /mail-templates/:id': 'Delete a template of mails',
  'PUT /territories': 'Switch territories on or off',
  'GET /metrics': 'Metrics of the processes of this platform, as Prometheus reads them',
  'GET /mails': 'The outbox',
  'GET /mails/:id': 'One mail of the outbox',
  'POST /tokens/inspect': 'Explain a code or token',
  'GET /cors-check': 'Check a call of a page as a browser would',
  'GET /data-centers/:id/outside-providers': 'Outside OpenID providers whose users may sign in',
  'POST /data-centers/:id/outside-providers': 'Add or replace an outside provider',
  'DELETE /data-centers/:id/outside-providers': 'Remove an outside provider, with the links to it',
  'POST /users/move': 'Move a user, with the organization, to another data centre',
  'GET /backup': 'A backup of all data centres and the directory, or of one data centre, as a file',
  'GET /audit': 'The audit log: who did what, when and from where',
  'GET /audit/verify': 'Whether the chain of the audit log holds',
  'GET /events': 'Protocol events',
  'GET /flows': 'Flows: what happened, request by request',
  'GET /flows/:id': 'One flow with its steps, by its id or that of a request',
  'GET /flows/:id/diagram': 'Its sequence diagram as text and as SVG',
  'GET /demo': "The demo's accounts and clients",
  'GET /lab/clock': "The platform's time",
  'POST /lab/clock/advance': 'Move the time on',
  'POST /lab/clock/set': 'Set the time',
  'POST /lab/clock/speed': 'Let the time run faster or slower',
  'POST /lab/clock/reset': "Back to the machine's time",
  'GET /lab/faults': 'The fault rules in force',
  'POST /lab/faults': 'Make calls fail',
  'DELETE /lab/faults': 'Remove all fault rules',
  'DELETE /lab/faults/:id': 'Remove a fault rule',
  'GET /lab/snapshots': 'The snapshots',
  'PUT /lab/snapshots/:id': 'Save the state of the whole platform under this name',
  'POST /lab/snapshots/:id/restore': 'Bring a state back',
  'DELETE /lab/snapshots/:id': 'Delete a snapshot',
  'GET /lab/snapshots/:id/file': 'A snapshot as a file, for another machine',
  'POST /lab/snapshots/import': 'Take the file of a snapshot over',
  'POST /lab/reset': 'Back to what a first start with a demo makes',
  'POST /lab/fixtures': 'Make users, organizations, clients, records and grants',
  'POST /lab/flows/:id/replay': 'Do the requests of a flow again, and compare how they come out',
  'GET /lab/flows/:id/test': 'A flow as the source of a test',
  'POST /lab/codes': 'A code without a browser, as if the user had accepted',
  'POST /lab/tokens': 'Tokens without a browser, as if the user had accepted',
};

const failure = Type.Object({ error: Type.Object({ code: Type.String(), message: Type.String() }) });
const refusals = {
  400: 'What came cannot be taken; the message says what was expected.',
  401: 'The admin token is missing or wrong.',
  404: 'There is no such thing.',
  409: 'It cannot be done in this state.',
  503: 'A database does not answer for the moment.',
} as const;
const content = (schema: unknown) => ({ 'application/json': { schema } });
const shown = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Serves `GET /openapi.json`, made from the schemas of the routes that the app has by then. */
export function registerDescription(app: FastifyInstance, routes: readonly DescribedRoute[]): void {
  app.get('/openapi.json', async () => describeAdminApi(routes));
}

/** The OpenAPI 3.1 document of the admin API. */
export function describeAdminApi(routes: readonly DescribedRoute[]): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes.filter(({ method }) => shown.has(method))) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Grantway admin API',
      version: platformVersion,
      description: 'What the command line calls: on this machine only, with the token of the file admin-token.',
    },
    servers: [{ url: '/' }],
    security: [{ adminToken: [] }],
    paths,
    components: {
      securitySchemes: { adminToken: { type: 'http', scheme: 'bearer' } },
      schemas: { Failure: failure },
    },
  };
}

function describeRoute({ method, path, schema = {} }: DescribedRoute): object {
  const { body, params, querystring, response } = schema as {
    body?: object;
    params?: ObjectSchema;
    querystring?: ObjectSchema;
    response?: Record<string, object>;
  };
  const parameters = [...parametersOf(params, 'path'), ...parametersOf(querystring, 'query')];
  const answers = Object.entries(response ?? { 200: {} });
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[^A-Za-z0-9]+/g, '_')}`,
    tags: [path.split('/')[1]],
    summary: summaries[`${method} ${path}`],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: content(body) } }),
    responses: {
      ...Object.fromEntries(
        answers.map(([status, answer]) => [status, { description: 'It went well.', content: content(answer) }]),
      ),
      ...Object.fromEntries(
        Object.entries(refusals).map(([status, description]) => [
          status,
          { description, content: content({ $ref: '#/components/schemas/Failure' }) },
        ]),
      ),
    },
  };
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

function parametersOf({ properties = {}, required = [] }: ObjectSchema = {}, place: 'path' | 'query'): object[] {
  return Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: place, schema },
    required: place === 'path' || (required.includes(name) && !('default' in schema)),
  }));
}
