import type { FilterField } from '../../language/query/column-criteria.ts';

/** What `filters` of a timeline may name (crm-api 11): columns of its entries. */
export const timelineFields: readonly FilterField[] = [
  { name: 'action', type: 'picklist', sql: 'shown_action' },
  { name: 'source', type: 'picklist', sql: 'source' },
  { name: 'done_by', type: 'userlookup', sql: 'done_by' },
  { name: 'audited_time', type: 'datetime', sql: 'at_ms' },
];
