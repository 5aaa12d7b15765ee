import type { TLocalizedValidationError } from 'typebox/error';
import { Value } from 'typebox/value';

/**
 * What a value breaks of its schema, in words: what was expected where, and of which kind the value is that came. Never the
 * value itself, which may be a password; a number where a number was expected is none.
 * @param value the whole that was checked.
 * @param where the part of it that the fault is about.
 */
export function describeFault(fault: TLocalizedValidationError | undefined, value: unknown, where: string): string {
  // What an object without additional properties says of one.
  if (fault?.message === 'schema is false') return `${where} is not known here`;
  const came = fault && Value.Pointer.Get(value, fault.instancePath);
  if (fault?.keyword !== 'type')
    return `${where} ${fault?.message ?? 'is not of the expected form'}${measureOf(fault?.keyword, came)}`;
  const { type } = fault.params;
  return describeKinds([type].flat(), came, where);
}

/** The same of all faults of a value, one line each, without those that say less than another. */
export function describeFaults(faults: readonly TLocalizedValidationError[], value: unknown): string[] {
  // An object with a member too many says so beside the member itself, and a choice of forms beside each of them.
  const named = faults.filter(({ keyword }) => keyword !== 'additionalProperties' && keyword !== 'anyOf');
  const told = named.length > 0 ? named : faults;
  const byPlace = Map.groupBy(told, (fault) => choiceOf(fault)?.instancePath ?? fault.instancePath);
  return [...byPlace].flatMap(([place, group]) =>
    group.some(choiceOf)
      ? describeChoice(place, group, value)
      : group.map((fault) => describeFault(fault, value, placeOf(fault))),
  );
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
function describeChoice(place: string, faults: readonly TLocalizedValidationError[], value: unknown): string[] {
  const formOf = (fault: TLocalizedValidationError) => choiceOf(fault)?.form;
  const ofOtherKind = faults.filter(({ keyword, instancePath }) => keyword === 'type' && instancePath === place);
  const others = new Set(ofOtherKind.map(formOf));
  const near = faults.filter((fault) => !others.has(formOf(fault)));
  const words = near.flatMap(({ keyword, params }) =>
    keyword === 'const' && 'allowedValue' in params ? [String(params.allowedValue)] : [],
  );
  if (words.length > 0) return [`${place}: expected one of ${words.join(', ')}, got another`];
  if (near.length > 0) return near.map((fault) => describeFault(fault, value, placeOf(fault)));
  const kinds = ofOtherKind.flatMap((fault) => (fault.keyword === 'type' ? fault.params.type : []));
  return [describeKinds(kinds, Value.Pointer.Get(value, place), place)];
}

const placeOf = ({ instancePath }: TLocalizedValidationError) => instancePath || '/';

function describeKinds(kinds: readonly string[], came: unknown, where: string): string {
  return `${where}: expected ${[...new Set(kinds)].join(' or ')}, got ${kindOf(came)}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** What bounds are held against. */
function measureOf(keyword: string | undefined, value: unknown): string {
  if (/^(minimum|maximum|exclusive|multipleOf)/.test(keyword ?? '')) return `, got ${value}`;
  if (/^(min|max)(Items|Length)$/.test(keyword ?? '')) return `, got ${(value as string | unknown[]).length}`;
  return keyword === 'pattern' ? ', got another' : '';
}
