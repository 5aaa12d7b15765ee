import type { CrmCall } from '../../../kernel/call.ts';
import { type ErrorBody, errorBody } from '../../../kernel/errors.ts';
import { type Module, wholeModule } from '../../../kernel/metadata/metadata.ts';
import type { ItemChanges } from '../../../kernel/record/changes.ts';
import { derivationFailure } from '../../../records/rules/draft.ts';
import { uniqueForm } from '../../../records/write/apply-changes.ts';
import { checkReferences } from '../../../records/write/check-references.ts';
import { holdersOf } from '../../../records/write/find-duplicates.ts';
import { newRecord } from '../../../records/write/new-record.ts';
import { failuresOf, readItem } from '../../../records/write/read-item.ts';

/** What would be wrong with rows if they were created now; nothing is written. */
export async function checkRows(
  call: CrmCall,
  module: Module,
  items: readonly Readonly<Record<string, unknown>>[],
): Promise<(readonly ErrorBody[])[]> {
  const { metadata, dataSpace } = call.space;
  const failures = new Array<readonly ErrorBody[]>(items.length).fill([]);
  const readings = items.map((item, index): ItemChanges | undefined => {
    const task = { metadata, module, dataSpace, jsonPath: `$.data[${index}]`, creating: true };
    const reading = readItem(item, task);
    if (reading.failure) failures[index] = failuresOf(item, task);
    return reading.failure ? undefined : reading.changes;
  });
  const missing = await checkReferences(call, readings);
  for (const [index, changes] of readings.entries()) {
    if (!changes) continue;
    const made = newRecord(call, module, changes, new Map(), () => '0');
    const derived = 'failure' in made ? derivationFailure(made.failure, `$.data[${index}]`) : undefined;
    failures[index] = [missing(changes.wishes) ?? derived].filter((failure) => failure !== undefined);
  }
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
