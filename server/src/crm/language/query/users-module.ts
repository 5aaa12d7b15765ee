import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import { buildField, buildModule } from '../../kernel/metadata/standard-modules.ts';

/** Users as a module of queries: `Owner.last_name`, `from Users`, the search of users. */
const texts = ['first_name', 'last_name', 'full_name', 'email', 'status'] as const;

const fields = [
  buildField({ id: 0, api_name: 'id', label: 'id', type: 'bigint', length: 19 }),
  ...texts.map((name) =>
    buildField({ id: 0, api_name: name, label: name, type: name === 'email' ? 'email' : 'text', length: 255 }),
  ),
  buildField({ id: 0, api_name: 'role', label: 'role', type: 'lookup', length: 120, lookup: 'Roles' }),
  buildField({ id: 0, api_name: 'profile', label: 'profile', type: 'lookup', length: 120, lookup: 'Profiles' }),
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
  role: 'role_id',
  profile: 'profile_id',
};

/** What `Owner.role.name` leads to. */
function peopleModule(api_name: string): Module {
  const label = api_name.slice(0, -1);
  const own = [
    buildField({ id: 0, api_name: 'id', label: 'id', type: 'bigint', length: 19 }),
    buildField({ id: 0, api_name: 'name', label: 'name', type: 'text', length: 255 }),
  ];
  const names = { api_name, module_name: api_name, singular_label: label, plural_label: api_name };
  const rest = { id: 0, generated_type: 'default', scope: 'users', display_field: 'name', flags: [], fields: [] };
  return buildModule({ ...names, ...rest }, 0, own);
}

/** Roles and profiles, by the field of a user that leads to them. */
export const peopleModules = { role: peopleModule('Roles'), profile: peopleModule('Profiles') } as const;

/** Where they are; each has its id under the name of the column of `crm_user` that leads there. */
export const peopleTables: ReadonlyMap<Module, { readonly name: string; readonly id: string }> = new Map([
  [peopleModules.role, { name: 'crm_role', id: 'role_id' }],
  [peopleModules.profile, { name: 'crm_profile', id: 'profile_id' }],
]);

/** Whether a module of queries is none of records: its fields are columns of tables of their own. */
export function isPeople(module: Module): boolean {
  return module === usersModule || peopleTables.has(module);
}

/** The SQL of a field of such a module. */
export function peopleColumn(alias: string, module: Module, field: Field): string {
  const table = peopleTables.get(module);
  if (table) return `${alias}.${field.apiName === 'id' ? table.id : field.apiName}`;
  if (field.apiName === 'full_name') return `trim(${alias}.first_name || ' ' || ${alias}.last_name)`;
  return `${alias}.${columns[field.apiName] ?? field.apiName}`;
}
