import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, test } from 'vitest';
import { jsonTypeOf } from '../../fields/field-kinds.ts';
import { type Field, servesRecords } from '../../kernel/metadata/metadata.ts';
import { standardMetadata, standardModules } from '../../kernel/metadata/standard-modules.ts';
import { versions } from '../../kernel/versions.ts';
import { operations } from '../../operations.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { isAsDescribed } from '../../testing/own-document.ts';
import { placeholdersOf } from './operation.ts';
import { pathParameters } from './parameters.ts';
import { documentSchema } from './testing/document-schema.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const get = (path: string) => crm.call('GET', path, { token: null });
const documentOf = async (version: string) => (await get(`/crm/${version}/openapi.json`)).json;

interface Described {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly security: readonly { readonly oauth: readonly string[] }[];
  readonly responses: Readonly<Record<string, object>>;
}
interface Document {
  readonly paths: Paths;
  readonly tags: readonly { readonly name: string }[];
  readonly components: {
    readonly securitySchemes: {
      readonly oauth: { readonly flows: { readonly authorizationCode: { readonly scopes: object } } };
    };
  };
}
type Paths = Readonly<Record<string, Readonly<Record<string, Described>>>>;

describe.each([...versions.keys()])('the document of %s', (version) => {
  test('has the form of OpenAPI 3.1, and its pointers lead somewhere', async () => {
    const json = await documentOf(version);
    const ajv = new Ajv2020({ strict: false });
    const validate = ajv.compile(documentSchema);
    expect(validate(json), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
    const schemas = new Set<object>();
    const look = (value: unknown, key: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if (key === 'schema') schemas.add(value);
      for (const [name, each] of Object.entries(value)) {
        if (name === '$ref') expect(pointed(json, each), each).toBeDefined();
        look(each, name);
      }
    };
    look(json, '');
    for (const schema of [...schemas, ...Object.values(json.components.schemas)]) {
      expect(ajv.validateSchema(schema as object), JSON.stringify(ajv.errors)).toBe(true);
    }
  });

  test('names its paths, scopes, chapters and operations without a fault', async () => {
    const { paths, tags, components } = (await documentOf(version)) as Document;
    const described = Object.values(paths).flatMap((methods) => Object.values(methods));
    expect(new Set(described.map(({ operationId }) => operationId)).size).toBe(described.length);
    const chapters = tags.map(({ name }) => name);
    const { scopes } = components.securitySchemes.oauth.flows.authorizationCode;
    for (const [path, methods] of Object.entries(paths)) {
      for (const operation of Object.values(methods)) {
        const { parameters = [], responses } = operation;
        const names = parameters.filter((each) => each.in === 'path').map(({ name }) => `{${name}}`);
        expect(names).toEqual(path.match(/\{\w+\}/g) ?? []);
        const keys = parameters.map(({ name, in: place }) => `${place} ${name.toLowerCase()}`);
        expect(new Set(keys).size, `${path} ${keys}`).toBe(keys.length);
        expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
        expect(chapters).toEqual(expect.arrayContaining([...operation.tags]));
        for (const { oauth } of operation.security)
          for (const scope of oauth) expect(Object.keys(scopes)).toContain(scope);
      }
    }
  });
});

function pointed(json: unknown, ref: unknown): unknown {
  return String(ref)
    .slice(2)
    .split('/')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], json);
}

test('every operation says what it does', () => {
  for (const row of operations) {
    const { about, method, path } = row;
    const name = `${method} ${path}`;
    expect(about.summary, name).toMatch(/^[A-Z].*[^.]$/);
    expect(about.text ?? '.', name).toMatch(/\.$/);
    for (const placeholder of placeholdersOf(row))
      expect(pathParameters[placeholder]?.description, name).toMatch(/\.$/);
    for (const { description } of [...(about.query ?? []), ...(about.headers ?? [])]) {
      expect(description, name).toMatch(/\.$/);
    }
  }
});

