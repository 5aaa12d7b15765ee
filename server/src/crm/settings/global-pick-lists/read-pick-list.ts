import { noChoice } from '../../fields/values/texts.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid } from '../../kernel/errors.ts';
import { readId, sequenceOf } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { GlobalChoice, GlobalPickList } from '../../kernel/space/global-pick-list.ts';
import { itemField, readPlainItem } from '../../wire/item-list.ts';
import type { FieldTask } from '../customization/field-task.ts';
import { mostChoices, readChoice } from '../customization/pick-list.ts';

const fields = [
  itemField('display_label', 'text', 50, true),
  itemField('description', 'textarea', 255),
  itemField('pick_list_values_sorted_lexically', 'boolean', 5),
];

type Reading = { readonly value: GlobalPickList; readonly failure?: undefined } | { readonly failure: ErrorBody };

/** What an item makes of a list; of a new one without `before`. Choices that are not mentioned stay as they are. */
export function readPickListItem(
  call: CrmCall,
  raw: unknown,
  path: string,
  before: GlobalPickList | undefined,
  newId: () => number,
): Reading {
  const reading = readPlainItem(raw, fields, path, before === undefined);
  if (reading.failure) return reading;
  const { item, values } = reading;
  const label = ((values.get('display_label') as string | undefined) ?? before?.label ?? '').trim();
  if (label === '') {
    return {
      failure: errorBody('MANDATORY_NOT_FOUND', { api_name: 'display_label', json_path: `${path}.display_label` }),
    };
  }
  const description = values.has('description') ? values.get('description') : before?.description;
  const sorted = values.get('pick_list_values_sorted_lexically') ?? before?.sortedLexically;
  const choices = readChoices(call, item, path, before, newId);
  if ('failure' in choices) return { failure: choices.failure };
  return {
    value: {
      label,
      apiName: before?.apiName ?? apiNameOf(label),
      description: (description ?? null) as string | null,
      sortedLexically: sorted === true,
      values: choices.values,
      replaced: before?.replaced ?? [],
    },
  };
}

/** `Lead Sources` is `Lead_Sources`. */
function apiNameOf(label: string): string {
  const name = label.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
  return /^[A-Za-z]/.test(name) ? name : `List_${name}`.replace(/_$/, '');
}

function readChoices(
  call: CrmCall,
  item: JsonObject,
  path: string,
  before: GlobalPickList | undefined,
  newId: () => number,
): { readonly values: readonly GlobalChoice[] } | { readonly failure: ErrorBody } {
  const place = { api_name: 'pick_list_values', json_path: `${path}.pick_list_values` };
  const given = item.pick_list_values;
  if (given === undefined && before) return { values: before.values };
  if (given === undefined || given === null) return { failure: errorBody('MANDATORY_NOT_FOUND', place) };
  if (!Array.isArray(given)) {
    return { failure: errorBody('INVALID_DATA', { expected_data_type: 'jsonarray', ...place }) };
  }
  if (given.length === 0 && !before) return { failure: errorBody('MANDATORY_NOT_FOUND', place) };
  if (given.length > mostChoices) return { failure: errorBody('LIMIT_EXCEEDED', { limit: mostChoices, ...place }) };
  const values: GlobalChoice[] = [...(before?.values ?? [])];
  const task = { at: path, newId, space: call.space } as FieldTask;
  for (const [index, raw] of given.entries()) {
    const at = `${place.json_path}[${index}]`;
    const id = isJsonObject(raw) ? (raw.id ?? undefined) : undefined;
    if (!isJsonObject(raw) || id === undefined) {
      const others = values.map(({ value, display }) => ({ value, display }));
      // Lists are used by fields of one choice and of many.
      const choice = readChoice(raw, index, 'multiselectpicklist', others, task);
      if (choice.failure) return { failure: choice.failure };
      const { value, display = value, colour = null } = choice.value;
      if (value === noChoice) {
        return { failure: errorBody('INVALID_DATA', { api_name: 'display_value', json_path: `${at}.display_value` }) };
      }
      values.push({ id: choice.value.id ?? newId(), value, display, colour, used: raw.type !== 'unused' });
      continue;
    }
    const changed = readChange(call, raw, values, at);
    if ('failure' in changed) return changed;
    values[changed.place] = changed.choice;
  }
  if (values.length > mostChoices) return { failure: errorBody('LIMIT_EXCEEDED', { limit: mostChoices, ...place }) };
  return { values };
}

function readChange(
  { space }: CrmCall,
  raw: JsonObject,
  values: readonly GlobalChoice[],
  path: string,
): { readonly place: number; readonly choice: GlobalChoice } | { readonly failure: ErrorBody } {
  const at = (key: string) => ({ api_name: key, json_path: `${path}.${key}` });
  const sequence = sequenceOf(space.dataSpace, readId(raw.id) ?? '');
  const place = values.findIndex(({ id }) => id === sequence);
  const known = values[place];
  if (!known) return { failure: errorBody('INVALID_DATA', at('id'), idInvalid) };
  const reading = readPlainItem(raw, [itemField('display_value', 'text', 120)], path, false);
  if (reading.failure) return { failure: reading.failure };
  const display = (reading.values.get('display_value') ?? known.display) as string;
  if (values.some((other) => other !== known && other.display === display)) {
    return { failure: errorBody('DUPLICATE_DATA', at('display_value')) };
  }
  const { type = known.used ? 'used' : 'unused' } = raw;
  if (type !== 'used' && type !== 'unused') {
    return { failure: errorBody('INVALID_DATA', { ...at('type'), supported_values: ['used', 'unused'] }) };
  }
  return { place, choice: { ...known, display, used: type === 'used' } };
}
