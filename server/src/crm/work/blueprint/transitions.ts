import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject, readJsonBody } from '../../kernel/json-body.ts';
import { givenName, type Module } from '../../kernel/metadata/metadata.ts';
import type { ItemChanges } from '../../kernel/record/changes.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import type { BlueprintTransition } from '../../kernel/space/blueprint.ts';
import { leavesFrom, type Process, processOf } from '../../records/blueprint-of.ts';
import { mayUse, recordModule } from '../../records/record-module.ts';
import { type BatchItem, newBatch } from '../../records/rules/batch.ts';
import { chains, run } from '../../records/rules/chain.ts';
import { storeFor } from '../../store/records/limited-records.ts';
import { inOneTransaction } from '../../store/records/transaction-store.ts';
import { answerItemList, itemListOf, success } from '../../wire/item-list.ts';
import { pathId } from '../../wire/parameters.ts';
import { blueprintAnswer } from './blueprint-answer.ts';

/** Where values stand in the request. */
const path = '$.blueprint[0].data';

/** The calls of blueprints (crm-api 11): what a record can do next, and doing it. */

/** The record in the path. @throws Refusal when there is none. */
async function recordInPath(call: CrmCall, module: Module): Promise<StoredRecord> {
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  const { space, store } = call;
  const record = await store.records.read({ dataSpace: space.dataSpace, module: module.number, id });
  if (record) return record;
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 1 }, message: idInvalid });
}

function notInProcess(id: string): Refusal {
  return new Refusal('RECORD_NOT_IN_PROCESS', { details: { id } });
}

/** GET /{module}/{id}/actions/blueprint */
export async function getBlueprint(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'View');
  const record = await recordInPath(call, module);
  const process = processOf(call.space, module, record);
  if (!process) throw notInProcess(record.id);
  return { status: 200, json: { blueprint: blueprintAnswer(call, module, process) } };
}

/** PUT /{module}/{id}/actions/blueprint: performs one transition. */
export async function performTransition(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'Edit');
  const [raw] = itemListOf(readJsonBody(call.body), 'blueprint', 1);
  const at = '$.blueprint[0]';
  if (!isJsonObject(raw)) {
    throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'jsonobject', json_path: at } });
  }
  const place = { api_name: 'transition_id', json_path: `${at}.transition_id` };
  if (raw.transition_id === undefined || raw.transition_id === null) {
    throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  }
  const record = await recordInPath(call, module);
  const process = processOf(call.space, module, record);
  if (!process) throw notInProcess(record.id);
  const wanted = readId(raw.transition_id);
  const transition = process.definition.definition.transitions.find(({ id }) => id === wanted);
  if (!transition) throw new Refusal('INVALID_DATA', { details: place, message: 'invalid transition' });
  const data = raw.data ?? {};
  if (!isJsonObject(data)) {
    const details = { api_name: 'data', json_path: path, expected_data_type: 'jsonobject' };
    throw new Refusal('INVALID_DATA', { details });
  }
  const failure =
    whyNot(transition, process, place) ??
    missingField(module, transition, data, record) ??
    (await perform(call, module, record.id, transition, data, place));
  return answerItemList('blueprint', [failure ?? success('transition updated successfully', { id: record.id })], 200);
}

function whyNot(transition: BlueprintTransition, { state }: Process, place: object): ErrorBody | undefined {
  if (leavesFrom(transition, state)) return undefined;
  const from = { expected_values: transition.from, came: state };
  return errorBody('INVALID_DATA', { ...place, ...from }, 'invalid transition');
}

/** A field that the transition needs, and that neither the request nor the record has. */
function missingField(
  module: Module,
  { fields }: BlueprintTransition,
  data: JsonObject,
  record: StoredRecord,
): ErrorBody | undefined {
  for (const { name, mandatory } of fields) {
    const field = mandatory ? module.field.get(name) : undefined;
    if (!field) continue;
    const given = givenName(data, field);
    const value = given === undefined ? record.data[field.key] : data[given];
    if (value !== undefined && value !== null && value !== '') continue;
    return errorBody('MANDATORY_NOT_FOUND', { api_name: name, json_path: `${path}.${name}` });
  }
  return undefined;
}

/** Writes the record with its new state and the note that comes with it, in one transaction: both are there, or neither. */
async function perform(
  call: CrmCall,
  module: Module,
  id: string,
  transition: BlueprintTransition,
  given: JsonObject,
  place: object,
): Promise<ErrorBody | undefined> {
  const { Notes: text, ...data } = given;
  const noted = text !== undefined && text !== null && text !== '' && !module.field.has('Notes');
  if (!noted) return move(call, module, id, transition, given, place);
  const notes = call.space.metadata.find('Notes') as Module;
  mayUse(call, notes, 'Create');
  const { store, space } = call;
  try {
    return await store.changeLocks.run([`${space.dataSpace}/${id}`], () =>
      inOneTransaction(store, space.dataSpace, async (inner) => {
        const inside = { ...call, store: storeFor(inner, call) };
        const failure = await move(inside, module, id, transition, data, place);
        if (failure) return failure;
        const raw = { Note_Content: text, Parent_Id: { id, module: { api_name: module.apiName } } };
        const item: BatchItem = { index: 0, raw, jsonPath: path };
        await run(chains.create, newBatch(inside, notes, 'insert', [item]));
        if (item.failure) throw new NoteRefused(item.failure);
        return undefined;
      }),
    );
  } catch (error) {
    if (error instanceof NoteRefused) return error.failure;
    throw error;
  }
}

/** Thrown inside the transaction to roll it back. */
class NoteRefused extends Error {
  readonly failure: ErrorBody;

  /** What is wrong with the note's content is wrong with what the request calls `Notes`. */
  constructor({ details, ...failure }: ErrorBody) {
    super('the note cannot be written');
    this.failure = { ...failure, details: { ...details, api_name: 'Notes', json_path: `${path}.Notes` } };
  }
}

/** Writes the record with its new state, if it still stands where the transition leads from. */
async function move(
  call: CrmCall,
  module: Module,
  id: string,
  transition: BlueprintTransition,
  data: JsonObject,
  place: object,
): Promise<ErrorBody | undefined> {
  const item: BatchItem = {
    index: 0,
    id,
    raw: data,
    jsonPath: path,
    idPlace: { resource_path_index: 1 },
  };
  const amend = (before: StoredRecord): ItemChanges | { readonly failure: ErrorBody } => {
    const process = processOf(call.space, module, before);
    const failure = process ? whyNot(transition, process, place) : errorBody('RECORD_NOT_IN_PROCESS', { id });
    if (failure || !process) return { failure: failure as ErrorBody };
    const { values, ...others } = item.changes as ItemChanges;
    return { ...others, values: new Map([...values, [process.field.key, transition.to]]) };
  };
  await run(chains.update, newBatch(call, module, 'transition', [item], { amend }));
  return item.failure;
}
