import type { FilterField } from '../../language/query/column-criteria.ts';

/** What `filters` of the recycle bin may name (crm-api 11): columns of `crm_deleted_record`. */
export const binFields: readonly FilterField[] = [
  { name: 'display_name', type: 'text', sql: 'name' },
  { name: 'module', type: 'module', sql: 'module' },
  { name: 'owner', type: 'userlookup', sql: 'owner_id' },
  { name: 'deleted_by', type: 'userlookup', sql: 'deleted_by' },
  { name: 'deleted_time', type: 'datetime', sql: 'deleted_at_ms' },
];
