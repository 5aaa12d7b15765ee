import { type CrmOutcome, Refusal } from './errors.ts';

/** Arrays and objects inside each other; real bodies have six. */
const maxDepth = 32;

const utf8 = new TextDecoder('utf-8', { fatal: true });

export type JsonObject = Readonly<Record<string, unknown>>;

/** Where a number may stand that JavaScript cannot hold; inside a text it does no harm. */
const longInteger = /[[:,]\s*-?\d{16,}/;

/**
 * Reads a JSON body, whatever its content type says. Whole numbers that JavaScript cannot hold, as ids are that come as
 * numbers, become BigInts.
 * @throws Refusal when there is none, or it is no UTF-8, no JSON, no object, or nested too deeply.
 */
export function readJsonBody(body: Buffer): JsonObject {
  const known = bodies.get(body);
  if (known) return known;
  const parsed = parse(body);
  bodies.set(body, parsed);
  return parsed;
}

/** The same for whoever only looks: undefined for what is no JSON object. */
export function tryJsonBody(body: Buffer): JsonObject | undefined {
  try {
    return readJsonBody(body);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** Bodies that were read already: limits look at some before their handler does. */
const bodies = new WeakMap<Buffer, JsonObject>();

function parse(body: Buffer): JsonObject {
  if (body.length === 0) throw notAnObject('EmptyBody');
  if (tooDeep(body))
    throw new Refusal('INVALID_DATA', { message: 'body', outcome: 'BodyTooDeep', reason: { maxDepth } });
  let parsed: unknown;
  try {
    const text = utf8.decode(body);
    parsed = longInteger.test(text) ? JSON.parse(text, exactly) : JSON.parse(text);
  } catch (error) {
    throw notAnObject('BodyNotJson', (error as Error).message);
  }
  if (!isJsonObject(parsed)) throw notAnObject('BodyNotObject', undefined, kindOf(parsed));
  return parsed;
}

/** For `JSON.parse`, which tells how a number was written. */
function exactly(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return /^-?\d{1,40}$/.test(source) ? BigInt(source) : value;
}

/** ECMAScript 2025; the types do not know it yet. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => object };

/** A value of a body as JSON again, its long numbers as they were written. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_key, each) => (typeof each === 'bigint' ? rawJSON(String(each)) : each));
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a value of JSON is, for people. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function notAnObject(outcome: CrmOutcome, cause?: string, came?: string): Refusal {
  return new Refusal('INVALID_DATA', {
    details: { expected_data_type: 'jsonobject' },
    message: 'body',
    outcome,
    reason: { ...(cause !== undefined && { cause }), ...(came !== undefined && { came }) },
  });
}

const quote = 0x22;
const backslash = 0x5c;

/** Whether brackets are nested more than `maxDepth` deep. Done on the bytes, before anything is built from them. */
function tooDeep(body: Buffer): boolean {
  let depth = 0;
  for (let index = 0; index < body.length; index++) {
    switch (body[index]) {
      case quote:
        for (index++; index < body.length && body[index] !== quote; index++) if (body[index] === backslash) index++;
        break;
      case 0x5b:
      case 0x7b:
        if (++depth > maxDepth) return true;
        break;
      case 0x5d:
      case 0x7d:
        depth--;
    }
  }
  return false;
}
