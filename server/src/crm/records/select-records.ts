import type { Database } from '../../database/database.ts';
import type { Field, Module } from '../metadata/metadata.ts';
import { boundedRead } from '../query/bounded-read.ts';
import { directed, sortKeySql } from '../query/order-sql.ts';
import { waitingSql } from './approval.ts';
import type { PagePlace } from './page-token.ts';
import { fromRow, type RecordRow, recordColumns, type StoredRecord } from './record.ts';

/** `id`, `Created_Time`, `Modified_Time`, or (old versions) the name of any field. */
export type SortKey = string;

export interface RecordList {
  readonly dataSpace: number;
  readonly module: Module;
  readonly perPage: number;
  readonly offset: number;
  readonly sortBy: SortKey;
  readonly ascending: boolean;
  /** Only converted leads, only others, or all. */
  readonly converted: boolean | undefined;
  /** Only records that are approved, only those that wait for it, or all. */
  readonly approved?: boolean | undefined;
  readonly ids: readonly string[] | undefined;
  /** Only records that changed after this second. */
  readonly modifiedAfterMs: number | undefined;
  /** A condition that only some records fulfil, in SQL over `crm_record`; its values become parameters. */
  readonly among?: ((parameter: (value: unknown) => string) => string) | undefined;
  /** Only records of these owners. */
  readonly owners?: readonly string[] | undefined;
  /** Records of the recycle bin instead of live ones; `among` says which. */
  readonly binned?: boolean | undefined;
  /** Where a page that was asked for by token begins. */
  readonly place: PagePlace | undefined;
}

const columns: Readonly<Partial<Record<SortKey, string>>> = {
  id: 'record_id',
  Created_Time: 'created_at_ms',
  Modified_Time: 'modified_at_ms',
};

/** The value that a page token remembers of a record. */
export function sortKeyOf(sortBy: SortKey, record: StoredRecord): string {
  if (sortBy === 'Created_Time') return String(record.createdAtMs);
  return sortBy === 'Modified_Time' ? String(record.modifiedAtMs) : record.id;
}

/**
 * Records in the order of an index, with one row more than a page has. Each sort key has its index, which begins with
 * the data space and the module, so the time does not depend on how many records others have. Of the fields that old
 * versions sort by some have one (`query/index-range.ts`); for the others all records of the module are read.
 */
export async function selectRecords(database: Database, list: RecordList): Promise<StoredRecord[]> {
  const values: unknown[] = [list.dataSpace, list.module.number];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const conditions = ['data_space = $1', 'module = $2', ...(list.binned ? ['purged_at_ms IS NULL'] : [])];
  if (list.converted !== undefined) conditions.push(`converted = ${list.converted}`);
  if (list.approved !== undefined) conditions.push(list.approved ? `NOT ${waitingSql}` : waitingSql);
  if (list.owners) conditions.push(`owner_id = ANY (${parameter(list.owners)}::bigint[])`);
  if (list.ids) conditions.push(`record_id = ANY (${parameter(list.ids.map(clampId))}::bigint[])`);
  if (list.modifiedAfterMs !== undefined) {
    const nextSecondMs = (Math.floor(list.modifiedAfterMs / 1000) + 1) * 1000;
    conditions.push(`modified_at_ms >= ${parameter(nextSecondMs)}`);
  }
  if (list.among) conditions.push(list.among(parameter));
  // A page before its token's record is read backwards, and turned round by the caller.
  const forwards = list.place?.backwards ? !list.ascending : list.ascending;
  const direction = forwards ? 'ASC' : 'DESC';
  const column = columns[list.sortBy];
  if (list.place) {
    const comparison = forwards ? '>' : '<';
    const { key, id } = list.place;
    conditions.push(`(${column ?? 'record_id'}, record_id) ${comparison} (${parameter(key)}, ${parameter(id)})`);
  }
  const order = column ?? sortKeySql('crm_record', list.module, list.module.field.get(list.sortBy) as Field);
  const text = `SELECT ${recordColumns} FROM ${list.binned ? 'crm_deleted_record' : 'crm_record'} WHERE ${conditions.join(' AND ')}
    ORDER BY ${directed(order, forwards, column === undefined)}${order === 'record_id' ? '' : `, record_id ${direction}`}
    LIMIT ${parameter(list.perPage + 1)} OFFSET ${parameter(list.offset)}`;
  const statement = { text, values };
  const rows = await (column === undefined
    ? boundedRead<RecordRow>(database, list.dataSpace, statement)
    : database.query<RecordRow>(statement));
  return rows.map(fromRow);
}

const maxId = '9223372036854775807';

/** Ids beyond 64 bits exist nowhere; zero stands for them. */
function clampId(id: string): string {
  const digits = id.replace(/^0+(?=.)/, '');
  return digits.length < maxId.length || (digits.length === maxId.length && digits <= maxId) ? digits : '0';
}
