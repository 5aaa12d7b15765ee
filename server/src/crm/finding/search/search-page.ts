import type { CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { Condition } from '../../language/query/condition.ts';
import { pageParameters } from '../../wire/parameters.ts';
import { searchCondition, searchParameters } from './search-condition.ts';

/** Records that pages of a search reach. */
const window = 2_000;

/** @throws Refusal EXPECTED_PARAM_MISSING when the call says nothing to search for. */
export function neededCondition(call: CrmCall, module: Module): Condition {
  const condition = searchCondition(call, module);
  if (condition) return condition;
  throw new Refusal('EXPECTED_PARAM_MISSING', { details: { param_names: searchParameters } });
}

/** @throws Refusal LIMIT_REACHED beyond the window. */
export function searchPage(call: CrmCall): { page: number; perPage: number } {
  const { page, perPage } = pageParameters(call);
  if (page * perPage > window) throw new Refusal('LIMIT_REACHED', { details: { limit: String(window) } });
  return { page, perPage };
}
