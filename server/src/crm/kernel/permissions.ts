import type { CrmCall } from './call.ts';
import { Refusal } from './errors.ts';
import { systemIds } from './ids.ts';
import type { CrmUser } from './space/space.ts';

/** Whether the user's profile is that of administrators, which no other profile can become. */
export function isAdministrator({ space, user }: Pick<CrmCall, 'space' | 'user'>): boolean {
  return user.profile.id === space.id(systemIds.profileAdministrator);
}

export const operations = ['View', 'Create', 'Edit', 'Delete'] as const;

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
  'Crm_Implied_Manage_Currencies_Taxes',
  'Crm_Implied_Manage_Groups',
  'Crm_Implied_Manage_Data_Sharing',
  'Crm_Implied_Manage_Business_Hours',
];

/** @throws Refusal NO_PERMISSION when the user's profile lacks the permission. */
export function checkPermission(user: CrmUser, permission: string): void {
  if (user.profile.denied.size === 0 || !user.profile.denied.has(permission)) return;
  throw new Refusal('NO_PERMISSION', {
    details: { permissions: [permission] },
    reason: { profile: user.profile.name },
  });
}