describe('records', () => {
  const given: Readonly<Record<string, unknown>> = { date: '2026-03-10', datetime: '2026-03-11T12:00:00Z' };

  test.each(standardModules.filter(servesRecords))('of $apiName have the fields of their schema', async (module) => {
    const { apiName } = module;
    const item: Record<string, unknown> = {};
    for (const field of module.fields.filter(({ mandatory }) => mandatory)) item[field.apiName] = await valueFor(field);
    const created = await crm.call('POST', `/crm/v8/${apiName}`, { body: { data: [item] } });
    expect(created.status, created.text).toBe(201);
    const path = `/crm/v8/${apiName}/${created.json.data[0].details.id}`;
    expect(isAsDescribed(`New${apiName}`, item)).toBeUndefined();
    expect(isAsDescribed(apiName, (await crm.call('GET', path)).json.data[0])).toBeUndefined();
    // What the schema asks of a new record, the server asks too.
    const empty = await crm.call('POST', `/crm/v8/${apiName}`, { body: { data: [{}] } });
    expect(isAsDescribed(`New${apiName}`, {}) === undefined).toBe(empty.status === 201);
  });

  async function valueFor(field: Field): Promise<unknown> {
    const [target] = field.lookupModules;
    if (field.dataType === 'subform') {
      const rows = standardMetadata.find(field.subform as string)?.fields.filter(({ mandatory }) => mandatory) ?? [];
      return [Object.fromEntries(await Promise.all(rows.map(async (each) => [each.apiName, await valueFor(each)])))];
    }
    const choice = field.pickList.find(({ value }) => value !== '-None-');
    if (choice) return choice.value;
    if (target === undefined) return given[field.dataType] ?? (jsonTypeOf(field) === 'string' ? 'x' : 1);
    const name = standardMetadata.find(target)?.displayField as string;
    const data = [{ [name === 'Full_Name' ? 'Last_Name' : name]: 'x' }];
    const made = await crm.call('POST', `/crm/v8/${target}`, { body: { data } });
    const { id } = made.json.data[0].details;
    return field.dataType === 'lookup' ? { id } : { id, module: { api_name: target } };
  }
});

test('versions have what the table gives them', async () => {
  for (const [name, { number }] of versions) {
    const { paths } = (await documentOf(name)) as { paths: Paths };
    const served = operations.filter(({ since = 0 }) => since <= number);
    expect(Object.values(paths).flatMap((methods) => Object.keys(methods))).toHaveLength(
      new Set(served.map(({ method, path }) => `${method} ${path}`)).size,
    );
  }
  const lists = async (version: string) => (await documentOf(version)).paths[`/crm/${version}/{module}`].get;
  const names = ({ parameters }: { parameters: { name: string; required?: boolean }[] }) =>
    parameters.filter(({ required }) => required).map(({ name }) => name);
  expect(names(await lists('v2'))).toEqual(['module']);
  expect(names(await lists('v3'))).toEqual(['module', 'fields']);
  expect((await get('/crm/v99/openapi.json')).status).toBe(404);
});

test('the page has nothing of elsewhere, and no inline script or style', async () => {
  const page = await get('/crm/v8/openapi.html');
  expect(page.headers['content-type']).toMatch('text/html');
  expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
  const files = ['openapi.css', 'openapi.js', 'openapi-call.js'];
  const texts = await Promise.all(files.map(async (file) => (await get(`/crm/v8/${file}`)).text));
  expect(page.text).not.toMatch(/https?:|<style|<script>| on\w+=|style=/);
  for (const text of texts) expect(text).not.toMatch(/@import|\burl\(|innerHTML|Storage|document\.cookie/);
  // Other methods, and other files, are calls like any other.
  expect((await crm.call('POST', '/crm/v8/openapi.json', { token: null })).status).toBe(401);
  expect((await get('/crm/v8/openapi-call.css')).status).toBe(401);
});
