import { userKind } from '../groups/lookups.ts';

/** The user who owns a record. */
export const kind = userKind();
