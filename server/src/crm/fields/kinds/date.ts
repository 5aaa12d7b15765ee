import { date } from '../comparisons/times.ts';
import { plainCell } from '../groups/numbers.ts';
import { fieldKind } from '../model/kind.ts';
import { parseWithFormat } from '../values/date-format.ts';
import { isDate } from '../values/date-time.ts';
import { asComputed } from '../values/formulas.ts';
import { readDate } from '../values/times.ts';

const defaultFormat = 'MM/dd/yyyy';

/** A day of the calendar, the same in every time zone. */
export const kind = fieldKind({
  jsonType: 'string',
  read: readDate,
  comparison: date,
  cell: {
    ...plainCell,
    read(cell, { format }) {
      const text = cell.trim();
      return isDate(text) ? text : (parseWithFormat(text, format ?? defaultFormat)?.date ?? cell);
    },
  },
  formula: { type: 'date', result: asComputed },
  schema: { answered: () => ({ type: 'string', format: 'date' }) },
  definition: { uiType: 24, length: { fixed: 20 }, hasDefault: true, ordered: 'plain', inRows: true },
});
