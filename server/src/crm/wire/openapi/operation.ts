import { platformScopes } from '../../../oauth/scopes.ts';
import { type Description, inVersion, type Parameter } from '../../kernel/description.ts';
import type { ErrorCode } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/operation.ts';
import { type Schema, text } from '../../kernel/schema.ts';
import type { Version } from '../../kernel/versions.ts';
import { takesIdempotencyKey } from '../idempotency.ts';
import { idempotencyKey, pathParameters } from './parameters.ts';
import { responsesOf } from './responses.ts';
import type { SchemaShelf } from './schema-shelf.ts';

export interface DescribedOperation {
  readonly operationId: string;
  readonly security: readonly { readonly oauth: readonly string[] }[];
  readonly responses: Readonly<Record<string, object>>;
  readonly [key: string]: unknown;
}

/** An operation as the document of one version shows it. */
export function describeOperation(operation: Operation, version: Version, shelf: SchemaShelf): DescribedOperation {
  const { method, path, about } = operation;
  const placeholders = placeholdersOf(operation);
  const parameters = parametersOf(operation, version, shelf);
  const notes = [about.text, placeholders.includes('module') ? 'The scopes shown are those for Leads.' : undefined];
  const description = notes.filter((note) => note !== undefined).join(' ');
  const operationId = `${method.toLowerCase()} ${path}`.replace(/[^A-Za-z0-9]+/g, '_').replace(/_$/, '');
  return {
    operationId,
    summary: about.summary,
    ...(description === '' ? {} : { description }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(about.body ? { requestBody: bodyOf(operation, about, shelf) } : {}),
    security: securityOf(operation, placeholders),
    responses: responsesOf({ about, version, operationId, codes: errorsOf(operation, about) }, shelf),
  };
}

/** Names of the placeholders in an operation's path. */
export function placeholdersOf({ path }: Operation): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
}

/** A parameter as a document shows it. */
export interface DescribedParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'body';
  readonly required?: true;
  readonly description?: string;
  readonly schema: Schema;
}

/** All parameters that an operation has in a version: of its path, its query and its headers. */
export function parametersOf(operation: Operation, version: Version, shelf: SchemaShelf): DescribedParameter[] {
  const { about } = operation;
  const headers = [...(about.headers ?? []), ...(takesIdempotencyKey(operation) ? [idempotencyKey] : [])];
  return [
    ...placeholdersOf(operation).map((name) => ({
      ...({ name, in: 'path', required: true } as const),
      ...shown(pathParameters[name], shelf),
    })),
    ...servedIn(about.query ?? [], 'query', version, shelf),
    ...servedIn(headers, 'header', version, shelf),
  ];
}

function shown(
  parameter: Pick<Parameter, 'description' | 'schema'> | undefined,
  shelf: SchemaShelf,
): Pick<DescribedParameter, 'description' | 'schema'> {
  return parameter ? { description: parameter.description, schema: shelf.place(parameter.schema) } : { schema: text };
}

function servedIn(
  all: readonly Parameter[],
  where: 'query' | 'header',
  version: Version,
  shelf: SchemaShelf,
): DescribedParameter[] {
  return all
    .filter((parameter) => inVersion(parameter, version.number))
    .map((parameter) => {
      const { name, required = false } = parameter;
      const needed = typeof required === 'number' ? version.number >= required : required;
      return { name, in: where, ...(needed ? ({ required: true } as const) : {}), ...shown(parameter, shelf) };
    });
}

function bodyOf({ takesFiles }: Operation, { body, bodyOptional }: Description, shelf: SchemaShelf): object {
  const mediaType = takesFiles ? 'multipart/form-data' : 'application/json';
  return { required: !bodyOptional, content: { [mediaType]: { schema: shelf.place(body as Schema) } } };
}

/** Every group of scopes is needed, by one of its alternatives: these multiply. */
function securityOf(operation: Operation, placeholders: readonly string[]): DescribedOperation['security'] {
  const needed = operation.scopes(placeholders.map((name) => (name === 'module' ? 'Leads' : name)));
  return needed
    .reduce<string[][]>((all, group) => all.flatMap((held) => group.map((scope) => [...held, grantable(scope)])), [[]])
    .map((oauth) => ({ oauth }));
}

/** Codes that follow from the form of the call, and those that are its own. */
function errorsOf({ path }: Operation, { query = [], headers = [], body, errors = [] }: Description): ErrorCode[] {
  const parameters = [...query, ...headers];
  return [
    ...(path.includes('{module}') ? (['INVALID_MODULE'] as const) : []),
    ...(query.some(({ required }) => required) ? (['REQUIRED_PARAM_MISSING'] as const) : []),
    ...parameters.flatMap((parameter) => parameter.errors ?? []),
    ...(body ? (['MANDATORY_NOT_FOUND', 'LIMIT_EXCEEDED'] as const) : []),
    ...errors,
  ];
}

/** A scope as clients can ask for it: some groups are only given as a whole, or to be read. */
function grantable(scope: string): string {
  return platformScopes.parse(scope) ? scope : `${scope.slice(0, scope.lastIndexOf('.'))}.ALL`;
}
