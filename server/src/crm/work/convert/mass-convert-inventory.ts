import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { isJsonObject, readJsonBody } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { mayUse, recordModule } from '../../records/record-module.ts';
import { referenceIn } from '../../wire/item-list.ts';
import { massJobStatus, scheduleMassOf } from '../mass/mass-jobs.ts';
import { readMassIds } from '../mass/mass-request.ts';
import { type Act, massKind, type Outcome } from '../mass/run-mass.ts';
import { convertOne, readTargets } from './convert-inventory.ts';

/** POST /{Quotes|Sales_Orders}/actions/mass_convert (crm-api 11): a job converts the records, each by itself. */
export async function massConvertInventory(call: CrmCall): Promise<CrmAnswer> {
  const module = convertibleModule(call);
  const body = readJsonBody(call.body);
  const targets = readTargets(call, module, body, '$');
  if ('code' in targets) throw new Refusal(targets.code, { details: targets.details, message: targets.message });
  const ids = readMassIds(body);
  const owner = body.assign_to === undefined || body.assign_to === null ? null : readOwner(call, body.assign_to);
  const convert = targets.map(({ module: { apiName }, carriesTags }) => ({ module: apiName, carriesTags }));
  const job_id = await scheduleMassOf(call, module, 'inventory_convert', ids, { convert, ...(owner ? { owner } : {}) });
  const message = 'Mass Convert scheduled successfully';
  return { status: 200, json: { code: 'SCHEDULED', details: { job_id }, message, status: 'success' } };
}

/** GET /{Quotes|Sales_Orders}/actions/mass_convert?job_id= */
export async function massConvertInventoryStatus(call: CrmCall): Promise<CrmAnswer> {
  convertibleModule(call);
  return massJobStatus('inventory_convert')(call);
}

/** The module in the path, which is one of these. */
function convertibleModule(call: CrmCall): Module {
  return recordModule(call, 'View');
}

function readOwner({ space }: CrmCall, raw: unknown): string {
  const id = referenceIn(raw);
  if (id !== undefined && space.user(id)?.status === 'active') return id;
  const json_path = isJsonObject(raw) ? '$.assign_to.id' : '$.assign_to';
  throw new Refusal('INVALID_DATA', { details: { api_name: 'assign_to', json_path }, message: idInvalid });
}

const convert: Act = async (call, module, ids, { convert: asked = [], owner = null }) => {
  const targets = asked.flatMap(({ module: name, carriesTags }) => {
    const target = call.space.metadata.find(name);
    if (target) mayUse(call, target, 'Create');
    return target ? [{ module: target, carriesTags }] : [];
  });
  const outcomes: Outcome[] = [];
  for (const id of ids) {
    const answer = await convertOne(call, module, id, { targets, ownerId: owner });
    outcomes.push(answer === 'unknown' ? 'gone' : answer.status === 'success' ? 'changed' : 'failed');
  }
  return outcomes;
};

export const inventoryConvertKind = massKind('View', convert);
