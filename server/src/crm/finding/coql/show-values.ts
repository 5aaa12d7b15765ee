import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { valueType } from '../../kernel/metadata/metadata.ts';
import type { Reference } from '../../kernel/record/writes.ts';
import { type Column, valueKind } from '../../language/query/condition.ts';
import { usersModule } from '../../language/query/users-module.ts';

/** Values of a query's answer: as PostgreSQL gives them, before and after they are shown. */
export type RawValue = unknown;

/** What the SQL of a column to be shown is: JSON of the data, so that types survive. */
export type Namer = (id: string) => string | null | undefined;

/** The records that a value points to, so that they can be named with one statement for all rows. */
export function referenceOf({ field }: Column, value: RawValue, call: CrmCall): Reference | undefined {
  if (value === null || value === undefined) return undefined;
  const { metadata } = call.space;
  const moduleName = field.dataType === 'lookup' ? field.lookupModules[0] : (value as { module?: string }).module;
  if (field.dataType !== 'lookup' && field.dataType !== 'multi_module_lookup') return undefined;
  const module = metadata.find(moduleName ?? '');
  const id = field.dataType === 'lookup' ? String(value) : (value as { id: string }).id;
  return module && { module: module.number, id };
}

/** A value as the answer shows it. Look-ups have their names since v7. */
export function showValue({ module, field }: Column, value: RawValue, call: CrmCall, nameOf: Namer): unknown {
  const withNames = call.version.number >= 7;
  if (value === null || value === undefined) {
    if (valueKind(field) === 'boolean') return false;
    return valueKind(field) === 'choices' ? [] : null;
  }
  switch (valueType(field)) {
    case 'datetime':
    case 'event_reminder':
      return formatDateTime(Number(value), call.user.timeZone);
    case 'ownerlookup':
    case 'userlookup': {
      const id = String(value);
      return withNames ? { name: call.space.user(id)?.lastName ?? null, id } : { id };
    }
    case 'lookup':
    case 'multi_module_lookup': {
      if (module === usersModule) return showOffice(field.apiName, String(value), call, withNames);
      const id = typeof value === 'object' ? (value as { id: string }).id : String(value);
      const name = nameOf(id);
      // A target that was deleted since is no longer pointed to.
      if (name === undefined) return null;
      return withNames ? { name, id } : { id };
    }
    default:
      return value;
  }
}

/** A user's role or profile. */
function showOffice(field: string, id: string, { space }: CrmCall, withNames: boolean): object {
  if (!withNames) return { id };
  const { roles, profiles } = space.contents;
  return { name: (field === 'role' ? roles : profiles).find((each) => each.id === id)?.name ?? null, id };
}
