import { type ErrorBody, errorBody } from '../../kernel/errors.ts';
import { processOf } from '../blueprint-of.ts';
import type { Writing } from './writing.ts';

/** Step: where a record of a blueprint stands is changed by its transitions and by nothing else (crm-api 11). */
export function checkBlueprint({
  call,
  module,
  before,
  data,
}: Pick<Writing, 'call' | 'module' | 'before' | 'data'>): ErrorBody | undefined {
  const process = before && processOf(call.space, module, before);
  if (!process || (data[process.field.key] ?? null) === process.state) return undefined;
  return errorBody('RECORD_IN_BLUEPRINT', { id: before.id, api_name: process.field.apiName });
}
