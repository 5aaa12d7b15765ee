import { textKind } from '../groups/texts.ts';
import { readPhone } from '../values/texts.ts';

export const kind = textKind({
  read: readPhone,
  definition: { uiType: 33, length: { from: 1, to: 50, otherwise: 30 }, unique: true, hasDefault: true, inRows: true },
});
