/**
 * What goes with every statement that writes records: counts of live records (`crm_record_count`), values of indexed
 * fields in their order (`crm_field_value`), and notices to whoever watches (`crm_notification`). Each is a part of that
 * statement, so that all of it is committed, or nothing. `rows` is the name of the part that holds the records.
 *
 * A statement sees the index as it was when it began. So it writes records only over the version that it saw, and
 * whatever changes the data of a record moves its version.
 */

/** Parts for new records: `rows` has data_space, module, record_id, converted, data. */
export function insertEffects(rows: string): string {
  const listed = `SELECT data_space, module, field.key, crm_value_in_order(data, field.key, field.long), record_id
    FROM ${indexed(rows)} WHERE data ? field.key`;
  return [countPart(countOf(rows, 1)), listPart(listed), noticePart(rows, 'insert')].join(', ');
}

/** Parts for records that are gone: `rows` has the same columns. */
export function deleteEffects(rows: string): string {
  const unlisted = `SELECT data_space, module, field.key, crm_value_in_order(data, field.key, field.long), record_id
    FROM ${indexed(rows)} WHERE data ? field.key`;
  return [countPart(countOf(rows, -1)), unlistPart(unlisted), noticePart(rows, 'delete')].join(', ');
}

/**
 * Parts for changed records: `rows` has data_space, module, record_id, owner_id, data, and `changes`, which lists the
 * fields that differ with their values before and after (`FieldChange`).
 */
export function changeEffects(rows: string): string {
  return [reindexParts(rows), changeNoticePart(rows)].join(', ');
}

/** The same for leads that become converted ones, which are counted apart. */
export function conversionEffects(rows: string): string {
  const moved = `SELECT data_space, module, side.converted, side.count
    FROM ${rows}, (VALUES (false, -1), (true, 1)) AS side (converted, count)`;
  return [countPart(moved), changeEffects(rows)].join(', ');
}

/** The index's share of `changeEffects`: `rows` has data_space, module, record_id and `changes`. */
export function reindexParts(rows: string): string {
  const sided = (side: 'old' | 'new') => `
    SELECT data_space, module, field.key, crm_value_in_order(change, '${side}', field.long), record_id
    FROM ${indexed(rows)} CROSS JOIN LATERAL jsonb_array_elements(changes) AS each (change)
    WHERE change ->> 'field' = field.key AND change -> '${side}' <> 'null'
      AND crm_value_in_order(change, 'old', field.long) IS DISTINCT FROM crm_value_in_order(change, 'new', field.long)`;
  return [unlistPart(sided('old')), listPart(sided('new'))].join(', ');
}

/** The notices' share of `changeEffects`, for changes of fields that have no index. That a record is locked is not told. */
export function changeNoticePart(rows: string): string {
  const fields = `
    CROSS JOIN LATERAL (
      SELECT jsonb_agg(field ORDER BY field) AS fields,
             jsonb_object_agg(field, CASE field WHEN 'Owner' THEN to_jsonb(owner_id::text) ELSE data -> field END) AS values
      FROM (SELECT change ->> 'field' AS field FROM jsonb_array_elements(changes) AS each (change)) AS named
      WHERE field <> 'Locked__s'
    ) AS differing
    WHERE differing.fields IS NOT NULL
      AND (watch.condition_sets IS NULL
           OR EXISTS (SELECT FROM jsonb_array_elements(watch.condition_sets) AS keys WHERE differing.fields @> keys))`;
  return noticePart(rows, 'update', fields);
}

/** Records with those of their fields that have an index. */
function indexed(rows: string): string {
  return `${rows} JOIN crm_indexed_field AS field USING (data_space, module)`;
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

/** Records that one notice tells of. */
const recordsPerNotice = 100;

/** @param fields joins the fields that differ and their values, for changes. */
function noticePart(rows: string, operation: 'insert' | 'update' | 'delete', fields?: string): string {
  const watch = 'watch.data_space, watch.user_id, watch.channel_id, watch.module';
  const channel = watch.replaceAll('watch.', '');
  const told = fields ? `'id', record_id::text, 'fields', fields, 'values', values` : `'id', record_id::text`;
  return `noticed AS (
    INSERT INTO crm_notification (${channel}, operation, changes)
    SELECT ${channel}, '${operation}', jsonb_agg(jsonb_build_object(${told}) ORDER BY record_id)
    FROM (
      SELECT ${watch}, record_id, ${fields ? 'fields, values, ' : ''}
             (row_number() OVER (PARTITION BY ${watch} ORDER BY record_id) - 1) / ${recordsPerNotice} AS part
      FROM crm_watch AS watch JOIN ${rows} AS record
        ON record.data_space = watch.data_space AND record.module = watch.module
           AND '${operation}' = ANY (watch.operations)
      ${fields ?? ''}
    ) AS told GROUP BY ${channel}, part
    RETURNING pg_notify('grantway', 'crm-notification:'))`;
}
