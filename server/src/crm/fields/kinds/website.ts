import { textKind } from '../groups/texts.ts';
import { readWebsite } from '../values/texts.ts';

export const kind = textKind({
  read: readWebsite,
  definition: {
    uiType: 21,
    length: { from: 1, to: 450, otherwise: 255 },
    unique: true,
    hasDefault: true,
    inRows: true,
  },
});
