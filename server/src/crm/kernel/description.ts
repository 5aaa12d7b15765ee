import type { ErrorCode } from './errors.ts';
import { type Schema, shape, text } from './schema.ts';

/**
 * What clients are told of an operation beside its path, method and scopes. It stands in the operation's row; the
 * OpenAPI documents are made of nothing else, and the tests hold every answer of the server against them.
 */
export interface Description {
  /** What the operation does, as in "Create records". */
  readonly summary: string;
  /** What the rest does not say: rules, limits, sentences. */
  readonly text?: string;
  readonly query?: readonly Parameter[];
  readonly headers?: readonly Parameter[];
  /** The JSON body, or the parts of a multipart body for an operation that takes files. */
  readonly body?: Schema;
  /** Whether the body may be absent. */
  readonly bodyOptional?: true;
  /** What is answered to a read, by status. */
  readonly answers?: Readonly<Record<number, Answer>>;
  /** What is answered to a write: one answer for each item. */
  readonly writes?: Writes;
  /** The content origin serves it, beside the API's own. */
  readonly atContentOrigin?: true;
  /** Codes of refusals, of the request and of its items, beside those that every operation has. */
  readonly errors?: readonly ErrorCode[];
}

/** What an operation, a parameter or an answer has only in some versions. */
interface Versioned {
  /** The first version. */
  readonly since?: number;
  /** The version that no longer has it. */
  readonly before?: number;
}

export interface Parameter extends Versioned {
  readonly name: string;
  readonly description: string;
  readonly schema: Schema;
  /** Whether calls need it; a number is the version since which they do. */
  readonly required?: boolean | number;
  /** Codes of refusals that come from this parameter alone. */
  readonly errors?: readonly ErrorCode[];
}

export interface Answer extends Versioned {
  readonly description?: string;
  readonly json?: Schema;
  /** The media type of a download. */
  readonly file?: string;
  /** Codes of a refusal that has this status here and another one elsewhere. */
  readonly errors?: readonly ErrorCode[];
}

/** `{"<key>":[…]}`: each item is a success, or an error as any other. */
export interface Writes {
  readonly key: string;
  /** The answer is that of one item, `{"<key>":{…}}`; before a version a list under another key. */
  readonly single?: { readonly before?: { readonly version: number; readonly key: string } };
  /** When all items went well. */
  readonly status: 200 | 201;
  /** When some went well; the default is 207. */
  readonly mixedStatus?: 200 | 202 | 207;
  /** When none went well; the default is 400. */
  readonly failedStatus?: 200 | 400;
  /** When any item failed, in versions before 3. */
  readonly oldStatus?: 202;
  /** `code` of a success; the default is SUCCESS. */
  readonly success?: string;
  /** `details` of a success. */
  readonly details?: Schema;
  /** A success in versions before 3, where it is another one. */
  readonly oldItem?: Schema;
  /** Keys of a success beside `code`, `details`, `message` and `status`. */
  readonly more?: Readonly<Record<string, Schema>>;
  /** Keys of the answer beside the list. */
  readonly beside?: Readonly<Record<string, Schema>>;
}

export const inVersion = ({ since = 0, before = Number.POSITIVE_INFINITY }: Versioned, version: number): boolean =>
  version >= since && version < before;

/** An object with a list, and what is beside it. */
export const withList = (
  key: string,
  items: Schema,
  beside: Readonly<Record<string, Schema>> = {},
  optional: Readonly<Record<string, Schema>> = {},
): Schema => shape({ [key]: { type: 'array', items }, ...beside }, optional);

/** A list that may be empty, which is answered without a body. */
export const found = (key: string, items: Schema, beside?: Readonly<Record<string, Schema>>) => ({
  200: { json: withList(key, items, beside) },
  204: { description: 'There is nothing to answer.' },
});

/** A list that is never empty, or one thing in a list. */
export const always = (key: string, items: Schema, beside?: Readonly<Record<string, Schema>>) => ({
  200: { json: withList(key, items, beside) },
});

/** One thing by its id. An unknown id is an error since v8, and simply nothing before. */
export const oneById = (key: string, items: Schema, status: 400 | 404 = 404): Readonly<Record<number, Answer>> => ({
  ...always(key, items),
  204: { description: 'There is no such thing.', before: 8 },
  ...(status === 404 ? { 404: { description: 'There is no such thing.', errors: ['INVALID_DATA'], since: 8 } } : {}),
});

/** A body with a list of items. */
export const bodyWith = (key: string, items: Schema, max: number, optional: Schema['properties'] = {}): Schema => ({
  type: 'object',
  required: [key],
  properties: { [key]: { type: 'array', items, minItems: 1, maxItems: max }, ...(optional as object) },
  additionalProperties: true,
});

export const query = (name: string, description: string, schema: Schema = text): Parameter => ({
  name,
  description,
  schema,
});
