import type { TLocalizedValidationError } from 'typebox/error';
import { Value } from 'typebox/value';

/**
 * What a value breaks of its schema, in words: what was expected where, and of which kind the value is that came. Never the
 * value itself, which may be a password.
 * @param value the whole that was checked.
 * @param where the part of it that the fault is about.
 */
export function describeFault(fault: TLocalizedValidationError | undefined, value: unknown, where: string): string {
  // What an object without additional properties says of one.
  if (fault?.message === 'schema is false') return `${where} is not known here`;
  if (fault?.keyword !== 'type') return `${where} ${fault?.message ?? 'is not of the expected form'}`;
  const { type } = fault.params;
  const expected = (Array.isArray(type) ? type : [type]).join(' or ');
  return `${where}: expected ${expected}, got ${kindOf(Value.Pointer.Get(value, fault.instancePath))}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
