import type { TSchema } from 'typebox';
import type { TLocalizedValidationError } from 'typebox/error';
import { Value } from 'typebox/value';
import { nearName } from './near-name.ts';

/** What is wrong with a part of a value, for people. */
export interface DescribedFault {
  /** JSON pointer of the part; empty: the whole. */
  readonly place: string;
  /** One line: the part, what was expected, what came. */
  readonly message: string;
}

/** What the schemas of this project say beside the keywords of JSON Schema. */
interface Annotations {
  /** In words, what a `pattern` lets through: it is never shown itself. */
  readonly expected?: string;
  /** The value is a secret, or holds one: it is never told. */
  readonly writeOnly?: boolean;
}

type Keywords = Annotations & { readonly [keyword: string]: unknown };

/** A schema is short enough to be listed whole where an unknown key is near none of its own. */
const mostListed = 10;

/**
 * What a value breaks of its schema, in words: what was expected where, and what came. Of values that may be a password (any
 * text of another kind than was expected) only the kind is told. One fault for each place, without those that say less than
 * another.
 * @param value the whole that was checked.
 * @param nameOf how people call the part at a JSON pointer.
 */
export function describeFaults(
  schema: TSchema,
  faults: readonly TLocalizedValidationError[],
  value: unknown,
  nameOf: (pointer: string) => string = (pointer) => pointer || '/',
): DescribedFault[] {
  const task = { schema, value, nameOf };
  // An object with a member too many says so beside the member itself, and a choice of forms beside each of them.
  const named = faults.filter(({ keyword }) => keyword !== 'additionalProperties' && keyword !== 'anyOf');
  const told = named.length > 0 ? named : faults;
  const byPlace = Map.groupBy(told, (fault) => choiceOf(fault)?.instancePath ?? fault.instancePath);
  return [...byPlace].flatMap(([place, group]) =>
    group.some(choiceOf) ? describeChoice(task, place, group) : group.map((fault) => describe(task, fault)),
  );
}

interface Task {
  readonly schema: TSchema;
  readonly value: unknown;
  readonly nameOf: (pointer: string) => string;
}

function describe(task: Task, fault: TLocalizedValidationError): DescribedFault {
  const { instancePath: place, schemaPath } = fault;
  const where = task.nameOf(place);
  // What an object without additional properties says of one.
  if (fault.message === 'schema is false') return { place, message: describeUnknownKey(task, place, schemaPath) };
  const came = Value.Pointer.Get(task.value, place);
  if (fault.keyword === 'required') {
    return { place, message: `${where}: expected ${fault.params.requiredProperties.join(', ')}, got none` };
  }
  if (fault.keyword === 'type') return { place, message: `${where}: ${ofKinds([fault.params.type].flat(), came)}` };
  const part = keywordsAt(task.schema, schemaPath);
  return { place, message: `${where}: ${boundOf(fault, part, came)}` };
}

/** What is left of a part whose kind is right. */
function boundOf(fault: TLocalizedValidationError, part: Keywords, came: unknown): string {
  const { keyword } = fault;
  if (/^(minimum|maximum|exclusiveMinimum|exclusiveMaximum)$/.test(keyword)) {
    return `expected ${range(part.minimum ?? part.exclusiveMinimum, part.maximum ?? part.exclusiveMaximum)}, got ${came}`;
  }
  const size = /^(min|max)(Items|Length)$/.exec(keyword)?.[2];
  if (size !== undefined) {
    const unit = size === 'Items' ? 'entries' : 'characters';
    const { length } = came as string | readonly unknown[];
    return `expected ${range(part[`min${size}`], part[`max${size}`])} ${unit}, got ${length}`;
  }
  if (keyword === 'const') return `expected ${String(part.const)}, got ${tell(came, part)}`;
  const wanted = part.expected ?? (keyword === 'format' ? `the form ${String(part.format)}` : 'another form');
  return `expected ${wanted}, got ${tell(came, part)}`;
}

function range(minimum: unknown, maximum: unknown): string {
  if (maximum === undefined) return `at least ${minimum}`;
  return minimum === undefined ? `at most ${maximum}` : `${minimum} to ${maximum}`;
}

function describeUnknownKey({ schema, nameOf }: Task, place: string, schemaPath: string): string {
  const { properties = {} } = keywordsAt(schema, schemaPath.replace(/\/[^/]*$/, ''));
  const known = Object.keys(properties as object);
  const near = nearName(place.slice(place.lastIndexOf('/') + 1), known);
  const hint =
    near !== undefined
      ? ` (did you mean ${near}?)`
      : known.length > 0 && known.length <= mostListed
        ? `; expected one of ${known.join(', ')}`
        : '';
  return `${nameOf(place)} is not known here${hint}`;
}

interface Choice {
  /** Of the value that may have one of several forms. */
  readonly instancePath: string;
  /** The number of the form that the fault is about. */
  readonly form: string;
}

function choiceOf({ schemaPath, instancePath }: TLocalizedValidationError): Choice | undefined {
  const [before = '', after] = schemaPath.split(/\/anyOf\/(.*)/, 2);
  if (after === undefined) return undefined;
  const steps = before.match(/\/(items|properties\/[^/]+)/g)?.length ?? 0;
  const path = instancePath.split('/').slice(0, steps + 1);
  return { instancePath: path.join('/'), form: after.split('/')[0] ?? '' };
}

/** What keeps a value from the form of its kind; or which kinds there are. */
function describeChoice(task: Task, place: string, faults: readonly TLocalizedValidationError[]): DescribedFault[] {
  const formOf = (fault: TLocalizedValidationError) => choiceOf(fault)?.form;
  const ofOtherKind = faults.filter(({ keyword, instancePath }) => keyword === 'type' && instancePath === place);
  const others = new Set(ofOtherKind.map(formOf));
  const near = faults.filter((fault) => !others.has(formOf(fault)));
  const words = near.flatMap(({ keyword, params }) =>
    keyword === 'const' && 'allowedValue' in params ? [String(params.allowedValue)] : [],
  );
  const came = Value.Pointer.Get(task.value, place);
  const where = task.nameOf(place);
  if (words.length > 0) {
    return [{ place, message: `${where}: expected one of ${words.join(', ')}, got ${tell(came, {})}` }];
  }
  if (near.length > 0) return near.map((fault) => describe(task, fault));
  const kinds = ofOtherKind.flatMap((fault) => (fault.keyword === 'type' ? fault.params.type : []));
  return [{ place, message: `${where}: ${ofKinds(kinds, came)}` }];
}

function keywordsAt(schema: TSchema, schemaPath: string): Keywords {
  return (Value.Pointer.Get(schema, schemaPath.replace(/^#/, '')) ?? {}) as Keywords;
}

function ofKinds(kinds: readonly string[], came: unknown): string {
  return `expected ${[...new Set(kinds)].join(' or ')}, got ${kindOf(came)}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A value of the right kind; never one that is a secret, or an address with a password in it. */
function tell(value: unknown, { writeOnly }: Annotations): string {
  if (typeof value === 'object') return kindOf(value);
  const text = String(value);
  if (writeOnly || /\/\/[^/]*@/.test(text)) return 'another';
  return typeof value === 'string' ? JSON.stringify(text.slice(0, 100)) : text;
}
