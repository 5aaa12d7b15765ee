import type { Field } from '../metadata/metadata.ts';
import { buildField, buildModule } from '../metadata/standard-modules.ts';

/** Users as a module of queries: `Owner.last_name`, `from Users`, the search of users. */
const texts = ['first_name', 'last_name', 'full_name', 'email', 'status'] as const;

const fields = [
  buildField({ id: 0, api_name: 'id', label: 'id', type: 'bigint', length: 19 }),
  ...texts.map((name) =>
    buildField({ id: 0, api_name: name, label: name, type: name === 'email' ? 'email' : 'text', length: 255 }),
  ),
  buildField({ id: 0, api_name: 'confirm', label: 'confirm', type: 'boolean', length: 5 }),
  buildField({ id: 0, api_name: 'created_time', label: 'created_time', type: 'datetime', length: 120 }),
  buildField({ id: 0, api_name: 'Modified_Time', label: 'Modified_Time', type: 'datetime', length: 120 }),
];

export const usersModule = buildModule(
  {
    id: 0,
    api_name: 'Users',
    module_name: 'Users',
    singular_label: 'User',
    plural_label: 'Users',
    generated_type: 'default',
    scope: 'users',
    display_field: 'full_name',
    flags: [],
    fields: [],
  },
  0,
  fields,
);

const columns: Readonly<Record<string, string>> = {
  id: 'user_id',
  confirm: 'confirmed',
  created_time: 'created_at_ms',
  Modified_Time: 'modified_at_ms',
};

export function userColumn(alias: string, field: Field): string {
  if (field.apiName === 'full_name') return `trim(${alias}.first_name || ' ' || ${alias}.last_name)`;
  return `${alias}.${columns[field.apiName] ?? field.apiName}`;
}
