import { maskCredentials } from '../foundation/secrets.ts';

/**
 * What is kept of a JSON body: its members, and of each text only what sort of text it is, because values of records are
 * of people. A text of the same sort can be made up of it, so that the request can be made again.
 */

const longestBody = 32_000;
const longestShape = 2_000;
const mostItems = 3;
const mostMembers = 60;
const maxDepth = 6;
const memberName = /^[A-Za-z_$][\w$:.-]{0,59}$/;

interface Sort {
  readonly name: string;
  readonly pattern: RegExp;
  /** A text of this sort. */
  readonly example: string;
}

/** Sorts that rules for values tell apart. */
const sorts: readonly Sort[] = [
  { name: 'date', pattern: /^\d{4}-\d\d-\d\d$/, example: '2026-01-31' },
  { name: 'time', pattern: /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/, example: '2026-01-31T12:00:00+00:00' },
  { name: 'e-mail', pattern: /^[^@\s]+@[^@\s]+\.[^@\s]+$/, example: 'somebody@app.example' },
  { name: 'address', pattern: /^https?:\/\/\S+$/, example: 'https://app.example/' },
  { name: 'phone', pattern: /^\+[\d ()-]{5,30}$/, example: '+1 555 0100' },
];
const shaped = /^\((?:text (\d{1,5})|digits (\d{1,3})|number|(date|time|e-mail|address|phone))\)$/;

/** The shape of a JSON body, as JSON; undefined for anything else, and for what is too large. */
export function shapeOf(body: Buffer): string | undefined {
  if (body.length === 0 || body.length > longestBody) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const shape = maskCredentials(JSON.stringify(shapeOfValue(value, 0)));
  return shape.length > longestShape ? undefined : shape;
}

function shapeOfValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return shapeOfText(value);
  if (typeof value === 'number') return '(number)';
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return null;
  if (Array.isArray(value)) return value.slice(0, mostItems).map((item) => shapeOfValue(item, depth + 1));
  const members = Object.entries(value).filter(([name]) => memberName.test(name));
  return Object.fromEntries(members.slice(0, mostMembers).map(([name, each]) => [name, shapeOfValue(each, depth + 1)]));
}

function shapeOfText(text: string): string {
  if (/^\d+$/.test(text)) return `(digits ${text.length})`;
  const sort = sorts.find(({ pattern }) => pattern.test(text));
  return `(${sort?.name ?? `text ${text.length}`})`;
}

/** A body of the shape, with values made up. @param shape JSON that `shapeOf` made. */
export function bodyOfShape(shape: string): unknown {
  return JSON.parse(shape, (_name, value: unknown) => (typeof value === 'string' ? exampleOf(value) : value));
}

function exampleOf(shape: string): unknown {
  const [, letters, digits, sort] = shaped.exec(shape) ?? [];
  if (letters !== undefined) return 'x'.repeat(Number(letters));
  if (digits !== undefined) return '1'.repeat(Number(digits));
  if (sort !== undefined) return sorts.find(({ name }) => name === sort)?.example;
  return shape === '(number)' ? 1 : shape;
}
