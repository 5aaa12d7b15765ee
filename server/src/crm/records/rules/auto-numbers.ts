import type { Queryable } from '../../../database/database.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { type AutoNumber, type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { ItemChanges } from '../../kernel/record/changes.ts';

/**
 * Numbers new records, in their order, in the fields of the module that do so: one statement for each field. A number is
 * given once, whatever the number of processes; a record that is refused afterwards leaves a gap.
 */
export async function numberRecords(
  queryable: Queryable,
  { space }: Pick<CrmCall, 'space'>,
  module: Module,
  records: readonly Pick<ItemChanges, 'values'>[],
): Promise<void> {
  if (records.length === 0) return;
  for (const { key, autoNumber } of wholeModule(module).fields) {
    if (!autoNumber) continue;
    const [row] = await queryable.query<{ first: string }>({
      text: `UPDATE crm_auto_number SET next = next + $4 WHERE data_space = $1 AND module = $2 AND key = $3
             RETURNING next - $4 AS first`,
      values: [space.dataSpace, module.number, key, records.length],
    });
    // The field was deleted a moment ago.
    if (!row) continue;
    for (const [place, { values }] of records.entries()) {
      values.set(key, numberText(autoNumber, BigInt(row.first) + BigInt(place)));
    }
  }
}

function numberText({ prefix, suffix, digits }: AutoNumber, number: bigint): string {
  return `${prefix}${String(number).padStart(digits, '0')}${suffix}`;
}
