import type { CrmCall } from '../../kernel/call.ts';
import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import type { Condition } from '../../language/query/condition.ts';
import { restSource } from '../../language/query/select-matching.ts';
import { StatementBuilder } from '../../language/query/statement-builder.ts';
import { uniqueForm } from '../unique-claims.ts';

/** The oldest record that has each value in a field (no lead that was converted), by the value in its unique form (`uniqueForm`): one statement, over an index. */
export async function holdersOf(
  call: CrmCall,
  module: Module,
  field: Field,
  values: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (values.length === 0) return new Map();
  const rows = field.unique
    ? await uniqueHolders(call, module, field, values)
    : await matches(call, module, field, values);
  return new Map(rows.map((row) => [uniqueForm(field, row.value), row.record_id]));
}

interface Row {
  value: string;
  record_id: string;
}

function uniqueHolders(
  { space, store }: CrmCall,
  module: Module,
  field: Field,
  values: readonly string[],
): Promise<Row[]> {
  return store.database.query<Row>({
    text: `SELECT value, record_id FROM crm_unique_value
           WHERE data_space = $1 AND module = $2 AND field = $3 AND value = ANY ($4::text[])`,
    values: [space.dataSpace, module.number, field.key, values.map((value) => uniqueForm(field, value))],
  });
}

function matches({ space, store }: CrmCall, module: Module, field: Field, values: readonly string[]): Promise<Row[]> {
  const builder = new StatementBuilder(space.dataSpace, module);
  const column = { module, field, path: [] };
  const condition: Condition = { kind: 'test', column, operator: 'in', negated: false, values };
  const { from, where } = restSource({ module, condition }, builder);
  const sql = builder.column(column);
  return store.database.query<Row>({
    text: `SELECT min(${sql}) AS value, min(r.record_id) AS record_id FROM ${from} WHERE ${where} AND NOT r.converted GROUP BY lower(${sql})`,
    values: builder.values,
  });
}
