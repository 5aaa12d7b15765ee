import { listKind } from '../groups/structures.ts';
import { showDateTime } from '../groups/times.ts';
import type { ShowValue } from '../model/kind.ts';
import { readReminders } from '../values/structures.ts';

const show: ShowValue = (value, view) =>
  typeof value === 'number'
    ? showDateTime(value, view)
    : (value as readonly object[]).map((each) => ({ unit: null, period: null, time: null, ...each }));

/** When people are reminded of an activity: so long before it, any number of times, or at one moment. */
export const kind = listKind({ read: readReminders, show: () => show });
