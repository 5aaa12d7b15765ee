import { decimalKind } from '../groups/numbers.ts';

export const kind = decimalKind('percent', { uiType: 39, digits: 5, decimals: 2, mostDecimals: 2 });
