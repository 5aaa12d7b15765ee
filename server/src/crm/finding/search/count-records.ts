import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { allOf, type Condition } from '../../language/query/condition.ts';
import { countMatching } from '../../language/query/select-matching.ts';
import { viewParameter } from '../../records/list/find-view.ts';
import { mayUse, pathModule } from '../../records/record-module.ts';
import { approvedCondition } from '../../store/records/approval.ts';
import { countRecords as countOfModule } from '../../store/records/module-mark.ts';
import { accessTo, visibleOnly } from '../../store/records/visibility.ts';
import { type State, stateParameter } from '../../wire/parameters.ts';
import { isImpossible, searchCondition, searchParameters, withStates } from './search-condition.ts';

/** GET /{module}/actions/count */
export async function countRecords(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, query } = call;
  const module = pathModule(call);
  const other = [...searchParameters, 'converted'].find((name) => query.get(name));
  if (other && query.get('cvid')) {
    throw new Refusal('AMBIGUITY_DURING_PROCESSING', {
      details: { ambiguity_due_to: [{ param_name: 'cvid' }, { param_name: other }] },
      message: 'Please use either Cvid or Search Params. Combination of both the params is not allowed',
    });
  }
  const condition = countedCondition(call, module);
  mayUse(call, module, 'View');
  const count =
    typeof condition === 'string'
      ? await countAll(call, module, condition)
      : isImpossible(condition)
        ? 0
        : await countMatching(store.database, { dataSpace: space.dataSpace, module, condition });
  return { status: 200, json: { count } };
}

/** What is counted; all records of a state are known without looking at them. */
function countedCondition(call: CrmCall, module: Module): Condition | State {
  const search = searchCondition(call, module);
  if (search) return withStates(call, module, search);
  const view = viewParameter(call, module);
  const converted = stateParameter(call.query, 'converted', 'false');
  const approved = stateParameter(call.query, 'approved', 'both');
  const countsAll = approved === 'both' && !accessTo(call, module).visible;
  if (!view) return countsAll ? converted : withStates(call, module, allOf([]));
  if (view.tests.length === 0 && countsAll) return view.converted;
  const ofState = approved === 'both' ? [] : [approvedCondition(module, approved === 'true')];
  return visibleOnly(call, module, allOf([view.condition(call), ...ofState]));
}

function countAll({ space, store }: CrmCall, module: Module, converted: State): Promise<number> {
  const state = converted === 'both' ? null : converted === 'true';
  return countOfModule(store.database, space.dataSpace, module.number, state);
}
