import type { CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { readJsonBody } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { AssignmentRule } from '../../kernel/space/assignment-rule.ts';

/** The rule that a request names by `lar_id` (crm-api 6.3). @throws Refusal when the module has no such rule. */
export function requestedRule({ body, space }: CrmCall, module: Module): AssignmentRule | undefined {
  const { lar_id: given } = readJsonBody(body);
  if (given === undefined || given === null) return undefined;
  const id = readId(given);
  const rule = space.contents.assignmentRules.find((each) => each.id === id && each.module === module.number);
  if (rule) return rule;
  throw new Refusal('INVALID_DATA', { details: { api_name: 'lar_id', json_path: '$.lar_id' }, message: idInvalid });
}
