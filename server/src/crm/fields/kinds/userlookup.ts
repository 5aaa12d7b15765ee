import { userKind } from '../groups/lookups.ts';

/** A user. */
export const kind = userKind({ uiType: 134, length: { fixed: 120 }, inRows: true });
