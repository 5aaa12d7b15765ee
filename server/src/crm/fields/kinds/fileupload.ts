import { filesKind } from '../groups/rows.ts';

export const kind = filesKind({ definition: { uiType: 501, length: { choices: [1, 5], otherwise: 1 } } });
