import { momentKind } from '../groups/times.ts';

/** When people are reminded of an activity. */
export const kind = momentKind();
