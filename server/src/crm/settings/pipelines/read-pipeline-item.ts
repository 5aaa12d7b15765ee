import { type ErrorBody, errorBody, idInvalid } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { Pipeline } from '../../kernel/space/pipeline.ts';
import { stageField, stagesOf } from '../../kernel/space/pipelines-of.ts';
import type { Space } from '../../kernel/space/space.ts';
import { itemField, readPlainItem } from '../../wire/item-list.ts';
import { pickListValueId } from '../fields/field-answer.ts';

const fields = [itemField('display_value', 'text', 120, true), itemField('default', 'boolean', 5)];
const maxStages = 200;

/** What an item says of a pipeline; what is absent stays as it is. */
export type PipelineChanges = Partial<Pick<Pipeline, 'name' | 'isDefault' | 'stages'>>;

/** Reads an item of a write; `self` is the pipeline that it changes, null for a new one. */
export function readPipelineItem(
  space: Space,
  raw: unknown,
  jsonPath: string,
  pipelines: readonly Pipeline[],
  self: Pipeline | null,
): { readonly changes: PipelineChanges } | { readonly failure: ErrorBody } {
  const reading = readPlainItem(raw, fields, jsonPath, self === null);
  if (reading.failure) return { failure: reading.failure };
  const { item, values } = reading;
  const name = values.get('display_value') as string | undefined;
  const folded = name?.toLowerCase();
  const taken = pipelines.some(
    (each) => each !== self && (each.name.toLowerCase() === folded || each.value.toLowerCase() === folded),
  );
  if (taken) {
    const place = { api_name: 'display_value', json_path: `${jsonPath}.display_value` };
    return { failure: errorBody('DUPLICATE_DATA', place) };
  }
  const stages = readStages(space, item, jsonPath, self);
  if (stages && 'failure' in stages) return stages;
  return {
    changes: {
      ...(name === undefined ? {} : { name }),
      // There is always a default: another one takes over.
      ...(values.get('default') === true ? { isDefault: true } : {}),
      ...(stages ? { stages: stages.stages } : {}),
    },
  };
}

/** The stages from now on: those that the item names at their places, and the others behind them. */
function readStages(
  space: Space,
  { maps: raw }: JsonObject,
  jsonPath: string,
  self: Pipeline | null,
): { readonly stages: readonly string[] } | { readonly failure: ErrorBody } | undefined {
  const place = { api_name: 'maps', json_path: `${jsonPath}.maps` };
  if (raw === undefined && self) return undefined;
  if (raw === undefined || raw === null) return { failure: errorBody('MANDATORY_NOT_FOUND', place) };
  if (!Array.isArray(raw)) return { failure: errorBody('INVALID_DATA', { ...place, expected_data_type: 'jsonarray' }) };
  if (raw.length > maxStages) {
    return { failure: errorBody('INVALID_DATA', { ...place, maximum_length: maxStages }) };
  }
  const named = new Map<string, number | null>();
  for (const [index, map] of raw.entries()) {
    const stage = readStage(space, map, `${place.json_path}[${index}]`, index);
    if ('failure' in stage) return stage;
    if (named.has(stage.value)) {
      const id = { api_name: 'id', json_path: `${place.json_path}[${index}].id` };
      return { failure: errorBody('DUPLICATE_DATA', id) };
    }
    named.set(stage.value, stage.sequence);
  }
  const kept = (self?.stages ?? []).filter((stage) => !named.has(stage));
  const placed = [...named].filter((entry): entry is [string, number] => entry[1] !== null);
  placed.sort(([, a], [, b]) => a - b);
  const stages = [...placed.map(([value]) => value), ...kept];
  return stages.length === 0 ? { failure: errorBody('MANDATORY_NOT_FOUND', place) } : { stages };
}

/** A stage by the id of its pick list value; without a sequence number it is to go. */
function readStage(
  space: Space,
  raw: unknown,
  jsonPath: string,
  index: number,
): { readonly value: string; readonly sequence: number | null } | { readonly failure: ErrorBody } {
  if (!isJsonObject(raw)) {
    return { failure: errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: jsonPath }) };
  }
  const place = (key: string) => ({ api_name: key, json_path: `${jsonPath}.${key}` });
  if (raw.id === undefined || raw.id === null) return { failure: errorBody('MANDATORY_NOT_FOUND', place('id')) };
  const value = stageById(space, raw.id);
  if (value === undefined) return { failure: errorBody('INVALID_DATA', place('id'), idInvalid) };
  if (Object.hasOwn(raw, '_delete')) return { value, sequence: null };
  const sequence = raw.sequence_number ?? index + 1;
  if (typeof sequence !== 'number' || !Number.isInteger(sequence)) {
    return { failure: errorBody('INVALID_DATA', { ...place('sequence_number'), expected_data_type: 'integer' }) };
  }
  return { value, sequence };
}

/** The stage whose pick list value has an id. */
export function stageById(space: Space, raw: unknown): string | undefined {
  const [id, field] = [readId(raw), stageField(space)];
  if (id === undefined || !field) return undefined;
  return stagesOf(space).find((_, index) => pickListValueId(field, index, space) === id)?.value;
}
