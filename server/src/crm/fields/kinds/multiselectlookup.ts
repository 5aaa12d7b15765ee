import { linksKind } from '../groups/rows.ts';

/** Any number of records of another module. */
export const kind = linksKind('multiselectlookup', {
  linksTo: 'records',
  definition: { uiType: 444, length: { fixed: 120 }, details: 'linking' },
});
