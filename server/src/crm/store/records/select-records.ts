import type { Database } from '../../../database/database.ts';
import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import { fromRow, type RecordRow, recordColumns, type StoredRecord } from '../../kernel/record/record.ts';
import { boundedRead } from '../../language/query/bounded-read.ts';
import type { Condition } from '../../language/query/condition.ts';
import { inOrderSql } from '../../language/query/in-order.ts';
import { isIndexedField } from '../../language/query/index-range.ts';
import { directed, sortKeySql } from '../../language/query/order-sql.ts';
import { waitingSql } from './approval.ts';
import type { PagePlace } from './page-place.ts';
import { conditionSql } from './visibility.ts';

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
  /** Only records that fulfil this condition over their own fields: those that the reader sees. */
  readonly visible?: Condition | undefined;
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
  const values: unknown[] = [];
  const statement = { text: listSql(list, values), values };
  const rows = await (isTableSort(list.sortBy)
    ? database.query<RecordRow>(statement)
    : boundedRead<RecordRow>(database, list.dataSpace, statement));
  return rows.map(fromRow);
}

function isTableSort(sortBy: SortKey): boolean {
  return Object.hasOwn(columns, sortBy);
}

/** Whether `selectAcross` can sort records by the field of a module that stands for several. */
export function sortable(sortBy: SortKey, { field }: Module): boolean {
  return isTableSort(sortBy) || ['Owner', 'Created_By', 'Modified_By'].includes(field.get(sortBy)?.apiName ?? '');
}

/**
 * The same over several modules: a page of lists that differ in nothing else, asked for by number. Each gives as many
 * records as the page could need of it, over its own index.
 */
export async function selectAcross(
  database: Database,
  lists: readonly RecordList[],
): Promise<{ readonly module: number; readonly record: StoredRecord }[]> {
  const [first] = lists;
  if (!first) return [];
  const { perPage, offset, ascending, sortBy } = first;
  const values: unknown[] = [];
  const parts = lists.map((list) => `(${listSql({ ...list, perPage: offset + perPage, offset: 0 }, values)})`);
  const direction = ascending ? 'ASC' : 'DESC';
  const statement = {
    text: `SELECT ${recordColumns}, module FROM (${parts.join(' UNION ALL ')}) AS r
           ORDER BY ${directed('sort_key', ascending, !isTableSort(sortBy))}, record_id ${direction}
           LIMIT ${perPage + 1} OFFSET ${offset}`,
    values,
  };
  const rows = await (isTableSort(sortBy)
    ? database.query<RecordRow & { module: number }>(statement)
    : boundedRead<RecordRow & { module: number }>(database, first.dataSpace, statement));
  return rows.map((row) => ({ module: row.module, record: fromRow(row) }));
}

/** The statement of a list; its values come to `values`. */
function listSql(list: RecordList, values: unknown[]): string {
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [
    `data_space = ${parameter(list.dataSpace)}`,
    `module = ${parameter(list.module.number)}`,
    ...(list.binned ? ['purged_at_ms IS NULL'] : []),
  ];
  if (list.converted !== undefined) conditions.push(`converted = ${list.converted}`);
  if (list.approved !== undefined) conditions.push(list.approved ? `NOT ${waitingSql}` : waitingSql);
  const table = list.binned ? 'crm_deleted_record' : 'crm_record';
  if (list.visible) conditions.push(conditionSql(list.visible, table, parameter));
  if (list.ids) conditions.push(`record_id = ANY (${parameter(list.ids.map(clampId))}::bigint[])`);
  if (list.modifiedAfterMs !== undefined) {
    const nextSecondMs = (Math.floor(list.modifiedAfterMs / 1000) + 1) * 1000;
    conditions.push(`modified_at_ms >= ${parameter(nextSecondMs)}`);
  }
  if (list.among) conditions.push(list.among(parameter));
  if (followsOrder(list)) conditions.push(inOrderSql('record_id'));
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
  return `SELECT ${recordColumns}, module, ${order} AS sort_key FROM ${table} WHERE ${conditions.join(' AND ')}
    ORDER BY ${directed(order, forwards, column === undefined)}${order === 'record_id' ? '' : `, record_id ${direction}`}
    LIMIT ${parameter(list.perPage + 1)} OFFSET ${parameter(list.offset)}`;
}

/** Whether the index that has the order is the way to the records: nothing that another index has makes them few. */
function followsOrder({
  module,
  sortBy,
  ids,
  among,
  converted,
  approved,
  modifiedAfterMs,
  binned,
}: RecordList): boolean {
  const narrowed = ids || among || converted || approved === false || binned;
  if (narrowed || (modifiedAfterMs !== undefined && sortBy !== 'Modified_Time')) return false;
  return isTableSort(sortBy) || isIndexedField(module, module.field.get(sortBy) as Field);
}

const maxId = '9223372036854775807';

/** Ids beyond 64 bits exist nowhere; zero stands for them. */
function clampId(id: string): string {
  const digits = id.replace(/^0+(?=.)/, '');
  return digits.length < maxId.length || (digits.length === maxId.length && digits <= maxId) ? digits : '0';
}
