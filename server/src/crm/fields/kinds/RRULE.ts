import { objectKind } from '../groups/structures.ts';
import { readRepetition } from '../values/structures.ts';

/** An iCalendar rule by which an activity repeats. */
export const kind = objectKind({ read: readRepetition, searchable: false });
