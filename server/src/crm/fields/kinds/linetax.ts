import { listKind } from '../groups/structures.ts';
import { readLineTax } from '../values/structures.ts';

/** The taxes of a line item. */
export const kind = listKind({ read: readLineTax, searchable: false });
