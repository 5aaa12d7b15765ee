import { filesKind } from '../groups/rows.ts';
import { upTo } from '../groups/texts.ts';

/** Images, in an order of their own. */
export const kind = filesKind({ images: true, definition: { uiType: 182, length: upTo(10) } });
