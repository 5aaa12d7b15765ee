import type { CrmCall } from '../context.ts';
import type { Module } from '../metadata/metadata.ts';
import { firstCustomModule, idOf, systemIds } from '../organizations/ids.ts';
import type { Space } from '../organizations/space.ts';

/** The permissions that a profile gives or lacks (crm-api 7.9): four for each module of records, and a few others. */
export interface Permission {
  readonly name: string;
  readonly label: string;
  /** API name of the module; null for the others. */
  readonly module: string | null;
  readonly id: string;
}

/** Whether the user's profile is that of administrators, which no other profile can become. */
export function isAdministrator({ space, user }: Pick<CrmCall, 'space' | 'user'>): boolean {
  return user.profile.id === space.id(systemIds.profileAdministrator);
}

const operations = ['View', 'Create', 'Edit', 'Delete'] as const;
export type ModuleOperation = (typeof operations)[number];

/** The names of a module's four permissions, that to view it first. */
export function modulePermissions(apiName: string): string[] {
  return operations.map((operation) => `Crm_Implied_${operation}_${apiName}`);
}

/** Changing modules and fields. */
export const customization = 'Crm_Implied_Manage_Customization';

/** What only administrators have to begin with. */
export const administration: readonly string[] = [
  'Crm_Implied_Manage_Users',
  'Crm_Implied_Manage_Profiles',
  'Crm_Implied_Manage_Roles',
  customization,
  'Crm_Implied_Manage_Territories',
  'Crm_Implied_Manage_Pipelines',
  'Crm_Implied_Manage_Variables',
];

const general: readonly (readonly [string, string])[] = [
  ['Crm_Implied_Api_Access', 'API Access'],
  ['Crm_Implied_Manage_Users', 'Manage Users'],
  ['Crm_Implied_Manage_Profiles', 'Manage Profiles'],
  ['Crm_Implied_Manage_Roles', 'Manage Roles'],
  [customization, 'Manage Modules and Fields'],
  ['Crm_Implied_Manage_Territories', 'Manage Territories'],
  ['Crm_Implied_Manage_Pipelines', 'Manage Pipelines'],
  ['Crm_Implied_Manage_Variables', 'Manage Variables'],
];

function moduleSequence(module: Module): number {
  if (module.number < firstCustomModule) return systemIds.permissions + module.number * operations.length;
  return systemIds.customPermissions + module.number * operations.length;
}

/** Every permission that there is in this data space, in the order of its modules. */
export function permissionsOf(space: Space): readonly Permission[] {
  const ofModules = space.metadata.modules
    .filter(({ flags, generatedType }) => {
      return flags.has('api_supported') && (generatedType === 'default' || generatedType === 'custom');
    })
    .flatMap((module) =>
      operations.map(
        (operation, index): Permission => ({
          name: `Crm_Implied_${operation}_${module.apiName}`,
          label: operation,
          module: module.apiName,
          id: idOf(space.dataSpace, moduleSequence(module) + index),
        }),
      ),
    );
  const others = general.map(
    ([name, label], index): Permission => ({
      name,
      label,
      module: null,
      id: space.id(systemIds.generalPermissions + index),
    }),
  );
  return [...ofModules, ...others];
}
