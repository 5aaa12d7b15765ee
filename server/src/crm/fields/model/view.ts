import type { StoredRecord } from '../../kernel/record/record.ts';
import type { Space } from '../../kernel/space/space.ts';

/** For whom records are shown: whose time zone, and what the records that they point to are called. */
export interface RecordView {
  readonly space: Space;
  readonly timeZone: string;
  readonly names: ReadonlyMap<string, string | null>;
  /** For what formulas are computed; null: they are shown as they were stored. */
  readonly nowMs: number | null;
  /** Of a single record: the links of its multi-select look-ups, by the key of the field. */
  readonly links?: ReadonlyMap<string, readonly StoredRecord[]>;
  /** The products of line items, for versions that show their values; by id. */
  readonly products?: ReadonlyMap<string, StoredRecord> | undefined;
}

export interface UserReference {
  readonly name: string | null;
  readonly id: string;
  readonly email?: string | null;
}

/** A user as records show one. */
export function showUser(space: Space, id: string): UserReference {
  const user = space.user(id);
  return { name: user?.fullName ?? null, id, email: user?.email ?? null };
}

/** A user as answers to writes show one. */
export function showUserBriefly(space: Space, id: string): UserReference {
  return { name: space.user(id)?.fullName ?? null, id };
}
