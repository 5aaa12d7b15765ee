import type { CrmCall } from '../../kernel/call.ts';
import { errorBody, idInvalid } from '../../kernel/errors.ts';
import type { ItemChanges, PlacedReference } from '../../kernel/record/changes.ts';
import type { StoredValue } from '../../kernel/record/record.ts';
import type { Reference } from '../../kernel/record/writes.ts';
import { usableFiles } from '../../store/files/file-parts.ts';
import { type Batch, openItems } from './batch.ts';

type Facts = Readonly<Record<string, StoredValue>>;

/** The files that items name, with what records remember of them; one statement, when there are any. */
async function findFiles(
  { space, store, user, nowMs }: CrmCall,
  items: readonly { readonly changes: ItemChanges }[],
): Promise<ReadonlyMap<string, Facts>> {
  const ids = new Set<string>();
  for (const { changes } of items) for (const { kind, id } of changes.references) if (kind === 'file') ids.add(id);
  if (ids.size === 0) return new Map();
  const files = await usableFiles(store.database, space.dataSpace, [...ids], nowMs);
  return new Map(
    files.map(({ id, name, sizeBytes }) => [
      id,
      { File_Name__s: name, Size__s: sizeBytes, Created_Time__s: nowMs, Created_By__s: user.id },
    ]),
  );
}

/**
 * Step: refuses items that point to records, users or files which do not exist in the data space: users from memory,
 * records with one statement for all items.
 */
export async function checkReferences(batch: Batch): Promise<void> {
  const { call } = batch;
  const { space, store } = call;
  const items = openItems(batch);
  const references = new Map<string, Reference>();
  for (const { changes } of items) {
    for (const { kind, id, module } of changes.references) {
      const target = kind === 'record' ? space.metadata.find(module ?? '') : undefined;
      if (target) references.set(`${target.number}/${id}`, { module: target.number, id });
    }
  }
  const targets = await store.records.targets(space.dataSpace, [...references.values()]);
  const found = new Set(targets.map((target) => `${target.module}/${target.id}`));
  const files = await findFiles(call, items);
  const exists = ({ kind, id, module, found: tell }: PlacedReference): boolean => {
    if (kind === 'file') {
      const facts = files.get(id);
      if (facts) tell?.(facts);
      return facts !== undefined;
    }
    if (kind === 'user') return space.user(id)?.status === 'active';
    const target = space.metadata.find(module ?? '');
    return target !== undefined && found.has(`${target.number}/${id}`);
  };
  for (const item of items) {
    const missing = item.changes.references.find((reference) => !exists(reference));
    if (!missing) continue;
    item.failure = errorBody('INVALID_DATA', { api_name: missing.apiName, json_path: missing.jsonPath }, idInvalid);
  }
}
