import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody } from '../../kernel/errors.ts';
import { contactRoles, initialContactRoles } from '../../kernel/space/contact-roles.ts';
import type { Setting } from '../../kernel/space/setting.ts';
import { renameContactRole } from '../../records/list/link-fields.ts';
import { itemField, readPlainItem } from '../../wire/item-list.ts';
import {
  createSettings,
  type ItemReading,
  pathItem,
  type Reading,
  removeSettings,
  type SettingList,
  updateSettings,
} from '../kept/setting-list.ts';

/** What contacts can be to a deal (crm-api 11): `/Contacts/roles`. */
export const contactRoleLimits = { total: 100, items: 100 } as const;

const fields = [itemField('name', 'text', 120, true), itemField('sequence_number', 'integer', 9)];

const roleList: SettingList<'contact_role'> = {
  area: 'contact_role',
  key: 'contact_roles',
  pathIndex: 2,
  limits: contactRoleLimits,
  messages: { added: 'contact role added', updated: 'contact role updated', deleted: 'contact role deleted' },
  read: readRole,
  initial: ({ space }) => initialContactRoles(space),
  beforeDelete: (_, __, { id }, left) => (left === 1 ? errorBody('CANNOT_PROCESS', { id }) : undefined),
};

/** GET /Contacts/roles, in their order */
export async function listContactRoles({ space }: CrmCall): Promise<CrmAnswer> {
  const order = ({ definition }: Setting<'contact_role'>) => definition.sequenceNumber;
  const roles = [...contactRoles(space)].sort((one, other) => order(one) - order(other));
  return { status: 200, json: { contact_roles: roles.map(roleAnswer) } };
}

/** GET /Contacts/roles/{id} */
export async function getContactRole(call: CrmCall): Promise<CrmAnswer> {
  const role = pathItem(roleList, call);
  return role ? { status: 200, json: { contact_roles: [roleAnswer(role)] } } : { status: 204 };
}

export const createContactRoles = (call: CrmCall) => createSettings(roleList, call);
export const updateContactRoles = (call: CrmCall) => updateSettings(roleList, call);
export const deleteContactRoles = (call: CrmCall) => removeSettings(roleList, call);

function readRole({ call, raw, jsonPath, others, self }: ItemReading<'contact_role'>): Reading<'contact_role'> {
  const reading = readPlainItem(raw, fields, jsonPath, self === null);
  if (reading.failure) return reading;
  const { values } = reading;
  const name = (values.get('name') ?? self?.definition.name) as string;
  const place = (api_name: string) => ({ api_name, json_path: `${jsonPath}.${api_name}` });
  const isTaken = ({ id, definition }: Setting<'contact_role'>) =>
    id !== self?.id && definition.name.toLowerCase() === name.toLowerCase();
  if (others.some(isTaken)) return { failure: errorBody('DUPLICATE_DATA', place('name')) };
  const last = Math.max(0, ...others.map(({ definition }) => definition.sequenceNumber));
  const sequenceNumber = (values.get('sequence_number') ?? self?.definition.sequenceNumber ?? last + 1) as number;
  if (sequenceNumber < 1 || sequenceNumber > contactRoleLimits.total) {
    return { failure: errorBody('INVALID_DATA', place('sequence_number'), 'Sequence number out of range') };
  }
  const before = self?.definition.name ?? name;
  return {
    definition: { name, sequenceNumber },
    // Links say roles by name.
    follow: before === name ? undefined : (to) => renameContactRole(to, call.space.dataSpace, before, name),
  };
}

const roleAnswer = ({ id, definition: { name, sequenceNumber } }: Setting<'contact_role'>) => ({
  name,
  id,
  sequence_number: sequenceNumber,
});
