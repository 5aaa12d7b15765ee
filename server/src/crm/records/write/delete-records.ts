import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { success } from '../../wire/item-list.ts';
import { booleanParameter, idsParameter, listParameter, pathId } from '../../wire/parameters.ts';
import { externalField } from '../external/external-header.ts';
import { idsOf } from '../external/external-ids.ts';
import { lockedBody } from '../locked.ts';
import { mayUse, pathModule } from '../record-module.ts';
import { removeRecords } from './remove-records.ts';
import { maxRecords, writeAnswer } from './write-request.ts';

/** DELETE /{module}?ids=: moves up to 100 records to the recycle bin, with one statement. */
export async function deleteRecords(call: CrmCall): Promise<CrmAnswer> {
  const module = pathModule(call);
  const external = externalField(call, module);
  const ids = external ? valuesParameter(call) : idsParameter(call.query, 'ids', maxRecords);
  if (!ids) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'ids' } });
  readTrigger(call);
  mayUse(call, module, 'Delete');
  if (!external) return deleteItems(call, module, ids);
  const idOf = await idsOf(call, module, external, ids);
  return deleteItems(call, module, ids, idOf);
}

/** `ids` that are values of an external field. */
function valuesParameter({ query }: CrmCall): string[] | undefined {
  const values = listParameter(query, 'ids');
  if (values && values.length > maxRecords) {
    throw new Refusal('LIMIT_EXCEEDED', { details: { limit: maxRecords, param_name: 'ids' } });
  }
  return values && [...new Set(values)];
}

/** DELETE /{module}/{id} */
export async function deleteOneRecord(call: CrmCall): Promise<CrmAnswer> {
  const module = pathModule(call);
  const id = pathId(call.path[1] as string, 1);
  readTrigger(call);
  mayUse(call, module, 'Delete');
  return deleteItems(call, module, [id]);
}

/** `wf_trigger` is read so that a mistake in it shows; there are no workflows that it could hold back. */
function readTrigger({ query }: CrmCall): void {
  booleanParameter(query, 'wf_trigger');
}

/** The answer to the deletion of a record, by what became of it. */
export function deletionAnswer(id: string, outcome: 'deleted' | 'locked' | undefined, message: string): ItemAnswer {
  if (outcome === 'deleted') return success(message, { id });
  return outcome === 'locked' ? lockedBody(id) : errorBody('INVALID_DATA', { id }, idInvalid);
}

/** Moves records to the recycle bin. Whom nobody knows is called in the answer as in the request. */
export async function deleteItems(
  call: CrmCall,
  module: Module,
  names: readonly string[],
  idOf: (name: string) => string | undefined = readId,
): Promise<CrmAnswer> {
  const known = names.map((name) => idOf(name)).filter((id) => id !== undefined);
  const outcomes = await removeRecords(call, module, known);
  const answers = names.map((name) => {
    const id = idOf(name);
    return deletionAnswer(id ?? name, outcomes.get(id ?? ''), 'record deleted');
  });
  return writeAnswer(call, answers, 200);
}
