import { linksKind } from '../groups/rows.ts';

/** Any number of users. */
export const kind = linksKind('multiuserlookup', {
  linksTo: 'users',
  definition: { uiType: 445, length: { fixed: 120 }, details: 'linking' },
});
