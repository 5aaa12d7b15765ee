import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';
import { consoleRoutes } from './console-app.ts';
import { CrmCaller } from './crm.ts';
import { Streams } from './streams.ts';
import type { ConsoleDocument } from './testing/described-answers.ts';

let platform: TestPlatform;
let document: ConsoleDocument;
const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } });

beforeAll(async () => {
  platform = await startTestPlatform();
  const origin = platform.topology.dataCenters[0]?.origins.console;
  document = (await (await fetch(`${origin}/api/openapi.json`)).json()) as ConsoleDocument;
});
afterAll(() => platform.stop());

test('the document has the form of OpenAPI 3.1, and each of its schemas that of JSON Schema', async () => {
  const validator = new Validator();
  expect(await validator.validate({ ...document })).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
  const schemas: object[] = Object.values(document.components.schemas);
  const look = (value: unknown, key: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if (key === 'schema') schemas.push(value);
    for (const [name, each] of Object.entries(value)) {
      if (name === '$ref') expect(each).toBe('#/components/schemas/Failure');
      look(each, name);
    }
  };
  look(document, '');
  expect(schemas.length).toBeGreaterThan(100);
  for (const schema of schemas) {
    expect(ajv.validateSchema(schema), JSON.stringify(ajv.errors)).toBe(true);
  }
});

test('every route is in it, and what a route needs is named', () => {
  const routes = consoleRoutes(new Streams(), new CrmCaller({ notices: { subscribe() {} } } as never));
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      method === 'parameters' ? [] : [{ ...operation, path, method }],
    ),
  );
  const ids = described.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const route of routes) {
    const path = `/api${route.path.replaceAll(/:(\w+)/g, '{$1}')}`;
    const operation = document.paths[path]?.[route.method.toLowerCase()];
    expect(operation, `${route.method} ${path}`).toBeDefined();
    const names = (place: string) => operation?.parameters?.filter((each) => each.in === place).map(({ name }) => name);
    expect(names('path') ?? []).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    expect(names('header') ?? []).toEqual(route.method === 'GET' ? [] : ['x-csrf-token']);
  }
  const beside = ['/api/sign-out', '/api/crm/{environment}/{organizationId}/{path}'];
  const known = new Set([...routes.map(({ path }) => `/api${path.replaceAll(/:(\w+)/g, '{$1}')}`), ...beside]);
  expect(described.filter(({ path }) => !known.has(path))).toEqual([]);
});
