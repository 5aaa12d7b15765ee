import type { FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import { Value } from 'typebox/value';
import { describeFaults } from '../foundation/schema-fault.ts';

/**
 * What callers of the admin API and of the console send: read, checked, and refused where the databases could not store
 * it.
 */

/** What is wrong with a body, a query or a path: what was expected and what came, and the field of the body it is in. */
export class InputFault extends Error {
  override readonly name = 'InputFault';
  readonly field: string | undefined;

  constructor(message: string, field?: string) {
    super(message);
    this.field = field;
  }
}

/** Levels of objects and lists in a body; what walks through it later may do so by recursion. */
const maxDepth = 64;
const places: Readonly<Record<string, string>> = { body: 'the body', querystring: 'the query', params: 'the path' };
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The body as JSON; none is `{}`. @throws InputFault. */
export function parseBody(request: FastifyRequest): unknown {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.isBuffer(request.body) ? utf8.decode(request.body) : '{}');
  } catch {
    throw new InputFault('the body: expected JSON in UTF-8, got something else');
  }
  checkStorable(value, 'the body');
  return value;
}

/**
 * Fastify's validator for a route's TypeBox schema: fills in the defaults, and refuses with the first fault in our
 * words (InputFault).
 */
export function validatorOf({ schema, httpPart }: { readonly schema: TSchema; readonly httpPart?: string }) {
  const compiled = Compile(schema);
  const place = places[httpPart ?? 'body'] ?? 'the request';
  return (came: unknown): { readonly value: unknown } | { readonly error: Error } => {
    // Queries and paths come as objects without a prototype, which fill no defaults in.
    const value = Value.Default(schema, httpPart === 'body' ? came : { ...(came as object) });
    if (compiled.Check(value)) return { value };
    return { error: faultOf(schema, compiled.Errors(value), value, place) };
  };
}

/** The body as JSON of that shape. @throws InputFault. */
export function readBody<Schema extends TSchema>(request: FastifyRequest, schema: Schema): Static<Schema> {
  return checked(parseBody(request), schema, 'the body');
}

/** The query with parameters of that shape. @throws InputFault. */
export function readQuery<Schema extends TSchema>(request: FastifyRequest, schema: Schema): Static<Schema> {
  return checked({ ...(request.query as object) }, schema, 'the query');
}

function checked<Schema extends TSchema>(value: unknown, schema: Schema, place: string): Static<Schema> {
  const complete = Value.Default(schema, value);
  if (!Value.Check(schema, complete)) throw faultOf(schema, Value.Errors(schema, complete), complete, place);
  return complete as Static<Schema>;
}

/** @param whole what a caller calls the value: the body, say. */
function faultOf(
  schema: TSchema,
  faults: readonly TLocalizedValidationError[],
  value: unknown,
  whole: string,
): InputFault {
  const [fault] = describeFaults(schema, faults, value, (pointer) => pointer || whole);
  return new InputFault(fault?.message ?? `${whole} is not of the expected form`, fault?.place.split('/')[1]);
}

/** Refuses paths and queries that hold what no name or id has. @throws InputFault. */
export function checkAddress(request: FastifyRequest): void {
  checkStorable(request.params, 'the path');
  for (const [name, value] of Object.entries(request.query as Readonly<Record<string, unknown>>)) {
    if (typeof value !== 'string')
      throw new InputFault(`the parameter ${name.slice(0, 100)}: expected one, got several`);
  }
  checkStorable(request.query, 'the query');
}

interface Node {
  readonly value: unknown;
  readonly key: string;
  readonly parent: Node | undefined;
  readonly depth: number;
}

/** PostgreSQL stores no NUL, and UTF-8 no half of a surrogate pair. Walks without recursion: any depth may come. */
function checkStorable(value: unknown, place: string): void {
  const waiting: Node[] = [{ value, key: place, parent: undefined, depth: 0 }];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    const { depth } = node;
    if (typeof node.value === 'string') checkText(node.value, node);
    if (typeof node.value !== 'object' || node.value === null) continue;
    if (depth >= maxDepth) throw new InputFault(`${place}: expected at most ${maxDepth} levels, got more`);
    for (const [key, inner] of Object.entries(node.value)) {
      checkText(key, node);
      waiting.push({ value: inner, key, parent: node, depth: depth + 1 });
    }
  }
}

function checkText(text: string, node: Node): void {
  const what = text.includes('\0') ? 'U+0000' : text.isWellFormed() ? undefined : 'half of a surrogate pair';
  if (what === undefined) return;
  const keys: string[] = [];
  for (let each: Node | undefined = node; each; each = each.parent) keys.unshift(each.key);
  throw new InputFault(`${keys.join('/').slice(0, 200)}: expected text, got ${what}`, keys[1]);
}
