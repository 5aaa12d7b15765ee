import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, expect, test } from 'vitest';
import { operations } from '../operations.ts';
import { startCrm } from '../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const get = (path: string) => crm.call('GET', path, { token: null });

test('every operation of the table is in the document, with scopes and path parameters', async () => {
  const { status, json } = await get('/crm/v8/openapi.json');
  expect([status, json.openapi]).toEqual([200, '3.1.0']);
  const described = Object.values(json.paths as Record<string, object>).flatMap((path) => Object.values(path));
  expect(described).toHaveLength(new Set(operations.map(({ method, path }) => `${method} ${path}`)).size);
  expect(new Set(described.map(({ operationId }) => operationId)).size).toBe(described.length);
  for (const [path, methods] of Object.entries(
    json.paths as Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>,
  )) {
    for (const { parameters = [] } of Object.values(methods)) {
      const names = parameters.filter((each) => each.in === 'path').map(({ name }) => `{${name}}`);
      expect(names).toEqual(path.match(/\{\w+\}/g) ?? []);
    }
  }
  const scopes = new Set(Object.keys(json.components.securitySchemes.oauth.flows.authorizationCode.scopes));
  for (const { security } of described) {
    for (const { oauth } of security) for (const scope of oauth) expect(scopes.has(scope), scope).toBe(true);
  }
  const ajv = new Ajv2020({ strict: false, formats: { binary: true } });
  for (const schema of Object.values(json.components.schemas)) {
    expect(() => ajv.compile({ ...(schema as object), components: json.components })).not.toThrow();
  }
  const refused = await crm.call('GET', '/crm/v8/Leads');
  const validate = ajv.compile({ ...json.components.schemas.Error, components: json.components });
  expect(validate(refused.json)).toBe(true);
});

test('versions leave out what they do not have', async () => {
  const paths = async (version: string) => Object.keys((await get(`/crm/${version}/openapi.json`)).json.paths);
  expect(await paths('v2')).not.toContain('/crm/v2/__composite_requests');
  expect(await paths('v2.1')).toContain('/crm/v2.1/__composite_requests');
  expect((await get('/crm/v99/openapi.json')).status).toBe(404);
});

test('the page loads nothing from elsewhere and holds no inline script or style', async () => {
  const page = await get('/crm/v8/openapi.html');
  expect(page.headers['content-type']).toMatch('text/html');
  expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
  expect(page.text).not.toMatch(/https?:|<style|<script>| on\w+=|style=/);
  for (const file of ['openapi.css', 'openapi.js']) expect((await get(`/crm/v8/${file}`)).status).toBe(200);
  // Other methods are calls like any other.
  expect((await crm.call('POST', '/crm/v8/openapi.json', { token: null })).status).toBe(401);
});
