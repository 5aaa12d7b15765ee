import { number as numberSchema } from '../../kernel/schema.ts';
import { number } from '../comparisons/numbers.ts';
import { fieldKind } from '../model/kind.ts';

/** What is computed of related records. */
export const kind = fieldKind({ jsonType: 'double', comparison: number, schema: { answered: () => numberSchema } });
