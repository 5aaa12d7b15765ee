import { scoresKey, scoresOf } from '../scores.ts';
import type { Writing } from './writing.ts';

/** Step: what the scoring rules of its module make of the record as it will be (crm-api 11). */
export function scoreRecord({
  call,
  module,
  after,
  data,
}: Pick<Writing, 'call' | 'module' | 'after' | 'data'>): undefined {
  const scores = scoresOf(call.space, module, after);
  if (scores) data[scoresKey] = scores;
  else delete data[scoresKey];
}
