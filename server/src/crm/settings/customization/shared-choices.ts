import { noChoice } from '../../fields/values/texts.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { Field } from '../../kernel/metadata/metadata.ts';
import type { PickListSource } from '../../kernel/metadata/standard-modules.ts';
import type { GlobalPickList } from '../../kernel/space/global-pick-list.ts';
import { type FieldTask, fail, type Reading } from './field-task.ts';

/** The choices of a global pick list as a field has them: those that are in use, under the ids that they have there. */
export function sharedChoices({ values, sortedLexically }: GlobalPickList): PickListSource[] {
  const used = values.filter((choice) => choice.used);
  const sorted = sortedLexically ? used.toSorted((a, b) => (a.display < b.display ? -1 : 1)) : used;
  return sorted.map(({ id, value, display, colour }) => ({
    ...{ id, value },
    ...(display === value ? {} : { display }),
    ...(colour === null ? {} : { colour }),
  }));
}

/** The field's choice of nothing, where it has one. */
export function noneOf({ pickList }: Field): PickListSource[] {
  return pickList
    .filter(({ value }) => value === noChoice)
    .map(({ value, idSuffix }) => ({ value, ...(idSuffix === undefined ? {} : { id: idSuffix }) }));
}

/** `global_picklist` of a new field: whose choices it has from now on. */
export function readGlobalPickList(
  { global_picklist: given }: JsonObject,
  task: FieldTask,
): Reading<{ readonly id: string; readonly values: readonly PickListSource[] }> {
  // Rows have no index that finds who uses a choice.
  if (task.module.generatedType === 'subform') return fail('NOT_SUPPORTED', task, 'global_picklist', {});
  if (!isJsonObject(given)) {
    return fail('INVALID_DATA', task, 'global_picklist', { expected_data_type: 'jsonobject' });
  }
  const lists = task.space.list('global_pick_list');
  const wanted = readId(given.id);
  const list = lists.find(({ id, definition }) =>
    wanted === undefined ? definition.apiName === given.api_name : id === wanted,
  );
  if (!list) return fail('INVALID_DATA', task, `global_picklist.${given.id === undefined ? 'api_name' : 'id'}`, {});
  return { value: { id: list.id, values: sharedChoices(list.definition) } };
}
