/**
 * The form of an OpenAPI 3.1 document as far as ours uses it: each object of the specification with its fixed keys, and
 * no other key. Schemas inside are checked against the meta-schema of JSON Schema by whoever compiles them.
 */
type Keys = Readonly<Record<string, object>>;

const text = { type: 'string', minLength: 1 };
const flag = { type: 'boolean' };
const url = { type: 'string', pattern: '^https?://' };
const object = (required: Keys, optional: Keys = {}) => ({
  type: 'object',
  required: Object.keys(required),
  properties: { ...required, ...optional },
  additionalProperties: false,
});
const map = (values: object, names = '.') => ({
  type: 'object',
  patternProperties: { [names]: values },
  additionalProperties: false,
});
const list = (items: object, minItems = 0) => ({ type: 'array', items, minItems });
const pointer = (place: string) => object({ $ref: { type: 'string', pattern: `^#/components/${place}/[\\w.-]+$` } });
const orPointer = (value: object, place: string) => ({
  if: { type: 'object', required: ['$ref'] },
  // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
  then: pointer(place),
  else: value,
});
const anySchema = { type: 'object' };

const server = object({ url }, { description: text });
const mediaType = object({}, { schema: anySchema });
const content = map(mediaType, '^[\\w*.+-]+/[\\w*.+-]+$');
const header = object({ schema: anySchema }, { description: text });
const headers = map(orPointer(header, 'headers'), '^[\\w-]+$');
const response = object({ description: text }, { headers, content });
const parameter = {
  ...object(
    { name: text, in: { enum: ['path', 'query', 'header'] }, schema: anySchema, description: text },
    { required: flag },
  ),
  if: { properties: { in: { const: 'path' } } },
  // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
  then: { required: ['required'], properties: { required: { const: true } } },
};
const operation = object(
  {
    operationId: { type: 'string', pattern: '^\\w+$' },
    tags: list(text, 1),
    summary: { type: 'string', minLength: 5, maxLength: 70 },
    security: list(map(list(text, 1), '^oauth$'), 1),
    responses: map(orPointer(response, 'responses'), '^[1-5]\\d\\d$'),
  },
  {
    description: text,
    parameters: list(parameter),
    requestBody: object({ content }, { required: flag }),
    servers: list(server, 1),
  },
);
const flow = object({ authorizationUrl: url, tokenUrl: url, scopes: map(text) }, { refreshUrl: url });

export const documentSchema = object(
  {
    openapi: { type: 'string', pattern: '^3\\.1\\.\\d+$' },
    info: object({ title: text, version: text }, { description: text }),
    paths: map(map(operation, '^(get|post|put|patch|delete)$'), '^/'),
  },
  {
    'x-versions': list(text, 1),
    'x-console': object({ origin: text, environment: text }),
    servers: list(server, 1),
    tags: list(object({ name: text }, { description: text })),
    components: object(
      {},
      {
        schemas: map(anySchema, '^[\\w.-]+$'),
        headers,
        responses: map(response, '^[\\w.-]+$'),
        securitySchemes: map(
          object({ type: { const: 'oauth2' }, flows: object({ authorizationCode: flow }) }, { description: text }),
        ),
      },
    ),
  },
);
