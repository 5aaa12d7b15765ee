import { type AutoNumber, wholeModule } from '../../kernel/metadata/metadata.ts';
import { type Batch, openItems } from './batch.ts';

/**
 * Step: numbers new records, in their order, in the fields of the module that do so: one statement for each field. A
 * number is given once, whatever the number of processes; a record that is refused afterwards leaves a gap.
 */
export async function numberRecords(batch: Batch): Promise<void> {
  const items = openItems(batch);
  if (items.length === 0) return;
  const { call, module, queryable } = batch;
  for (const { key, autoNumber } of wholeModule(module).fields) {
    if (!autoNumber) continue;
    const [row] = await queryable.query<{ first: string }>({
      text: `UPDATE crm_auto_number SET next = next + $4 WHERE data_space = $1 AND module = $2 AND key = $3
             RETURNING next - $4 AS first`,
      values: [call.space.dataSpace, module.number, key, items.length],
    });
    // The field was deleted a moment ago.
    if (!row) continue;
    for (const [place, { changes }] of items.entries()) {
      changes.values.set(key, numberText(autoNumber, BigInt(row.first) + BigInt(place)));
    }
  }
}

function numberText({ prefix, suffix, digits }: AutoNumber, number: bigint): string {
  return `${prefix}${String(number).padStart(digits, '0')}${suffix}`;
}
