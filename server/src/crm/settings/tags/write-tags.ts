import type { Queryable } from '../../../database/database.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { retaggedParts, untaggedParts } from '../../store/records/tagged-records.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { answerItemList, itemField, readItemList, readPlainItem, success } from '../../wire/item-list.ts';
import { pathId } from '../../wire/parameters.ts';
import {
  checkTagPermission,
  maxTagsPerModule,
  type TagRow,
  tagColors,
  tagColumns,
  tagDetails,
  tagModule,
} from './tag-settings.ts';

/** The calls that write tags (crm-api 7.12). */

const fields = [itemField('name', 'text', 25, true), itemField('color_code', 'text', 7)];

/** POST /settings/tags?module= */
export async function createTags(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, user, nowMs } = call;
  const module = tagModule(call, 'Edit');
  const items = readItemList(call, 'tags', maxTagsPerModule);
  const ids = await store.ids.take(space.dataSpace, items.length);
  const answers = await changeSpace(call, async (transaction) => {
    const tags = await readTags(transaction, call, module.number);
    const added: TagRow[] = [];
    const done = items.map((raw, index): ItemAnswer => {
      const reading = readTag(raw, tags, `$.tags[${index}]`, null);
      if ('failure' in reading) return reading.failure;
      if (tags.length >= maxTagsPerModule) return errorBody('LIMIT_EXCEEDED', { limit: maxTagsPerModule });
      const tag: TagRow = {
        tag_id: ids[index] as string,
        module: module.number,
        name: reading.name as string,
        color_code: reading.color ?? null,
        created_by: user.id,
        created_at_ms: String(nowMs),
        modified_by: user.id,
        modified_at_ms: String(nowMs),
      };
      tags.push(tag);
      added.push(tag);
      return success('tags created successfully', tagDetails(tag, call));
    });
    if (added.length > 0) {
      await transaction.query({
        text: `INSERT INTO crm_tag (data_space, module, tag_id, name, name_folded, color_code, created_by, created_at_ms,
                                    modified_by, modified_at_ms)
               SELECT $1, $2, tag_id, name, folded, color, $7, $8, $7, $8
               FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[]) AS new (tag_id, name, folded, color)`,
        values: [
          space.dataSpace,
          module.number,
          added.map((tag) => tag.tag_id),
          added.map((tag) => tag.name),
          added.map((tag) => tag.name.toLowerCase()),
          added.map((tag) => tag.color_code),
          user.id,
          nowMs,
        ],
      });
    }
    return done;
  });
  return answerItemList('tags', answers, 201);
}

/** PUT /settings/tags?module= */
export async function updateTags(call: CrmCall): Promise<CrmAnswer> {
  const items = readItemList(call, 'tags', maxTagsPerModule);
  return update(call, items, undefined);
}

/** PUT /settings/tags/{id}?module= */
export async function updateTag(call: CrmCall): Promise<CrmAnswer> {
  const id = readId(pathId(call.path[0] as string, 2));
  return update(call, readItemList(call, 'tags', 1), id);
}

async function update(
  call: CrmCall,
  items: readonly unknown[],
  /** Absent: each item names its own. */
  idInPath: string | undefined,
): Promise<CrmAnswer> {
  const module = tagModule(call, 'Edit');
  const answers = await changeSpace(call, async (transaction) => {
    const tags = await readTags(transaction, call, module.number);
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) {
      const jsonPath = `$.tags[${index}]`;
      const given = isJsonObject(raw) ? raw.id : undefined;
      const id = idInPath ?? readId(given);
      const tag = tags.find((each) => each.tag_id === id);
      if (!tag) {
        const place = idInPath ? { resource_path_index: 2 } : { api_name: 'id', json_path: `${jsonPath}.id` };
        const missing = idInPath === undefined && (given === undefined || given === null);
        done.push(missing ? errorBody('MANDATORY_NOT_FOUND', place) : errorBody('INVALID_DATA', place, idInvalid));
        continue;
      }
      const reading = readTag(raw, tags, jsonPath, tag);
      if ('failure' in reading) {
        done.push(reading.failure);
        continue;
      }
      tag.name = reading.name ?? tag.name;
      tag.color_code = reading.color === undefined ? tag.color_code : reading.color;
      tag.modified_by = call.user.id;
      tag.modified_at_ms = String(call.nowMs);
      await transaction.query({
        text: `UPDATE crm_tag SET name = $4, name_folded = $5, color_code = $6, modified_by = $7, modified_at_ms = $8
               WHERE data_space = $1 AND module = $2 AND tag_id = $3`,
        values: [
          call.space.dataSpace,
          module.number,
          tag.tag_id,
          tag.name,
          tag.name.toLowerCase(),
          tag.color_code,
          call.user.id,
          call.nowMs,
        ],
      });
      done.push(success('tags updated successfully', tagDetails(tag, call)));
    }
    return done;
  });
  return answerItemList('tags', answers, 200);
}

