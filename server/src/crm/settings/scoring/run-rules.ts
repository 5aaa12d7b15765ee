import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId, sequenceOf } from '../../kernel/ids.ts';
import { readJsonBody } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { pathModule } from '../../records/record-module.ts';
import { activeScoringRules, isScorable } from '../../records/scores.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { computeLater } from '../customization/create-fields.ts';
import { readLayout, scoringLimits } from './read-rule.ts';

/**
 * PUT /{module}/actions/run_scoring_rules: a job scores the records of the module anew, by all of its rules. The body says
 * which rules it is asked for, by their ids or by a layout; they must be there and active.
 */
export async function runScoringRules(call: CrmCall): Promise<CrmAnswer> {
  const module = pathModule(call);
  if (!isScorable(module)) throw new Refusal('NOT_SUPPORTED', { details: { resource_path_index: 0 } });
  checkAsked(call, module);
  const [id = ''] = await call.store.ids.take(call.space.dataSpace, 1);
  await changeSpace(call, (transaction) =>
    computeLater(transaction, call, module, sequenceOf(call.space.dataSpace, id) as number),
  );
  const message = 'scoring rules scheduled successfully';
  return { status: 200, json: { code: 'SUCCESS', details: { job_id: id }, message, status: 'success' } };
}

/** @throws Refusal */
function checkAsked(call: CrmCall, module: Module): void {
  const { scoring_rules: ids, layout } = call.body.length === 0 ? {} : readJsonBody(call.body);
  const active = activeScoringRules(call.space, module);
  if (ids !== undefined && ids !== null) {
    const place = { api_name: 'scoring_rules', json_path: '$.scoring_rules' };
    if (!Array.isArray(ids)) {
      throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'jsonarray', ...place } });
    }
    if (ids.length > scoringLimits.active) {
      throw new Refusal('LIMIT_EXCEEDED', { details: { limit: scoringLimits.active, ...place } });
    }
    for (const [index, raw] of ids.entries()) {
      if (active.some((rule) => rule.id === readId(raw))) continue;
      const details = { ...place, json_path: `$.scoring_rules[${index}]` };
      throw new Refusal('INVALID_DATA', { details, message: idInvalid });
    }
  }
  if (readLayout(call.space, module, layout) === undefined) {
    throw new Refusal('INVALID_DATA', { details: { api_name: 'layout', json_path: '$.layout' }, message: idInvalid });
  }
  if (active.length === 0) {
    throw new Refusal('NOT_ALLOWED', { message: 'the module has no active scoring rule' });
  }
}
