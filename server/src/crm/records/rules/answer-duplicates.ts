import { showUser } from '../../fields/model/view.ts';
import { type ErrorBody, errorBody } from '../../kernel/errors.ts';
import { nameOfKey } from '../../kernel/metadata/metadata.ts';
import type { Conflict } from '../../kernel/record/writes.ts';
import type { Batch } from './batch.ts';

/**
 * Step: refuses items that lost unique values to other records. The records that hold the values are read with one
 * statement, and only when there are any.
 */
export async function answerDuplicates({ call, module, items }: Batch): Promise<void> {
  const lost = items.flatMap((item) =>
    item.outcome && 'conflicts' in item.outcome ? [{ item, conflicts: item.outcome.conflicts }] : [],
  );
  if (lost.length === 0) return;
  const { space, store } = call;
  const holderIds = [...new Set(lost.flatMap(({ conflicts }) => conflicts.map(({ recordId }) => recordId)))];
  const holders = await store.records.readMany(space.dataSpace, module.number, holderIds);
  const bodyOf = (conflict: Conflict, jsonPath: string): ErrorBody => {
    const holder = holders.get(conflict.recordId);
    const apiName = nameOfKey(conflict.field);
    return errorBody('DUPLICATE_DATA', {
      api_name: apiName,
      json_path: `${jsonPath}.${apiName}`,
      id: conflict.recordId,
      duplicate_record: {
        id: conflict.recordId,
        module: { api_name: module.apiName, id: space.moduleId(module) },
        ...(holder ? { Owner: showUser(space, holder.ownerId) } : {}),
      },
    });
  };
  for (const { item, conflicts } of lost) {
    const errors = conflicts.map((conflict) => bodyOf(conflict, item.jsonPath));
    const [first] = errors as [ErrorBody];
    // Since v7 all of them are told at once.
    const many = errors.length > 1 && call.version.number >= 7;
    item.failure = many ? errorBody('MULTIPLE_OR_MULTI_ERRORS', { errors }) : first;
  }
}
