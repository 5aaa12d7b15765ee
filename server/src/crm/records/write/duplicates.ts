import type { CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody } from '../../kernel/errors.ts';
import { type Module, nameOfKey } from '../../kernel/metadata/metadata.ts';
import type { Conflict, WriteOutcome } from '../../kernel/record/writes.ts';
import { showUser } from '../view/view.ts';

/**
 * The answers to items that lost unique values, by their place among `outcomes`. The records that hold the values are
 * read with one statement, and only when there are any.
 */
export async function duplicateAnswers(
  call: CrmCall,
  module: Module,
  outcomes: readonly WriteOutcome[],
  indexOf: (place: number) => number,
): Promise<Map<number, ErrorBody>> {
  const lost = new Map<number, readonly Conflict[]>();
  outcomes.forEach((outcome, place) => {
    if ('conflicts' in outcome) lost.set(place, outcome.conflicts);
  });
  const answers = new Map<number, ErrorBody>();
  if (lost.size === 0) return answers;
  const { space, store } = call;
  const holderIds = [...new Set([...lost.values()].flat().map((conflict) => conflict.recordId))];
  const holders = await store.records.readMany(space.dataSpace, module.number, holderIds);
  const bodyOf = (conflict: Conflict, index: number): ErrorBody => {
    const holder = holders.get(conflict.recordId);
    const apiName = nameOfKey(conflict.field);
    return errorBody('DUPLICATE_DATA', {
      api_name: apiName,
      json_path: `$.data[${index}].${apiName}`,
      id: conflict.recordId,
      duplicate_record: {
        id: conflict.recordId,
        module: { api_name: module.apiName, id: space.moduleId(module) },
        ...(holder ? { Owner: showUser(space, holder.ownerId) } : {}),
      },
    });
  };
  for (const [place, conflicts] of lost) {
    const errors = conflicts.map((conflict) => bodyOf(conflict, indexOf(place)));
    const [first] = errors as [ErrorBody];
    // Since v7 all of them are told at once.
    const many = errors.length > 1 && call.version.number >= 7;
    answers.set(place, many ? errorBody('MULTIPLE_OR_MULTI_ERRORS', { errors }) : first);
  }
  return answers;
}
