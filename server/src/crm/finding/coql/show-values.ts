import { emptyOf, kindOf, valueKindOf } from '../../fields/field-kinds.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { StoredValue } from '../../kernel/record/record.ts';
import type { Reference } from '../../kernel/record/writes.ts';
import type { Column } from '../../language/query/condition.ts';
import { usersModule } from '../../language/query/users-module.ts';

/** Values of a query's answer: as PostgreSQL gives them, before and after they are shown. */
export type RawValue = unknown;

/** What the SQL of a column to be shown is: JSON of the data, so that types survive. */
export type Namer = (id: string) => string | null | undefined;

/** The records that a value points to, so that they can be named with one statement for all rows. */
export function referenceOf({ field }: Column, value: RawValue, call: CrmCall): Reference | undefined {
  if (value === null || value === undefined) return undefined;
  const { lookup } = kindOf(field);
  if (lookup?.to !== 'records') return undefined;
  const { module: name, id } = lookup.target(value as StoredValue, field);
  const module = call.space.metadata.find(name);
  return module && { module: module.number, id };
}

/** A value as the answer shows it. Look-ups have their names since v7. */
export function showValue({ module, field }: Column, value: RawValue, call: CrmCall, nameOf: Namer): unknown {
  const withNames = call.version.number >= 7;
  if (value === null || value === undefined) return emptyOf(field);
  const { moment, lookup } = valueKindOf(field);
  if (moment) return formatDateTime(Number(value), call.user.timeZone);
  if (!lookup) return value;
  if (lookup.to === 'users') {
    const id = String(value);
    return withNames ? { name: call.space.user(id)?.lastName ?? null, id } : { id };
  }
  if (module === usersModule) return showOffice(field.apiName, String(value), call, withNames);
  const { id } = lookup.target(value as StoredValue, field);
  const name = nameOf(id);
  // A target that was deleted since is no longer pointed to.
  if (name === undefined) return null;
  return withNames ? { name, id } : { id };
}

/** A user's role or profile. */
function showOffice(field: string, id: string, { space }: CrmCall, withNames: boolean): object {
  if (!withNames) return { id };
  const { roles, profiles } = space.contents;
  return { name: (field === 'role' ? roles : profiles).find((each) => each.id === id)?.name ?? null, id };
}
