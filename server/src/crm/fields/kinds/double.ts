import { decimalKind } from '../groups/numbers.ts';

export const kind = decimalKind('double', { uiType: 38, digits: 16, decimals: 9, mostDecimals: 9 });
