/** JSON Schema (draft 2020-12), the words in which operations describe their bodies and answers. */
export type Schema = { readonly [keyword: string]: unknown };

type Properties = Readonly<Record<string, Schema>>;

export const text: Schema = { type: 'string' };
export const flag: Schema = { type: 'boolean' };
export const integer: Schema = { type: 'integer' };
export const number: Schema = { type: 'number' };
export const anything: Schema = {};
export const anyObject: Schema = { type: 'object', additionalProperties: true };
export const time: Schema = { type: 'string', format: 'date-time' };
export const address: Schema = { type: 'string', format: 'uri' };
export const id: Schema = { type: 'string', pattern: '^[0-9]{1,19}$' };
/** An id in a request: numbers are taken too. */
export const idGiven: Schema = { type: ['string', 'integer'], pattern: '^[0-9]{1,19}$' };

export const exactly = (value: unknown): Schema => ({ const: value });
export const oneOf = (...words: readonly string[]): Schema => ({ type: 'string', enum: words });
export const orNull = (schema: Schema): Schema =>
  // What has a name stays whole, so that the name means one thing.
  typeof schema.type === 'string' && !('enum' in schema) && !('title' in schema)
    ? { ...schema, type: [schema.type, 'null'] }
    : { anyOf: [schema, { type: 'null' }] };
export const either = (...schemas: readonly Schema[]): Schema => ({ anyOf: schemas });
export const listOf = (items: Schema, limits: { readonly min?: number; readonly max?: number } = {}): Schema => ({
  type: 'array',
  items,
  ...(limits.min === undefined ? {} : { minItems: limits.min }),
  ...(limits.max === undefined ? {} : { maxItems: limits.max }),
});
/** A schema to which more can be said without touching one that has a name. */
const orAlone = (schema: Schema): Schema => ('title' in schema ? { anyOf: [schema] } : schema);

/** Says what a value means. */
export const noted = (schema: Schema, description: string): Schema => ({ ...orAlone(schema), description });

/** An object of an answer: it has all of these keys, apart from the optional ones. */
export const shape = (properties: Properties, optional: Properties = {}): Schema => ({
  type: 'object',
  required: Object.keys(properties),
  properties: { ...properties, ...optional },
});

/** An object of a request: it must have the keys of the first list; what it has beside those of both is ignored. */
export const input = (required: Properties, optional: Properties = {}): Schema => ({
  ...(Object.keys(required).length === 0 ? {} : { required: Object.keys(required) }),
  type: 'object',
  properties: { ...required, ...optional },
  additionalProperties: true,
});

/** Several keys with the same schema. */
export const all = (schema: Schema, ...keys: readonly string[]): Properties =>
  Object.fromEntries(keys.map((key) => [key, schema]));

/** A key of an object that came with a version; the documents of older ones do not have it. */
export const since = (version: number, schema: Schema): Schema => ({ ...orAlone(schema), 'x-since': version });

/** A key of an object that went with a version; the documents of that one and newer ones do not have it. */
export const before = (version: number, schema: Schema): Schema => ({ ...orAlone(schema), 'x-before': version });

/** A schema that the document keeps once, under its name, and points to. */
export const named = (title: string, schema: Schema): Schema => ({ title, ...schema });

/** `{"name":…,"id":…}`: how answers name a user, a role and the like. */
export const reference = named('Reference', shape({ name: orNull(text), id }));
/** A module, as answers name it. */
export const moduleReference = named('ModuleReference', shape({ api_name: text, id }));
/** `"…"` or `{"id":"…"}`: how requests name a user, a role and the like. */
export const referenceGiven = named('ReferenceGiven', either(idGiven, input({ id: idGiven })));
