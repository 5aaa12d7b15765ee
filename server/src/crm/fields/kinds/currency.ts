import { decimalKind } from '../groups/numbers.ts';

const decimals = 2;

export const kind = decimalKind('currency', {
  uiType: 36,
  digits: 16,
  decimals,
  mostDecimals: 9,
  attributes: (field) => ({
    currency: { rounding_option: field.rounding, precision: field.decimals ?? decimals },
  }),
});
