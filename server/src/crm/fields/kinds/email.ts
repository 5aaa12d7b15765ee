import { shortText } from '../groups/schemas.ts';
import { textKind, upTo } from '../groups/texts.ts';
import { readEmail } from '../values/texts.ts';

export const kind = textKind({
  read: readEmail,
  schema: (field) => ({ ...shortText(field), format: 'email' }),
  definition: { uiType: 25, length: upTo(100), unique: true, hasDefault: true, inRows: true },
});
