import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { readJsonBody } from '../../kernel/json-body.ts';
import { recordModule } from '../../records/record-module.ts';
import { deletionAnswer } from '../../records/write/delete-records.ts';
import { removeRecords } from '../../records/write/remove-records.ts';
import { answerItemList } from '../../wire/item-list.ts';
import { scheduleMass } from './mass-jobs.ts';
import { readMassTarget } from './mass-request.ts';

/** POST /{module}/actions/mass_delete (crm-api 11) */
export async function massDelete(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'Delete');
  const target = readMassTarget(call, module, readJsonBody(call.body));
  if ('view' in target) return scheduleMass(call, module, 'mass_delete', target, {});
  const { ids } = target;
  const outcomes = await removeRecords(call, module, ids);
  const answers = ids.map((id) => deletionAnswer(id, outcomes.get(id), 'record is deleted'));
  const answer = answerItemList('data', answers, 200);
  // The contract keeps 400 for what is wrong with the request itself.
  return answer.status === 400 ? { ...answer, status: 200 } : answer;
}
