import { objectKind } from '../groups/structures.ts';
import { readAlarm } from '../values/structures.ts';

/** An iCalendar alarm. */
export const kind = objectKind({ read: readAlarm, searchable: false });
