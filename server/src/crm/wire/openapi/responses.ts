import { type Answer, type Description, inVersion, type Writes, withList } from '../../kernel/description.ts';
import { type ErrorCode, errorCatalogue } from '../../kernel/errors.ts';
import { anyObject, either, exactly, named, type Schema, shape, text } from '../../kernel/schema.ts';
import type { Version } from '../../kernel/versions.ts';
import { answerHeaders, codesOfEveryCall, errorWith, refusalHeaders, sharedResponseName } from './refusals.ts';
import type { SchemaShelf } from './schema-shelf.ts';

interface Told {
  readonly about: Description;
  readonly version: Version;
  /** Codes of refusals, beside those of every operation. */
  readonly codes: readonly ErrorCode[];
  readonly operationId: string;
}

/** One thing that a status can mean. */
type Meaning = Pick<Answer, 'description' | 'json' | 'file'>;

/** The responses of an operation by status: what it answers, and what it refuses with. */
export function responsesOf(told: Told, shelf: SchemaShelf): Record<string, object> {
  const meanings = new Map<number, Meaning[]>();
  const add = (status: number, meaning: Meaning) => meanings.set(status, [...(meanings.get(status) ?? []), meaning]);
  const { about, version } = told;
  if (about.headers?.some(({ name }) => name === 'If-Modified-Since')) add(304, { description: 'Nothing is newer.' });
  for (const [status, answer] of Object.entries(about.answers ?? {})) {
    if (inVersion(answer, version.number) && !answer.errors) add(Number(status), answer);
  }
  const refused = refusals(told);
  if (about.writes) {
    const items = itemsOf(about.writes, version, [...refused.values()].flat());
    const answer = { json: named(`${told.operationId}_items`, items) };
    for (const status of statusesOf(about.writes, version)) add(status, answer);
  }
  for (const [status, codes] of refused) {
    add(status, { description: `Refused: ${codes.join(', ')}.`, json: errorWith(codes) });
  }
  return Object.fromEntries(
    [...meanings].map(([status, all]) => [status, sharedResponse(status, all) ?? responseOf(status, all, shelf)]),
  );
}

/** Codes of refusals of the whole request, by status. */
function refusals({ about, version, codes }: Told): ReadonlyMap<number, readonly ErrorCode[]> {
  const refused = new Map<number, Set<ErrorCode>>();
  const add = (status: number, code: ErrorCode) =>
    refused.set(status, (refused.get(status) ?? new Set<ErrorCode>()).add(code));
  for (const code of [...codesOfEveryCall, ...codes]) add(errorCatalogue[code].status, code);
  add(503, 'INTERNAL_ERROR');
  if (about.body) add(413, 'LIMIT_EXCEEDED');
  for (const [status, answer] of Object.entries(about.answers ?? {})) {
    if (inVersion(answer, version.number)) for (const code of answer.errors ?? []) add(Number(status), code);
  }
  return new Map([...refused].map(([status, set]) => [status, [...set]]));
}

/** The list of what became of each item. */
function itemsOf(writes: Writes, version: Version, codes: readonly ErrorCode[]): Schema {
  const { key, details = anyObject, more = {}, beside, success = 'SUCCESS', oldItem, single } = writes;
  const done = shape({ code: exactly(success), details, message: text, status: exactly('success'), ...more });
  const item = oldItem && version.number < 3 ? oldItem : done;
  const answer = either(item, errorWith([...new Set(codes)]));
  if (!single) return withList(key, answer, beside);
  const { before } = single;
  return before && version.number < before.version
    ? withList(before.key, answer, beside)
    : shape({ [key]: answer, ...beside });
}

function statusesOf(
  { status, mixedStatus = 207, failedStatus = 400, oldStatus }: Writes,
  version: Version,
): Set<number> {
  const failed = oldStatus !== undefined && version.number < 3 ? [oldStatus] : [mixedStatus, failedStatus];
  return new Set([status, ...failed]);
}

function sharedResponse(status: number, meanings: readonly Meaning[]): object | undefined {
  const name = sharedResponseName(status);
  return name && meanings.length === 1 ? { $ref: `#/components/responses/${name}` } : undefined;
}

function responseOf(status: number, meanings: readonly Meaning[], shelf: SchemaShelf): object {
  const schemas = meanings.flatMap(({ json }) => (json ? [shelf.place(json)] : []));
  const files = meanings.flatMap(({ file }) => (file ? [[file, {}] as const] : []));
  const [schema] = schemas;
  const content = {
    ...(schema ? { 'application/json': { schema: schemas.length > 1 ? either(...schemas) : schema } } : {}),
    ...Object.fromEntries(files),
  };
  return {
    description: meanings.map(({ description = 'The answer.' }) => description).join(' '),
    headers: {
      ...(status < 400 ? answerHeaders : refusalHeaders),
      ...(files.length > 0 ? { 'Content-Disposition': { schema: text } } : {}),
    },
    ...(Object.keys(content).length > 0 ? { content } : {}),
  };
}
