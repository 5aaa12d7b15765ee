import { storeFormulas } from '../../language/formula/record-formulas.ts';
import type { Writing } from './writing.ts';

/** Step: the record's formulas, of the values and stamps that it has by now. */
export function computeFormulas({ module, after, call }: Pick<Writing, 'module' | 'after' | 'call'>): undefined {
  storeFormulas(module, after, call);
}
