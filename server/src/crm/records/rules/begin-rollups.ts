import { emptyRollups } from '../rollups.ts';
import type { Writing } from './writing.ts';

/** Step: a new record has nothing in its related lists. */
export function beginRollups({ module, data }: Pick<Writing, 'module' | 'data'>): undefined {
  for (const [key, value] of emptyRollups(module)) data[key] = value;
}