/** DELETE /settings/tags/{id}: off all records as well. */
export async function deleteTag(call: CrmCall): Promise<CrmAnswer> {
  const id = readId(pathId(call.path[0] as string, 2)) as string;
  await changeSpace(call, async (transaction) => {
    const module = await removeTag(transaction, call, id);
    if (module === undefined) throw unknownTag();
    checkChange(call, module);
  });
  return answerItemList('tags', [success('tags deleted successfully', { id })], 200);
}

/** Takes a tag off all records, and away. @returns the number of its module; undefined when there is no such tag. */
export async function removeTag(transaction: Queryable, { space }: CrmCall, id: string): Promise<number | undefined> {
  const [gone] = await transaction.query<{ module: number }>({
    text: `WITH gone AS (
             DELETE FROM crm_tag WHERE data_space = $1 AND tag_id = $2 RETURNING module
           ), ${untaggedParts({ dataSpace: '$1', module: '(SELECT module FROM gone)', tag: '$2' })}
           SELECT module FROM gone`,
    values: [space.dataSpace, id],
  });
  return gone?.module;
}

/** POST /settings/tags/{id}/actions/merge: the tag takes over the records of `conflict_id`, which ends. */
export async function mergeTags(call: CrmCall): Promise<CrmAnswer> {
  const { space, user, nowMs } = call;
  const id = readId(pathId(call.path[0] as string, 2)) as string;
  const raw = readItemList(call, 'tags', 1)[0];
  const conflict = isJsonObject(raw) ? readId(raw.conflict_id) : undefined;
  await changeSpace(call, async (transaction) => {
    const rows = await transaction.query<TagRow>({
      text: `SELECT ${tagColumns} FROM crm_tag WHERE data_space = $1 AND tag_id = ANY ($2::bigint[])`,
      values: [space.dataSpace, [id, conflict ?? '0']],
    });
    const kept = rows.find((row) => row.tag_id === id);
    const ended = rows.find((row) => row.tag_id === conflict);
    if (!kept) throw unknownTag();
    checkChange(call, kept.module);
    if (!ended || ended === kept || ended.module !== kept.module) {
      const details = { api_name: 'conflict_id', json_path: '$.tags[0].conflict_id' };
      throw new Refusal('INVALID_DATA', { details, message: idInvalid });
    }
    const records = retaggedParts({ dataSpace: '$1', module: '$2', from: '$3', to: '$4', by: '$5', atMs: '$6' });
    await transaction.query({
      text: `WITH ${records}
             DELETE FROM crm_tag WHERE data_space = $1 AND module = $2 AND tag_id = $3`,
      values: [space.dataSpace, kept.module, conflict, id, user.id, nowMs],
    });
  });
  return answerItemList('tags', [success('tags merged successfully', { id })], 200);
}

/** @throws Refusal, which undoes the transaction. */
function checkChange(call: CrmCall, moduleNumber: number): void {
  const module = call.space.metadata.byNumber(moduleNumber);
  if (module) checkTagPermission(call, module, 'Edit');
}

function unknownTag(): Refusal {
  return new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
}

async function readTags(transaction: Queryable, { space }: CrmCall, module: number): Promise<TagRow[]> {
  return transaction.query<TagRow>({
    text: `SELECT ${tagColumns} FROM crm_tag WHERE data_space = $1 AND module = $2`,
    values: [space.dataSpace, module],
  });
}

type TagReading = { readonly name?: string; readonly color?: string | null } | { readonly failure: ErrorBody };

function readTag(raw: unknown, tags: readonly TagRow[], jsonPath: string, self: TagRow | null): TagReading {
  const reading = readPlainItem(raw, fields, jsonPath, self === null);
  if (reading.failure) return { failure: reading.failure };
  const name = (reading.values.get('name') as string | undefined)?.trim();
  const color = reading.values.get('color_code') as string | null | undefined;
  const at = (apiName: string) => ({ api_name: apiName, json_path: `${jsonPath}.${apiName}` });
  if (typeof color === 'string' && !tagColors.includes(color.toUpperCase())) {
    return { failure: errorBody('INVALID_DATA', { ...at('color_code'), supported_values: tagColors }) };
  }
  const same =
    name === undefined ? undefined : tags.find((tag) => tag !== self && tag.name.toLowerCase() === name.toLowerCase());
  if (same) {
    const otherColor = typeof color === 'string' && color !== same.color_code;
    return { failure: errorBody(otherColor ? 'MAPPING_MISMATCH' : 'DUPLICATE_DATA', at('name')) };
  }
  return {
    ...(name === undefined ? {} : { name }),
    ...(color === undefined ? {} : { color: color === null ? null : color.toUpperCase() }),
  };
}
