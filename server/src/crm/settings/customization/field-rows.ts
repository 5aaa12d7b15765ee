import type { Queryable } from '../../../database/database.ts';
import { findKind } from '../../fields/field-kinds.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import type { FieldSource } from '../../kernel/metadata/standard-modules.ts';
import { newKey } from './field-names.ts';

/** The rows that fields of organizations are kept in. All of this runs while the data space is locked for changes. */

/** Keeps a new field of a module. */
export async function insertField(
  transaction: Queryable,
  { space, nowMs }: Pick<CrmCall, 'space' | 'nowMs'>,
  module: Module,
  source: FieldSource,
): Promise<void> {
  const { dataSpace } = space;
  const key = newKey(module, source.api_name, await spentKeys(transaction, dataSpace, module));
  const { api_name, ...others } = source;
  // What a formula computes is kept and found like values of that type.
  const valueKind = findKind(source.return_type ?? source.type);
  const ordered = module.generatedType === 'subform' ? undefined : valueKind?.definition?.ordered;
  const definition = { ...others, ...(key === api_name ? {} : { key }), ...(ordered ? { ordered: true } : {}) };
  await transaction.query({
    text: `INSERT INTO crm_custom_field (data_space, module, api_name, definition, created_at_ms, modified_at_ms)
           VALUES ($1, $2, $3, $4, $5, $5)`,
    values: [dataSpace, module.number, api_name, JSON.stringify(definition), nowMs],
  });
  if (ordered) {
    await transaction.query({
      text: 'INSERT INTO crm_indexed_field (data_space, module, key, long) VALUES ($1, $2, $3, $4)',
      values: [dataSpace, module.number, key, ordered === 'long'],
    });
  }
  if (source.auto_number) {
    await transaction.query({
      text: 'INSERT INTO crm_auto_number (data_space, module, key, next) VALUES ($1, $2, $3, $4)',
      values: [dataSpace, module.number, key, source.auto_number.start],
    });
  }
}

async function spentKeys(transaction: Queryable, dataSpace: number, module: Module): Promise<string[]> {
  const rows = await transaction.query<{ key: string }>({
    text: 'SELECT key FROM crm_deleted_field WHERE data_space = $1 AND module = $2',
    values: [dataSpace, module.number],
  });
  return rows.map(({ key }) => key);
}

/** Changes parts of a field's definition; of a standard field what differs is kept. */
export async function changeField(
  transaction: Queryable,
  { space, nowMs }: Pick<CrmCall, 'space' | 'nowMs'>,
  module: Module,
  field: Field,
  changes: Partial<FieldSource>,
): Promise<void> {
  await transaction.query({
    text: `INSERT INTO crm_custom_field (data_space, module, api_name, definition, created_at_ms, modified_at_ms)
           VALUES ($1, $2, $3, $4, $5, $5)
           ON CONFLICT (data_space, module, api_name)
             DO UPDATE SET definition = crm_custom_field.definition || EXCLUDED.definition,
                           modified_at_ms = EXCLUDED.modified_at_ms`,
    values: [space.dataSpace, module.number, field.apiName, JSON.stringify(changes), nowMs],
  });
}

/** Forgets a field. Its key is spent: values under it may still be in records. */
export async function removeField(
  transaction: Queryable,
  { space, nowMs }: Pick<CrmCall, 'space' | 'nowMs'>,
  module: Module,
  field: Field,
): Promise<void> {
  await transaction.query({
    text: `WITH row AS (
             DELETE FROM crm_custom_field WHERE data_space = $1 AND module = $2 AND api_name = $3
           ), ordered AS (
             DELETE FROM crm_indexed_field WHERE data_space = $1 AND module = $2 AND key = $4
           ), numbering AS (
             DELETE FROM crm_auto_number WHERE data_space = $1 AND module = $2 AND key = $4
           )
           INSERT INTO crm_deleted_field (data_space, module, key, deleted_at_ms) VALUES ($1, $2, $4, $5)`,
    values: [space.dataSpace, module.number, field.apiName, field.key, nowMs],
  });
}
