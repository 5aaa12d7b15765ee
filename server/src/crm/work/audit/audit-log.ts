import type { CrmCall } from '../../kernel/call.ts';
import { type Module, servesRecords } from '../../kernel/metadata/metadata.ts';
import type { FieldChange } from '../../kernel/record/history.ts';
import type { ColumnCondition, FilterField } from '../../language/query/column-criteria.ts';

/**
 * The audit log (crm-api 11): who did what to which record, from the records' timelines. That a record was added, it
 * says itself, whether it is live, is in the bin, or was permanently deleted not long ago.
 */
export interface AuditEntry {
  readonly atMs: number;
  readonly doneBy: string;
  readonly action: string;
  readonly module: number;
  readonly recordId: string;
  readonly name: string | null;
  readonly changes: readonly FieldChange[];
}

/** What criteria may name. */
export const auditFields: readonly FilterField[] = [
  { name: 'audited_time', type: 'datetime', sql: 'at_ms' },
  { name: 'done_by', type: 'userlookup', sql: 'done_by' },
  { name: 'action', type: 'picklist', sql: 'action' },
  { name: 'module', type: 'module', sql: 'module' },
];

/** Entries of one statement. */
const batchEntries = 1_000;

interface Row {
  readonly at_ms: string;
  readonly key: string;
  readonly done_by: string;
  readonly action: string;
  readonly module: number;
  readonly record_id: string;
  readonly name: string | null;
  readonly changes: readonly FieldChange[];
}

type Parameter = (value: unknown) => string;
/**
 * The entries that fulfil the condition, up to a moment, oldest first. Each source is read along its index, a batch at
 * a time, so that memory does not depend on how many there are.
 */
export async function* auditEntries(
  call: CrmCall,
  condition: ColumnCondition,
  untilMs: number,
  keep: () => Promise<void>,
): AsyncGenerator<AuditEntry> {
  const modules = call.space.metadata.modules.filter(servesRecords);
  const sources = [
    entriesOf(call, timelineSql, condition, untilMs, keep),
    ...modules.map((module) => entriesOf(call, addedSql(module), condition, untilMs, keep)),
  ];
  const heads = [];
  for (const source of sources) heads.push({ source, next: await source.next() });
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads) {
      if (head.next.done) continue;
      if (!first || head.next.value.atMs < (first.next.value as AuditEntry).atMs) first = head;
    }
    if (!first) return;
    yield first.next.value as AuditEntry;
    first.next = await first.source.next();
  }
}

/** SQL of a source's batch: entries after `(at, key)`, in that order. */
type SourceSql = (parameter: Parameter, place: { atMs: string; key: string }, condition: string) => string;

async function* entriesOf(
  { store, space }: CrmCall,
  sql: SourceSql,
  condition: ColumnCondition,
  untilMs: number,
  keep: () => Promise<void>,
): AsyncGenerator<AuditEntry, undefined> {
  for (let place = { atMs: '-1', key: '0' }; ; ) {
    await keep();
    const values: unknown[] = [space.dataSpace];
    const parameter = (value: unknown): string => `$${values.push(value)}`;
    const wanted = `at_ms <= ${parameter(untilMs)}::bigint AND ${condition(parameter)}`;
    const rows: Row[] = await store.database.query<Row>({ text: sql(parameter, place, wanted), values });
    for (const row of rows) {
      yield {
        atMs: Number(row.at_ms),
        doneBy: row.done_by,
        action: row.action,
        module: row.module,
        recordId: row.record_id,
        name: row.name,
        changes: row.changes,
      };
    }
    const last = rows.at(-1);
    if (!last || rows.length < batchEntries) return undefined;
    place = { atMs: last.at_ms, key: last.key };
  }
}

const after = (parameter: Parameter, { atMs, key }: { atMs: string; key: string }): string =>
  `(at_ms, key) > (${parameter(atMs)}::bigint, ${parameter(key)}::bigint)`;

/** A note or activity that was added tells of it itself, and not once more with the record that it is about. */
const timelineSql: SourceSql = (parameter, place, condition) => `
  SELECT entry.*, coalesce(live.name, deleted.name) AS name FROM (
    SELECT * FROM (SELECT data_space, at_ms, entry_id AS key, done_by, action, module, record_id, changes
                   FROM crm_timeline WHERE related IS NULL) AS told
    WHERE data_space = $1 AND ${after(parameter, place)} AND ${condition}
    ORDER BY at_ms, key LIMIT ${batchEntries}) AS entry
  LEFT JOIN crm_record AS live USING (data_space, module, record_id)
  LEFT JOIN crm_deleted_record AS deleted USING (data_space, module, record_id)
  ORDER BY at_ms, key`;

/** One statement for both tables: a record that is deleted meanwhile keeps its place. */
function addedSql(module: Module): SourceSql {
  return (parameter, place, condition) => {
    const [number, from] = [parameter(module.number), after(parameter, place)];
    const added = (table: string) => `(
      SELECT at_ms, key, done_by, action, module, record_id, name, changes FROM (
        SELECT data_space, created_at_ms AS at_ms, record_id AS key, created_by AS done_by, 'added'::text AS action,
               module, record_id, name, '[]'::jsonb AS changes FROM ${table}) AS made
      WHERE data_space = $1 AND module = ${number}::integer AND ${from} AND ${condition}
      ORDER BY at_ms, key LIMIT ${batchEntries})`;
    return `SELECT * FROM (${added('crm_record')} UNION ALL ${added('crm_deleted_record')}) AS entry
      ORDER BY at_ms, key LIMIT ${batchEntries}`;
  };
}
