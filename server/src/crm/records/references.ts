import type { CrmCall } from '../context.ts';
import { type ErrorBody, errorBody, idInvalid } from '../errors.ts';
import type { ItemChanges, PlacedWish } from './read-item.ts';
import type { Reference } from './record-table.ts';

/**
 * Says of each item whether the records and users that it points to exist in the same data space: users from memory,
 * records with one statement for all items.
 */
export async function checkReferences(
  call: CrmCall,
  items: readonly (ItemChanges | undefined)[],
): Promise<(wishes: readonly PlacedWish[]) => ErrorBody | undefined> {
  const { space, store } = call;
  const references = new Map<string, Reference>();
  for (const item of items) {
    for (const { kind, id, module } of item?.wishes ?? []) {
      const target = kind === 'record' ? space.metadata.find(module ?? '') : undefined;
      if (target) references.set(`${target.number}/${id}`, { module: target.number, id });
    }
  }
  const targets = await store.records.targets(space.dataSpace, [...references.values()]);
  const found = new Set(targets.map((target) => `${target.module}/${target.id}`));
  const exists = ({ kind, id, module }: PlacedWish): boolean => {
    if (kind === 'user') return space.user(id)?.status === 'active';
    const target = space.metadata.find(module ?? '');
    return target !== undefined && found.has(`${target.number}/${id}`);
  };
  return (wishes) => {
    const missing = wishes.find((wish) => !exists(wish));
    return missing && errorBody('INVALID_DATA', { api_name: missing.apiName, json_path: missing.jsonPath }, idInvalid);
  };
}
