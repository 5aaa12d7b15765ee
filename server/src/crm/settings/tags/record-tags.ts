import { isStorable } from '../../fields/values/texts.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, readJsonBody } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { recordModule } from '../../records/record-module.ts';
import { tagIdsOf } from '../../records/tag-ids.ts';
import { type Amendment, amendRecords } from '../../records/write/amend-records.ts';
import { answerItemList, itemListOf, success } from '../../wire/item-list.ts';
import { booleanParameter, idsParameter, listParameter, pathId } from '../../wire/parameters.ts';

/** Putting tags on records and taking them off (crm-api 7.12). */

export const tagLimits = { records: 500, tagsOfRecord: 10, tagLength: 25, tagsOfRequest: 100 } as const;

type Action = 'add' | 'remove';

export const addTags = (call: CrmCall) => many(call, 'add');
export const removeTags = (call: CrmCall) => many(call, 'remove');
export const addTagsToOne = (call: CrmCall) => one(call, 'add');
export const removeTagsFromOne = (call: CrmCall) => one(call, 'remove');

/** POST /{module}/actions/add_tags, remove_tags */
async function many(call: CrmCall, action: Action): Promise<CrmAnswer> {
  const module = recordModule(call, 'Edit');
  const asked = readRequest(call);
  const ids = asked.ids ?? idsParameter(call.query, 'ids', tagLimits.records);
  if (!ids) throw new Refusal('MANDATORY_NOT_FOUND', { details: { api_name: 'ids', json_path: '$.ids' } });
  const answers = await apply(call, module, action, ids, asked);
  const done = answers.filter(({ status }) => status === 'success').length;
  const locked = answers.filter(({ code }) => code === 'RECORD_LOCKED').length;
  const counts = { success_count: String(done), locked_count: String(locked) };
  // Here records that fail are no reason for another status.
  return { ...answerItemList('data', answers, 200, counts), status: 200 };
}

/** POST /{module}/{id}/actions/add_tags, remove_tags */
async function one(call: CrmCall, action: Action): Promise<CrmAnswer> {
  const module = recordModule(call, 'Edit');
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  return answerItemList('data', await apply(call, module, action, [id], readRequest(call)), 200);
}

interface Request {
  readonly names: readonly string[];
  readonly ids: readonly string[] | undefined;
  readonly overwrite: boolean;
}

function readRequest(call: CrmCall): Request {
  const { query } = call;
  const overwrite = booleanParameter(query, 'over_write');
  // Old clients name tags in the query and send no body.
  if (call.version.number < 3 && query.get('tag_names')) {
    const names = (listParameter(query, 'tag_names') ?? []).map((name, index) => checkName(name, index));
    return { names, ids: undefined, overwrite };
  }
  const body = readJsonBody(call.body);
  const tags = itemListOf(body, 'tags', tagLimits.tagsOfRequest);
  const names = tags.map((tag, index) => checkName(nameOf(tag, call), index));
  return { names, ids: readIds(body.ids), overwrite: overwrite || body.over_write === true };
}

function nameOf(tag: unknown, { space }: CrmCall): unknown {
  if (!isJsonObject(tag)) return tag;
  return tag.name ?? space.tag(readId(tag.id) ?? '')?.name;
}

function checkName(name: unknown, index: number): string {
  const place = { api_name: 'name', json_path: `$.tags[${index}].name` };
  if (name === undefined) throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  if (typeof name !== 'string' || name.trim() === '' || !isStorable(name)) {
    throw new Refusal('INVALID_DATA', { details: { ...place, expected_data_type: 'text' } });
  }
  if (name.trim().length > tagLimits.tagLength) {
    throw new Refusal('INVALID_DATA', { details: { ...place, maximum_length: tagLimits.tagLength } });
  }
  return name.trim();
}

/** Ids in a body: strings of digits. */
function readIds(raw: unknown): readonly string[] | undefined {
  if (raw === undefined) return undefined;
  const ids = Array.isArray(raw) ? raw.map(readId) : [];
  if (ids.length === 0 || ids.includes(undefined)) {
    throw new Refusal('INVALID_DATA', { details: { api_name: 'ids', json_path: '$.ids' }, message: idInvalid });
  }
  const unique = [...new Set(ids as string[])];
  if (unique.length > tagLimits.records) throw new Refusal('LIMIT_EXCEEDED', { details: { limit: tagLimits.records } });
  return unique;
}

async function apply(
  call: CrmCall,
  module: Module,
  action: Action,
  ids: readonly string[],
  { names, overwrite }: Request,
): Promise<ItemAnswer[]> {
  const { space } = call;
  const known = space.contents.tags.filter((tag) => tag.module === module.number);
  // Names of tags that this call makes are not in memory yet.
  const shown = new Map(known.map((tag) => [tag.id, { name: tag.name, id: tag.id, color_code: tag.colorCode }]));
  const wanted: string[] = [];
  if (action === 'remove') {
    const folded = new Set(names.map((name) => name.toLowerCase()));
    for (const tag of known) if (folded.has(tag.name.toLowerCase())) wanted.push(tag.id);
  } else {
    const made = await tagIdsOf(call, module, names);
    for (const name of new Set(names)) {
      const id = made.get(name.toLowerCase());
      if (id === undefined || wanted.includes(id)) continue;
      wanted.push(id);
      if (!shown.has(id)) shown.set(id, { name, id, color_code: null });
    }
  }
  const after = (before: readonly string[]): readonly string[] => {
    // Ids that are not in memory belong to tags that someone made this very moment.
    if (action === 'remove') return before.filter((id) => !wanted.includes(id));
    return overwrite ? wanted : [...new Set([...before, ...wanted])];
  };
  const change = (record: StoredRecord): Amendment => {
    const tags = after((record.data.Tag ?? []) as readonly string[]);
    if (tags.length > tagLimits.tagsOfRecord) return { failure: tooMany(record) };
    return { values: { Tag: tags.length === 0 ? null : tags } };
  };
  const told = action === 'add' ? 'tag_added' : 'tag_removed';
  const outcomes = await amendRecords(call, module, ids, change, told);
  return ids.map((id): ItemAnswer => {
    const outcome = outcomes.get(id);
    if (!outcome) return errorBody('INVALID_DATA', { id }, idInvalid);
    if ('failure' in outcome) return outcome.failure;
    const tags = ((outcome.record.data.Tag ?? []) as readonly string[])
      .map((tag) => shown.get(tag))
      .filter((tag) => tag !== undefined);
    const old = call.version.number < 3;
    return success('tags updated successfully', { id, tags: old ? tags.map(({ name }) => name) : tags });
  });
}

function tooMany(record: StoredRecord): ErrorBody {
  return errorBody('LIMIT_EXCEEDED', { limit: tagLimits.tagsOfRecord, id: record.id });
}
