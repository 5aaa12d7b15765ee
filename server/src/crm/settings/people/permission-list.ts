import { firstCustomModule, idOf, systemIds } from '../../kernel/ids.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { customization, operations } from '../../kernel/permissions.ts';
import type { Space } from '../../kernel/space/space.ts';

/** The permissions that a profile gives or lacks (crm-api 7.9): four for each module of records, and a few others. */
export interface Permission {
  readonly name: string;
  readonly label: string;
  /** API name of the module; null for the others. */
  readonly module: string | null;
  readonly id: string;
}

const general: readonly (readonly [string, string])[] = [
  ['Crm_Implied_Api_Access', 'API Access'],
  ['Crm_Implied_Manage_Users', 'Manage Users'],
  ['Crm_Implied_Manage_Profiles', 'Manage Profiles'],
  ['Crm_Implied_Manage_Roles', 'Manage Roles'],
  [customization, 'Manage Modules and Fields'],
  ['Crm_Implied_Manage_Territories', 'Manage Territories'],
  ['Crm_Implied_Manage_Pipelines', 'Manage Pipelines'],
  ['Crm_Implied_Manage_Variables', 'Manage Variables'],
  ['Crm_Implied_Manage_Currencies_Taxes', 'Manage Currencies and Taxes'],
  ['Crm_Implied_Manage_Groups', 'Manage Groups'],
  ['Crm_Implied_Manage_Data_Sharing', 'Manage Data Sharing'],
  ['Crm_Implied_Manage_Business_Hours', 'Manage Business Hours'],
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
