import { momentKind } from '../groups/times.ts';
import { asComputed } from '../values/formulas.ts';

export const kind = momentKind({
  formula: { type: 'datetime', result: asComputed },
  definition: { uiType: 333, length: { fixed: 120 }, hasDefault: true, ordered: 'plain', inRows: true },
});
