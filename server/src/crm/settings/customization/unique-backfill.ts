import type { Queryable } from '../../../database/database.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { Field } from '../../kernel/metadata/metadata.ts';
import { inOrderSql } from '../../language/query/in-order.ts';
import { uniqueForm } from '../../records/unique-claims.ts';
import type { FoundField } from './find-field.ts';

const batchRows = 5_000;

/**
 * Takes the values that records have already for a field that becomes unique, a batch a statement.
 * @returns the id of a record whose value another one has too, when there is one: then nothing is taken.
 */
export async function claimValues(
  transaction: Queryable,
  { space }: CrmCall,
  { module, field }: FoundField,
  form: Pick<Field, 'caseSensitive'>,
): Promise<string | undefined> {
  const place = [space.dataSpace, module.number, field.key];
  for (let after = '0'; ; ) {
    const rows = await transaction.query<{ record_id: string; value: string | null }>({
      text: `SELECT record_id, data ->> $3 AS value FROM crm_record
             WHERE data_space = $1 AND module = $2 AND record_id > $4::bigint
               AND ${inOrderSql('record_id')} ORDER BY record_id LIMIT ${batchRows}`,
      values: [...place, after],
    });
    const held = rows.flatMap(({ record_id, value }) =>
      value === null ? [] : [{ record_id, value: uniqueForm(form, value) }],
    );
    const taken = await transaction.query<{ record_id: string }>({
      text: `INSERT INTO crm_unique_value (data_space, module, field, value, record_id)
             SELECT $1, $2, $3, value, record_id FROM unnest($4::text[], $5::bigint[]) AS held (value, record_id)
             ON CONFLICT DO NOTHING RETURNING record_id`,
      values: [...place, held.map(({ value }) => value), held.map(({ record_id }) => record_id)],
    });
    if (taken.length < held.length) {
      await releaseValues(transaction, { space }, { module, field });
      const own = new Set(taken.map(({ record_id }) => record_id));
      return held.find(({ record_id }) => !own.has(record_id))?.record_id;
    }
    const last = rows.at(-1);
    if (!last || rows.length < batchRows) return undefined;
    after = last.record_id;
  }
}

/** Gives the values of a field back that is no longer unique. */
export async function releaseValues(
  transaction: Queryable,
  { space }: Pick<CrmCall, 'space'>,
  { module, field }: Pick<FoundField, 'module' | 'field'>,
): Promise<void> {
  await transaction.query({
    text: 'DELETE FROM crm_unique_value WHERE data_space = $1 AND module = $2 AND field = $3',
    values: [space.dataSpace, module.number, field.key],
  });
}
