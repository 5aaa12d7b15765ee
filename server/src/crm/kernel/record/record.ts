/**
 * A record as it is stored: columns for what every list sorts by, the fields' values by API name. Values have their
 * stored form (`values/`): date-times are milliseconds, lookups are id strings; what is empty is absent.
 */
export type StoredValue = string | number | boolean | readonly unknown[] | Readonly<Record<string, unknown>>;
export type RecordData = Record<string, StoredValue>;

export interface StoredRecord {
  readonly id: string;
  readonly version: number;
  /** The value of the module's display field. */
  readonly name: string | null;
  readonly ownerId: string;
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly modifiedBy: string;
  readonly modifiedAtMs: number;
  readonly activityAtMs: number;
  readonly converted: boolean;
  /** The user of the call may only read it: somebody shares it so. */
  readonly readOnly?: boolean;
  readonly data: RecordData;
}

/** Where a record is. */
export interface RecordKey {
  readonly dataSpace: number;
  /** The module's number. */
  readonly module: number;
  readonly id: string;
}

/** A claim on a value of a unique field. */
export interface UniqueClaim {
  readonly field: string;
  /** Folded, so that case does not matter. */
  readonly value: string;
}

/** The columns of `crm_record` that make a StoredRecord, in the order of RecordRow. */
export const recordColumns = `record_id, version, name, owner_id, created_by, created_at_ms, modified_by,
  modified_at_ms, activity_at_ms, converted, data`;

export interface RecordRow {
  record_id: string;
  version: number;
  name: string | null;
  owner_id: string;
  created_by: string;
  created_at_ms: string;
  modified_by: string;
  modified_at_ms: string;
  activity_at_ms: string;
  converted: boolean;
  data: RecordData;
}

export function fromRow(row: RecordRow): StoredRecord {
  return {
    id: row.record_id,
    version: row.version,
    name: row.name,
    ownerId: row.owner_id,
    createdBy: row.created_by,
    createdAtMs: Number(row.created_at_ms),
    modifiedBy: row.modified_by,
    modifiedAtMs: Number(row.modified_at_ms),
    activityAtMs: Number(row.activity_at_ms),
    converted: row.converted,
    data: row.data,
  };
}
