import type { Queryable } from '../../../database/database.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { Field } from '../../kernel/metadata/metadata.ts';
import { contactRoles } from '../../kernel/space/contact-roles.ts';
import type { Space } from '../../kernel/space/space.ts';
import { itemField } from '../../wire/item-list.ts';

/** The fields that a link has of its own, by relation. */
export const linkFields: Readonly<Record<string, readonly Field[]>> = {
  campaign_leads: [itemField('Member_Status', 'picklist', 120)],
  campaign_contacts: [itemField('Member_Status', 'picklist', 120)],
  product_price_books: [itemField('list_price', 'double', 16)],
  deal_contacts: [itemField('Contact_Role', 'text', 120)],
};

/** A role is written as its name, or as an object with name or id; it is kept by name. */
export function withRoleName(raw: unknown, space: Space): unknown {
  if (!isJsonObject(raw) || !isJsonObject(raw.Contact_Role)) return raw;
  const { name, id } = raw.Contact_Role;
  const byId = contactRoles(space).find((role) => role.id === id)?.definition.name;
  return { ...raw, Contact_Role: name ?? byId ?? '' };
}

export function linkValueShown(field: Field, data: Readonly<Record<string, unknown>>, space: Space): unknown {
  const value = data[field.apiName] ?? null;
  if (field.apiName !== 'Contact_Role' || value === null) return value;
  return { name: value, id: contactRoles(space).find(({ definition }) => definition.name === value)?.id ?? null };
}

/** Gives the links of a data space that say a role its new name; links say roles by name. */
export async function renameContactRole(
  transaction: Queryable,
  dataSpace: number,
  from: string,
  to: string,
): Promise<void> {
  await transaction.query({
    text: `UPDATE crm_link SET data = data || jsonb_build_object('Contact_Role', $3::text)
           WHERE data_space = $1 AND relation = 'deal_contacts' AND data ->> 'Contact_Role' = $2`,
    values: [dataSpace, from, to],
  });
}
