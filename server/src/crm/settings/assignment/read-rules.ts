import { showUserBriefly } from '../../fields/model/view.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { AssignmentRule } from '../../kernel/space/assignment-rule.ts';
import { metadataModule } from '../../wire/module-parameter.ts';
import { pathId } from '../../wire/parameters.ts';

/** The calls that read assignment rules (crm-api 11); who writes them is the operator. */

/** GET /settings/automation/assignment_rules?module= */
export async function listAssignmentRules(call: CrmCall): Promise<CrmAnswer> {
  const rules = shownRules(call);
  if (rules.length === 0) return { status: 204 };
  return { status: 200, json: { assignment_rules: rules.map(([rule, module]) => ruleAnswer(rule, module, call)) } };
}

/** GET /settings/automation/assignment_rules/{id}?module= */
export async function getAssignmentRule(call: CrmCall): Promise<CrmAnswer> {
  const id = readId(pathId(call.path[0] as string, 3));
  const found = shownRules(call).find(([rule]) => rule.id === id);
  if (!found) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 3 }, message: idInvalid });
  return { status: 200, json: { assignment_rules: [ruleAnswer(...found, call)] } };
}

/** The rules of the module that is asked for, or all. @throws Refusal INVALID_MODULE */
function shownRules(call: CrmCall): (readonly [AssignmentRule, Module])[] {
  const { space, query } = call;
  const wanted = query.get('module') ? metadataModule(call) : undefined;
  return space.contents.assignmentRules.flatMap((rule) => {
    // A rule outlives its module.
    const module = space.metadata.modules.find(({ number }) => number === rule.module);
    return module && (!wanted || module === wanted) ? [[rule, module] as const] : [];
  });
}

function ruleAnswer(rule: AssignmentRule, module: Module, { space, user }: CrmCall): object {
  return {
    created_time: formatDateTime(rule.createdAtMs, user.timeZone),
    modified_time: formatDateTime(rule.modifiedAtMs, user.timeZone),
    default_assignee: rule.defaultAssignee === null ? null : showUserBriefly(space, rule.defaultAssignee),
    module: { api_name: module.apiName, id: space.moduleId(module) },
    name: rule.name,
    api_name: rule.name.replace(/[^\p{L}\p{N}]+/gu, '_'),
    modified_by: showUserBriefly(space, rule.modifiedBy),
    description: rule.description,
    id: rule.id,
    created_by: showUserBriefly(space, rule.createdBy),
  };
}
