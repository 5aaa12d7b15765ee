import type { CrmCall } from '../kernel/call.ts';
import { Refusal } from '../kernel/errors.ts';
import { findModule } from '../kernel/metadata/activities.ts';
import { type Module, servesRecords } from '../kernel/metadata/metadata.ts';
import { checkPermission } from '../kernel/permissions.ts';

export type RecordPermission = 'View' | 'Create' | 'Edit' | 'Delete';

/**
 * The module that the path of a record call begins with, once the user may use it.
 * @throws Refusal INVALID_MODULE, NO_PERMISSION.
 */
export function recordModule(call: CrmCall, permission: RecordPermission): Module {
  const module = pathModule(call);
  mayUse(call, module, permission);
  return module;
}

/**
 * The module that the path of a record call begins with. For calls that read parameters, whose faults are told before
 * the lack of a permission (crm-api 3.1).
 * @throws Refusal INVALID_MODULE.
 */
export function pathModule(call: CrmCall): Module {
  const module = findModule(call, call.path[0] as string);
  if (!module || !servesRecords(module)) {
    throw new Refusal('INVALID_MODULE', {
      details: { resource_path_index: 0 },
      ...(module ? { message: 'The given module is not supported in API' } : {}),
    });
  }
  return module;
}

/** @throws Refusal NO_PERMISSION. */
export function mayUse({ user }: Pick<CrmCall, 'user'>, module: Module, permission: RecordPermission): void {
  if (user.profile.denied.size === 0) return;
  for (const name of permissionNames(module, permission)) checkPermission(user, name);
}

/** What a profile must not lack for it. Links belong to the records that they link: changing them is changing those. */
export function permissionNames(module: Module, permission: RecordPermission): string[] {
  const { apiName, generatedType, parentModule, fields, pair } = module;
  if (generatedType !== 'linking') return [`Crm_Implied_${permission}_${apiName}`];
  const connected = fields.find((field) => field.apiName === pair?.[1])?.lookupModules[0];
  return [
    `Crm_Implied_${permission === 'View' ? 'View' : 'Edit'}_${parentModule}`,
    ...(connected === undefined ? [] : [`Crm_Implied_View_${connected}`]),
  ];
}
