import { sendingPart } from '../../../database/change-notices.ts';
import type { FieldChange } from '../../kernel/record/history.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';

/**
 * What goes with every statement that writes records: counts of live records (`crm_record_count`), values of indexed
 * fields in their order (`crm_field_value`), and notices to whoever watches (`crm_notification`). Each is a part of that
 * statement, so that all of it is committed, or nothing. `rows` is the name of the part that holds the records.
 *
 * A statement sees the index as it was when it began. So it writes records only over the version that it saw, and
 * whatever changes the data of a record moves its version.
 */

/** Records that one notice tells of: rows have the number of their notice in `part`. */
export const recordsPerNotice = 100;

/** Parts for new records: `rows` has data_space, module, record_id, converted, data and `part`. */
export function insertEffects(rows: string): string {
  return [countPart(countOf(rows, 1)), listPart(valuesOf(rows)), noticePart(rows, 'insert')].join(', ');
}

/** Parts for records that are gone: `rows` has the same columns. */
export function deleteEffects(rows: string): string {
  return [countPart(countOf(rows, -1)), unlistPart(valuesOf(rows)), noticePart(rows, 'delete')].join(', ');
}

/** The part for changed records: `rows` has data_space, module, record_id, `part`, and in `told` what `toldChange` says. */
export function changeEffect(rows: string): string {
  return noticePart(rows, 'update');
}

/**
 * More parts where a field changed whose values have an order: `rows` has data_space, module, record_id, and `changes`,
 * which lists the fields that differ with their values before and after (`FieldChange`).
 */
export function reindexParts(rows: string): string {
  const sided = (side: 'old' | 'new') => `
    SELECT data_space, module, field.key, crm_value_in_order(change, '${side}', field.long), record_id
    FROM ${rows} CROSS JOIN LATERAL jsonb_array_elements(changes) AS each (change)
    JOIN crm_indexed_field AS field USING (data_space, module)
    WHERE change ->> 'field' = field.key AND change -> '${side}' <> 'null'
      AND crm_value_in_order(change, 'old', field.long) IS DISTINCT FROM crm_value_in_order(change, 'new', field.long)`;
  return [unlistPart(sided('old')), listPart(sided('new'))].join(', ');
}

/** The part for leads that become converted ones, which are counted apart. */
export function conversionEffect(rows: string): string {
  return countPart(`SELECT data_space, module, side.converted, side.count
    FROM ${rows}, (VALUES (false, -1), (true, 1)) AS side (converted, count)`);
}

/**
 * What is told of a changed record: the fields that differ, with their values. That it is locked is not told.
 * @returns JSON, or null when there is nothing to tell.
 */
export function toldChange(record: StoredRecord, changes: readonly FieldChange[]): string | null {
  const fields = changes.flatMap(({ field }) => (field === 'Locked__s' ? [] : [field])).sort();
  if (fields.length === 0) return null;
  const values = fields.map((field) => [field, field === 'Owner' ? record.ownerId : (record.data[field] ?? null)]);
  return JSON.stringify({ id: record.id, fields, values: Object.fromEntries(values) });
}

/**
 * The same for a statement that gives many records other values of the same fields. `rows` has data_space, module,
 * record_id, data; the part `named` has the columns that `changeEffect` needs.
 */
export function toldPart(named: string, rows: string, fields: readonly string[]): string {
  const values = fields.map((field) => `'${field}', data -> '${field}'`).join(', ');
  return `${named} AS (
    SELECT data_space, module, record_id, (row_number() OVER (ORDER BY record_id) - 1) / ${recordsPerNotice} AS part,
           jsonb_build_object('id', record_id::text, 'fields', '${JSON.stringify(fields)}'::jsonb,
                              'values', jsonb_build_object(${values})) AS told
    FROM ${rows})`;
}

/** The values of records in fields that have an order. */
function valuesOf(rows: string): string {
  return `SELECT data_space, module, field.key, crm_value_in_order(data, field.key, field.long), record_id
    FROM ${rows} JOIN crm_indexed_field AS field USING (data_space, module) WHERE data ? field.key`;
}

function listPart(values: string): string {
  return `listed AS (
    INSERT INTO crm_field_value (data_space, module, key, value, record_id) ${values} ON CONFLICT DO NOTHING)`;
}

function unlistPart(values: string): string {
  return `unlisted AS (
    DELETE FROM crm_field_value AS gone USING (${values}) AS old (data_space, module, key, value, record_id)
    WHERE gone.data_space = old.data_space AND gone.module = old.module AND gone.key = old.key
      AND gone.value = old.value AND gone.record_id = old.record_id)`;
}

function countOf(rows: string, each: 1 | -1): string {
  return `SELECT data_space, module, converted, ${each} FROM ${rows}`;
}

/** Adds to the numbers of live records, in rows of this connection's own, so that writers do not wait for each other. */
function countPart(counts: string): string {
  return `counted AS (
    INSERT INTO crm_record_count (data_space, module, converted, slot, count)
    SELECT data_space, module, converted, pg_backend_pid() % 64, sum(count)
    FROM (${counts}) AS moved (data_space, module, converted, count)
    GROUP BY data_space, module, converted ORDER BY data_space, module, converted
    ON CONFLICT (data_space, module, converted, slot) DO UPDATE SET count = crm_record_count.count + EXCLUDED.count)`;
}

function noticePart(rows: string, operation: 'insert' | 'update' | 'delete'): string {
  const channel = ['data_space', 'user_id', 'channel_id', 'module'];
  const of = channel.map((column) => `watch.${column}`).join(', ');
  const isUpdate = operation === 'update';
  return `noticed AS (
    INSERT INTO crm_notification (${channel.join(', ')}, operation, changes)
    SELECT ${of}, '${operation}',
           jsonb_agg(${isUpdate ? 'told' : `jsonb_build_object('id', record_id::text)`} ORDER BY record_id)
    FROM ${rows} JOIN crm_watch AS watch USING (data_space, module)
    WHERE '${operation}' = ANY (watch.operations)${
      isUpdate
        ? ` AND told IS NOT NULL
      AND (watch.condition_sets IS NULL
           OR EXISTS (SELECT 1 FROM jsonb_array_elements(watch.condition_sets) AS keys WHERE told -> 'fields' @> keys))`
        : ''
    }
    GROUP BY ${of}, part
    RETURNING data_space
  ), ${sendingPart('woken', 'noticed', "'crm-notification:' || data_space")}`;
}
