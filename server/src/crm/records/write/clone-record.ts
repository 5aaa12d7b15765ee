import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { readJsonBody } from '../../kernel/json-body.ts';
import { type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { ItemChanges, RowChange } from '../../kernel/record/changes.ts';
import type { StoredRecord, StoredValue } from '../../kernel/record/record.ts';
import type { Conflict } from '../../kernel/record/writes.ts';
import { isWritable } from '../../language/values/read-value.ts';
import { approvalState } from '../../store/records/approval.ts';
import { success } from '../../wire/item-list.ts';
import { pathId } from '../../wire/parameters.ts';
import { newLinks } from '../linking/write-links.ts';
import { recordModule } from '../record-module.ts';
import { numberRecords } from '../rules/auto-numbers.ts';
import { derivationFailure } from '../rules/draft.ts';
import { newRowCount } from './apply-changes.ts';
import { checkReferences } from './check-references.ts';
import { duplicateAnswers } from './duplicates.ts';
import { newRecord } from './new-record.ts';
import { readItem } from './read-item.ts';
import { resolveTags } from './tags.ts';
import { touchParents } from './touch-parents.ts';
import { readRecords, writeAnswer, writeDetails } from './write-request.ts';

/**
 * POST /{module}/{id}/actions/clone (crm-api 6.7): a new record with the values of another; `data` may hold one object
 * with other values. System fields, tags, files and unique fields are not copied: a unique value needs another one.
 */
export async function cloneRecord(call: CrmCall): Promise<CrmAnswer> {
  recordModule(call, 'View');
  const module = recordModule(call, 'Create');
  const { space, store } = call;
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  const raw = givesValues(call) ? (await readRecords(call, module))[0] : {};
  const source = await store.records.read({ dataSpace: space.dataSpace, module: module.number, id });
  if (!source) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 1 }, message: idInvalid });
  return writeAnswer(call, [await clone(call, module, source, raw)], 201);
}

function givesValues({ body }: CrmCall): boolean {
  return body.length > 0 && Object.hasOwn(readJsonBody(body), 'data');
}

async function clone(call: CrmCall, module: Module, source: StoredRecord, raw: unknown): Promise<ItemAnswer> {
  const { space, store } = call;
  const reading = readItem(raw, {
    metadata: space.metadata,
    module,
    dataSpace: space.dataSpace,
    jsonPath: '$.data[0]',
    creating: false,
    ignored: call.ignoredKeys,
  });
  if (reading.failure) return reading.failure;
  const missing = (await checkReferences(call, [reading.changes]))(reading.changes.wishes);
  if (missing) return missing;
  const taken = takenValues(module, source, reading.changes);
  if (taken.length > 0) {
    const refused = await duplicateAnswers(call, module, [{ written: false, conflicts: taken }], () => 0);
    return refused.get(0) as ItemAnswer;
  }
  const changes = merged(module, source, reading.changes);
  const absent = module.fields.find(
    ({ apiName, key, mandatory }) => mandatory && !hasValue(changes, key) && apiName !== 'Owner',
  );
  if (absent) {
    const place = { api_name: absent.apiName, json_path: `$.data[0].${absent.apiName}` };
    return errorBody('MANDATORY_NOT_FOUND', place);
  }
  const tagIds = await resolveTags(call, module, [changes]);
  await numberRecords(call.store.database, call, module, [changes]);
  const ids = await store.ids.take(space.dataSpace, 1 + newRowCount(changes));
  let next = 0;
  const made = newRecord(call, module, changes, tagIds, () => ids[next++] as string);
  if ('failure' in made) return derivationFailure(made.failure, '$.data[0]');
  await touchParents(call, module, [made.record], 'added');
  const links = newLinks(call, module, changes, made.key.id, () => ids[next++] as string);
  const duplicates = await duplicateAnswers(call, module, await store.records.insert([made, ...links]), () => 0);
  const details = { ...writeDetails(call, made.record), $approval_state: approvalState(made.record) };
  return duplicates.get(0) ?? success('record added', details);
}

/** Unique values of the source that the request says nothing of. */
function takenValues(module: Module, { id, data }: StoredRecord, { values }: ItemChanges): Conflict[] {
  return module.fields
    .filter(({ unique, key }) => unique && data[key] !== undefined && !values.has(key))
    .map(({ key }) => ({ field: key, recordId: id }));
}

function hasValue({ values, rows }: ItemChanges, key: string): boolean {
  return (values.get(key) ?? null) !== null || (rows.get(key)?.length ?? 0) > 0;
}

type Row = Readonly<Record<string, StoredValue>>;

/** The values of the source under those of the request. */
function merged(module: Module, source: StoredRecord, given: ItemChanges): ItemChanges {
  const values = new Map<string, StoredValue | null>();
  const rows = new Map<string, RowChange[]>();
  for (const field of wholeModule(module).fields) {
    const value = source.data[field.key];
    if (value === undefined || field.unique || field.readOnly) continue;
    if (field.dataType === 'subform') {
      const copies = (value as readonly Row[]).map(({ id: _, ...row }): RowChange => {
        return {
          id: null,
          remove: false,
          values: new Map(Object.entries(row)),
          jsonPath: `$.data[0].${field.apiName}`,
        };
      });
      rows.set(field.key, copies);
    } else if (isWritable(field) && field.apiName !== 'Tag') values.set(field.key, value);
  }
  for (const [name, value] of given.values) values.set(name, value);
  for (const [name, changes] of given.rows) {
    // Rows that say nothing but their id, as files do, are the other record's.
    rows.set(
      name,
      changes.filter((row) => row.values.size > 0).map((row) => ({ ...row, id: null, remove: false })),
    );
  }
  return { ...given, values, rows, ownerId: given.ownerId ?? source.ownerId };
}
