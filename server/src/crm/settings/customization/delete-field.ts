import { insertJob } from '../../jobs/job-table.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody } from '../../kernel/errors.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { formulasWith } from '../../language/formula/record-formulas.ts';
import { rollupsWith } from '../../records/rollups.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { answerItemList, success } from '../../wire/item-list.ts';
import { customizableModule } from './create-fields.ts';
import { removeField } from './field-rows.ts';
import { fieldInPath } from './find-field.ts';
import { removeModule } from './module-rows.ts';
import { type TidyRequest, tidyBegun } from './tidy-records.ts';

/**
 * DELETE /settings/fields/{id}?module=: its values are gone from all answers at once, whatever the number of records; a
 * job takes them out of the records afterwards. A new field of the name begins without values.
 */
export async function deleteField(call: CrmCall): Promise<CrmAnswer> {
  const { number } = customizableModule(call);
  const [jobId = ''] = await call.store.ids.take(call.space.dataSpace, 1);
  const answer = await changeSpace(call, async (transaction): Promise<ItemAnswer> => {
    const { module, field, metadata } = await fieldInPath(transaction, call, number);
    const id = call.space.id(field.idSuffix);
    if (!field.custom) return errorBody('CANNOT_PROCESS', { id });
    const [formula] = formulasWith(module, field);
    if (formula) {
      const details = { id, api_name: formula.apiName };
      return errorBody('CANNOT_PROCESS', details, 'the field is part of a formula');
    }
    const [user] = rollupsWith(metadata, module, field);
    if (user) {
      return errorBody('CANNOT_PROCESS', { id, api_name: user.apiName }, 'the field is part of a roll-up');
    }
    await removeField(transaction, call, module, field);
    const origin = { version: call.version.name, origin: call.origin };
    const inner = metadata.find(field.linking?.module ?? field.subform ?? '');
    if (inner) await removeModule(transaction, call, inner);
    const request: TidyRequest = field.linking
      ? { ...origin, task: 'drop', module: inner?.number ?? 0 }
      : { ...origin, task: 'forget', module: module.number, key: field.key };
    await insertJob(transaction, call, jobId, { operation: 'field_tidying', request, progress: tidyBegun });
    return success('field deleted', { id });
  });
  return answerItemList('fields', [answer], 200);
}
