import type { Queryable } from '../../database/database.ts';

/**
 * Makes what stands beside records anew, from the records: for tests that fill the table by SQL of their own instead of by
 * the functions that write it (`crm/store/records/write-effects.ts`).
 */
export async function settleRecords(database: Queryable): Promise<void> {
  await database.query({ text: 'TRUNCATE crm_record_count, crm_field_value' });
  await database.query({
    text: `INSERT INTO crm_record_count
           SELECT data_space, module, converted, 0, count(*) FROM crm_record GROUP BY data_space, module, converted`,
  });
  await database.query({
    text: `INSERT INTO crm_field_value (data_space, module, key, value, record_id)
           SELECT data_space, module, field.key, crm_value_in_order(data, field.key, field.long), record_id
           FROM crm_record JOIN crm_indexed_field AS field USING (data_space, module) WHERE data ? field.key`,
  });
}

/** What stands beside records, and what should: the same, whatever was written. */
export async function effectsOf(database: Queryable) {
  const counts = (source: string, count: string) =>
    database.query({
      text: `SELECT data_space, module, converted, ${count}::integer AS count FROM ${source}
             GROUP BY 1, 2, 3 HAVING ${count} <> 0 ORDER BY 1, 2, 3`,
    });
  const [kept, real] = [await counts('crm_record_count', 'sum(count)'), await counts('crm_record', 'count(*)')];
  const columns = 'data_space, module, key, value, record_id';
  const indexed = `SELECT data_space, module, field.key, crm_value_in_order(data, field.key, field.long), record_id
    FROM crm_record JOIN crm_indexed_field AS field USING (data_space, module) WHERE data ? field.key`;
  const listed = await database.query({
    text: `(SELECT 'missing' AS what, * FROM (${indexed} EXCEPT SELECT ${columns} FROM crm_field_value) AS one)
           UNION ALL
           (SELECT 'left over' AS what, * FROM (SELECT ${columns} FROM crm_field_value EXCEPT ${indexed}) AS other)`,
  });
  return { kept, real, wrongValues: listed };
}
