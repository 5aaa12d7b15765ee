import type { JobOrigin } from '../../jobs/job.ts';
import { insertJob } from '../../jobs/job-table.ts';
import type { JobEnd, JobKind, RunningJob } from '../../jobs/running-job.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid } from '../../kernel/errors.ts';
import { readId, sequenceOf } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import { checkPermission, customization } from '../../kernel/permissions.ts';
import type { StoredRecord, StoredValue } from '../../kernel/record/record.ts';
import type { GlobalChoice, GlobalPickList } from '../../kernel/space/global-pick-list.ts';
import { inOrderSql } from '../../language/query/in-order.ts';
import { type Amendment, amendRecords } from '../../records/write/amend-records.ts';
import { inOneTransaction } from '../../store/records/transaction-store.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { readSettings } from '../../store/space/settings-table.ts';
import { answerItemList, readItemList, success } from '../../wire/item-list.ts';
import { fieldsUsing } from './pick-list-answer.ts';
import { listInPath } from './read-pick-lists.ts';
import { storePickList, unknownList } from './write-pick-lists.ts';

/** Replacing choices of a global pick list: nobody is offered the old ones any more, and a job changes the records. */

export const maxReplacements = 100;

interface Replacement extends JobOrigin {
  readonly list: string;
  /** Old values, and what takes the place of each. */
  readonly pairs: readonly (readonly [from: string, to: string])[];
}

/** How many of the fields are done, and the last record of the next one that was looked at. */
interface Progress {
  readonly fields: number;
  readonly last: string;
}

/** POST /settings/global_picklists/{id}/actions/replace_picklist_values */
export async function replaceValues(call: CrmCall): Promise<CrmAnswer> {
  checkPermission(call.user, customization);
  const { id } = listInPath(call);
  const { space, store } = call;
  const items = readItemList(call, 'replace_picklist_values', maxReplacements);
  const [job_id] = (await store.ids.take(space.dataSpace, 1)) as [string];
  const failure = await changeSpace(call, async (transaction) => {
    const list = (await readSettings(transaction, call.space.dataSpace, 'global_pick_list')).find(
      (each) => each.id === id,
    );
    if (!list) throw unknownList();
    const pairs = new Map<string, string>();
    for (const [index, raw] of items.entries()) {
      const pair = readPair(call, list.definition, raw, `$.replace_picklist_values[${index}]`);
      if ('code' in pair) return pair;
      pairs.set(pair.from.value, pair.to.value);
    }
    if ([...pairs.values()].some((to) => pairs.has(to))) {
      return errorBody(
        'INVALID_DATA',
        { api_name: 'new_value', json_path: '$.replace_picklist_values' },
        'expected new values that stay',
      );
    }
    const old = list.definition.values.filter(({ value }) => pairs.has(value));
    const definition: GlobalPickList = {
      ...list.definition,
      values: list.definition.values.map((choice) => (old.includes(choice) ? { ...choice, used: false } : choice)),
      replaced: [...list.definition.replaced, ...old.map(({ display, value }) => ({ display, actual: value }))],
    };
    await storePickList(transaction, call, { ...list, definition });
    const origin = { version: call.version.name, origin: call.origin };
    const request: Replacement = { ...origin, list: id, pairs: [...pairs] };
    const progress: Progress = { fields: 0, last: '0' };
    await insertJob(transaction, call, job_id, { operation: 'choice_replacement', request, progress });
    return undefined;
  });
  if (failure) return answerItemList('replace_picklist_values', [failure], 200);
  const scheduled = { ...success('Replace picklist values scheduled successfully', { job_id }), code: 'SCHEDULED' };
  return { status: 200, json: { replace_picklist_values: [scheduled] } };
}

function readPair(
  { space }: CrmCall,
  { values }: GlobalPickList,
  raw: unknown,
  path: string,
): { readonly from: GlobalChoice; readonly to: GlobalChoice } | ErrorBody {
  const found: GlobalChoice[] = [];
  for (const key of ['old_value', 'new_value']) {
    const given = isJsonObject(raw) ? raw[key] : undefined;
    const place = { api_name: key, json_path: `${path}.${key}` };
    if (given === undefined || given === null) return errorBody('MANDATORY_NOT_FOUND', place);
    const sequence = isJsonObject(given) ? sequenceOf(space.dataSpace, readId(given.id) ?? '') : undefined;
    const name = isJsonObject(given) && given.id === undefined ? given.display_value : undefined;
    const choice = values.find(({ id, display }) => (name === undefined ? id === sequence : display === name));
    if (!choice) return errorBody('INVALID_DATA', place, idInvalid);
    found.push(choice);
  }
  const [from, to] = found as [GlobalChoice, GlobalChoice];
  if (from !== to && to.used) return { from, to };
  return errorBody(
    'INVALID_DATA',
    { api_name: 'new_value', json_path: `${path}.new_value` },
    'expected another choice that is in use',
  );
}

/** Records of one transaction. */
const batchRecords = 500;

async function runReplacement(call: CrmCall, running: RunningJob): Promise<JobEnd> {
  const { list, pairs: replacements } = running.job.request as Replacement;
  const pairs = new Map(replacements);
  const using = fieldsUsing(call.space.metadata, list);
  for (let progress = running.job.progress as Progress; progress.fields < using.length; ) {
    await running.keep();
    const { module, field } = using[progress.fields] as { module: Module; field: Field };
    const { last, fields } = progress;
    progress = await inOneTransaction(call.store, call.space.dataSpace, async (store, transaction) => {
      const rows = await transaction.query<{ record_id: string; holds: boolean }>({
        text: `SELECT record_id, data -> $4 ?| $5::text[] OR data ->> $4 = ANY ($5::text[]) AS holds FROM crm_record
               WHERE data_space = $1 AND module = $2 AND record_id > $3
                 AND ${inOrderSql('record_id')} ORDER BY record_id LIMIT ${batchRecords}`,
        values: [call.space.dataSpace, module.number, last, field.key, [...pairs.keys()]],
      });
      const ids = rows.filter(({ holds }) => holds).map(({ record_id }) => record_id);
      const inside = { ...call, store, nowMs: running.nowMs() };
      if (ids.length > 0) await amendRecords(inside, module, ids, (record) => replaced(record, field, pairs));
      const next =
        rows.length < batchRecords
          ? { fields: fields + 1, last: '0' }
          : { fields, last: rows.at(-1)?.record_id ?? last };
      await running.save(transaction, next);
      return next;
    });
  }
  return { state: 'completed', result: {} };
}

function replaced({ data }: StoredRecord, { key }: Field, pairs: ReadonlyMap<string, string>): Amendment {
  const value = data[key];
  const other = (each: unknown) => (typeof each === 'string' ? (pairs.get(each) ?? each) : each);
  const after = Array.isArray(value) ? [...new Set(value.map(other))] : other(value);
  return { values: { [key]: (after ?? null) as StoredValue | null } };
}

export const choiceReplacementKind: JobKind = { run: runReplacement };
