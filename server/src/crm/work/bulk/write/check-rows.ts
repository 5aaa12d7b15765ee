import type { CrmCall } from '../../../kernel/call.ts';
import { type ErrorBody, errorBody } from '../../../kernel/errors.ts';
import { type Module, wholeModule } from '../../../kernel/metadata/metadata.ts';
import { itemsIn, newBatch } from '../../../records/rules/batch.ts';
import { chains, run } from '../../../records/rules/chain.ts';
import { failuresOf } from '../../../records/rules/read-item.ts';
import { uniqueForm } from '../../../records/unique-claims.ts';
import { holdersOf } from '../../../records/write/find-duplicates.ts';

/** What would be wrong with rows if they were created now; nothing is written. */
export async function checkRows(
  call: CrmCall,
  module: Module,
  items: readonly Readonly<Record<string, unknown>>[],
): Promise<(readonly ErrorBody[])[]> {
  const { metadata, dataSpace } = call.space;
  const batch = newBatch(call, module, 'insert', itemsIn(items), { takeId: () => '0' });
  await run(chains.check, batch);
  const failures = batch.items.map(({ changes, failure, jsonPath }, index): readonly ErrorBody[] => {
    if (changes) return failure ? [failure] : [];
    const task = { metadata, module, dataSpace, jsonPath, creating: true };
    return failuresOf(items[index] as (typeof items)[number], task);
  });
  await checkUnique(call, module, items, failures);
  return failures;
}

async function checkUnique(
  call: CrmCall,
  module: Module,
  items: readonly Readonly<Record<string, unknown>>[],
  failures: (readonly ErrorBody[])[],
): Promise<void> {
  for (const field of wholeModule(module).fields.filter(({ unique }) => unique)) {
    const values = items
      .map((item) => item[field.apiName])
      .map((value) => (typeof value === 'string' ? value : undefined));
    const holders = await holdersOf(call, module, field, [...new Set(values.filter((value) => value !== undefined))]);
    const seen = new Set<string>();
    for (const [index, value] of values.entries()) {
      const folded = value === undefined ? undefined : uniqueForm(field, value);
      if (folded === undefined) continue;
      if (holders.has(folded) || seen.has(folded)) {
        failures[index] = [...(failures[index] ?? []), errorBody('DUPLICATE_DATA', { api_name: field.apiName })];
      }
      seen.add(folded);
    }
  }
}
