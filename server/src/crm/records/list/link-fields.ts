import { isJsonObject } from '../../kernel/json-body.ts';
import type { Field } from '../../kernel/metadata/metadata.ts';
import type { Space } from '../../kernel/space/space.ts';
import { itemField } from '../../wire/item-list.ts';

/** The fields that a link has of its own, by relation. */
export const linkFields: Readonly<Record<string, readonly Field[]>> = {
  campaign_leads: [itemField('Member_Status', 'picklist', 120)],
  campaign_contacts: [itemField('Member_Status', 'picklist', 120)],
  product_price_books: [itemField('list_price', 'double', 16)],
  deal_contacts: [itemField('Contact_Role', 'text', 120)],
};

const contactRoles = [
  'Developer/Evaluator',
  'Decision Maker',
  'Purchasing',
  'Executive Sponsor',
  'Engineering Lead',
  'Economic Decision Maker',
  'Product Management',
];
const firstContactRole = 6_801;

/** A role is written as its name, or as an object with name or id; it is kept by name. */
export function withRoleName(raw: unknown, space: Space): unknown {
  if (!isJsonObject(raw) || !isJsonObject(raw.Contact_Role)) return raw;
  const { name, id } = raw.Contact_Role;
  const byId = contactRoles.find((_, index) => space.id(firstContactRole + index) === id);
  return { ...raw, Contact_Role: name ?? byId ?? '' };
}

export function linkValueShown(field: Field, data: Readonly<Record<string, unknown>>, space: Space): unknown {
  const value = data[field.apiName] ?? null;
  if (field.apiName !== 'Contact_Role' || value === null) return value;
  const place = contactRoles.indexOf(String(value));
  return { name: value, id: place < 0 ? null : space.id(firstContactRole + place) };
}
