import type { Field, Module } from './metadata.ts';
import { buildField } from './standard-modules.ts';

/** What records show beside the fields of their module (crm-api 5.3). */

const decisions = { approve: false, reject: false, resubmit: false };

/** Keys that this platform has nothing to say about; clients expect them all the same. */
const constantKeys: Readonly<Record<string, unknown>> = {
  $field_states: null,
  $review_process: decisions,
  $review: null,
  $sharing_permission: 'full_access',
  $process_flow: false,
  $orchestration: false,
  $pathfinder: false,
  $approval: { delegate: false, ...decisions },
  $editable: true,
  $in_merge: false,
  $zia_visions: null,
  $zia_owner_assignment: 'owner_recommendation_unavailable',
  $state: 'save',
  $wizard_connection_path: null,
  $converted_detail: {},
  $canvas_id: null,
};

/** The `$` keys of a module's records that are the same in all of them. */
export function constantsOf({ traits }: Pick<Module, 'traits'>): Readonly<Record<string, unknown>> {
  return traits.constantKeys ? { ...constantKeys, ...traits.constantKeys } : constantKeys;
}

/** `$` keys that depend on the record, the module or the organization (`render-record.ts`). */
const variableKeys = [
  '$currency_symbol',
  '$converted',
  '$approved',
  '$approval_state',
  '$locked_for_me',
  '$has_more',
  '$se_module',
  '$event_cancelled',
  '$line_tax',
  '$taxable',
  '$u_id',
] as const;
export type VariableKey = (typeof variableKeys)[number];

/** What every single record has, whether or not its module's metadata lists it (crm-api 5.3). */
export const systemFields: readonly Field[] = [
  ['Last_Activity_Time', 'datetime'],
  ['Layout', 'layout'],
  ['Tag', 'text'],
  ['Record_Image', 'profileimage'],
  ['Record_Status__s', 'picklist'],
  ['Locked__s', 'boolean'],
  ['Change_Log_Time__s', 'datetime'],
].map(([name = '', type = '']) => buildField({ id: 0, api_name: name, label: name, type, length: 120 }));

const known: ReadonlySet<string> = new Set([...variableKeys, ...systemFields.map(({ apiName }) => apiName)]);

/** Whether a key is one that records of the module show beside its fields. */
export function isSystemKey(key: string, module: Pick<Module, 'traits'>): boolean {
  return known.has(key) || Object.hasOwn(constantsOf(module), key);
}
