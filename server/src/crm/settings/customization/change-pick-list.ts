import { kindOf } from '../../fields/field-kinds.ts';
import { noChoice } from '../../fields/values/texts.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { PickListValue } from '../../kernel/metadata/metadata.ts';
import type { PickListSource } from '../../kernel/metadata/standard-modules.ts';
import { pickListValueId } from '../fields/field-answer.ts';
import { type FieldTask, fail, type Reading } from './field-task.ts';
import type { FoundField } from './find-field.ts';
import { mostChoices, readChoice, readText, tooMany } from './pick-list.ts';

/**
 * `pick_list_values` of a field that is there: items with an `id` change that choice, or take it away with `_delete`;
 * others are new. What is not mentioned stays. Records keep the values that they have.
 */
export function changePickList(item: JsonObject, { module, field }: FoundField, task: FieldTask): Reading {
  const given = item.pick_list_values;
  if (given === undefined || kindOf(field).choices === null) {
    return { value: {} };
  }
  // Those of a deal's pipeline are the pipelines, which have calls of their own.
  if (module.traits.stages && field.apiName === 'Pipeline') return fail('NOT_SUPPORTED', task, 'pick_list_values', {});
  // Its choices are changed where they are: in the list that fields share.
  if (field.globalPickList !== null) return fail('NOT_SUPPORTED', task, 'pick_list_values', {});
  if (!Array.isArray(given)) {
    return fail('INVALID_DATA', task, 'pick_list_values', { expected_data_type: 'jsonarray' });
  }
  if (given.length > mostChoices) return tooMany(task);
  const choices = field.pickList.map((choice, index) => ({
    id: pickListValueId(field, index, task.space),
    source: sourceOf(choice),
  }));
  for (const [index, raw] of given.entries()) {
    const at = `pick_list_values[${index}]`;
    const id = isJsonObject(raw) ? raw.id : undefined;
    if (!isJsonObject(raw) || id === undefined || id === null) {
      const part = readChoice(
        raw,
        index,
        field.dataType,
        choices.map(({ source }) => source),
        task,
      );
      if (part.failure) return part;
      choices.push({ id: task.space.id(part.value.id ?? 0), source: part.value });
      continue;
    }
    const place = choices.findIndex((choice) => choice.id === readId(id));
    const known = choices[place];
    if (!known || known.source.value === noChoice) return fail('INVALID_DATA', task, `${at}.id`, {});
    if (Object.hasOwn(raw, '_delete')) {
      choices.splice(place, 1);
      continue;
    }
    const renamed = raw.display_value === undefined ? undefined : readText(raw, 'display_value', at, task);
    if (renamed?.failure) return renamed;
    if (choices.some((other) => other !== known && shown(other.source) === renamed?.value)) {
      return fail('DUPLICATE_DATA', task, `${at}.display_value`, {});
    }
    if (renamed) choices[place] = { ...known, source: { ...known.source, display: renamed.value } };
  }
  if (choices.length > mostChoices + 1) return tooMany(task);
  // Each keeps the id that it was known by, wherever it stands from now on.
  const values = choices.map(({ id, source }): PickListSource => {
    return source.id === undefined ? { ...source, id: Number(id.slice(-12)) } : source;
  });
  return { value: { values } };
}

function shown({ value, display }: PickListSource): string {
  return display ?? value;
}

function sourceOf({ value, display, colour, idSuffix, probability, forecastType }: PickListValue): PickListSource {
  return {
    value,
    ...(display === undefined ? {} : { display }),
    ...(colour === undefined ? {} : { colour }),
    ...(idSuffix === undefined ? {} : { id: idSuffix }),
    ...(probability === undefined ? {} : { probability }),
    ...(forecastType === undefined ? {} : { forecast_type: forecastType }),
  };
}
