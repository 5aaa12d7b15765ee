import { type Field, type Metadata, type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { Space } from '../../kernel/space/space.ts';

/**
 * Which field of a lead becomes which field of the contact, the account and the deal that its conversion makes
 * (crm-api 7.3, 7.13). Custom fields go to the field of the same name, where there is one of the same type.
 */
const mapping: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Contacts: {
    First_Name: 'First_Name',
    Last_Name: 'Last_Name',
    Salutation: 'Salutation',
    Designation: 'Title',
    Email: 'Email',
    Secondary_Email: 'Secondary_Email',
    Phone: 'Phone',
    Mobile: 'Mobile',
    Fax: 'Fax',
    Lead_Source: 'Lead_Source',
    Skype_ID: 'Skype_ID',
    Twitter: 'Twitter',
    Email_Opt_Out: 'Email_Opt_Out',
    Street: 'Mailing_Street',
    City: 'Mailing_City',
    State: 'Mailing_State',
    Zip_Code: 'Mailing_Zip',
    Country: 'Mailing_Country',
    Description: 'Description',
  },
  Accounts: {
    Company: 'Account_Name',
    Phone: 'Phone',
    Fax: 'Fax',
    Website: 'Website',
    Industry: 'Industry',
    Rating: 'Rating',
    Annual_Revenue: 'Annual_Revenue',
    No_of_Employees: 'Employees',
    Street: 'Billing_Street',
    City: 'Billing_City',
    State: 'Billing_State',
    Zip_Code: 'Billing_Code',
    Country: 'Billing_Country',
  },
  Deals: { Lead_Source: 'Lead_Source' },
};

export type ConversionTarget = 'Contacts' | 'Accounts' | 'Deals';

/** Whose records may take a lead in instead of new ones. */
export const joinedTargets: readonly ConversionTarget[] = ['Contacts', 'Accounts'];

/** Pairs of the lead's field and the target's field that both exist, whoever may see them. */
export function mappedFields(target: ConversionTarget, space: Space): readonly (readonly [Field, Field])[] {
  const [seenLeads, seenModule] = [space.metadata.having('convertible'), space.metadata.find(target)];
  if (!seenLeads || !seenModule) return [];
  const [leads, module] = [wholeModule(seenLeads), wholeModule(seenModule)];
  const standard = Object.entries(mapping[target] ?? {});
  const own = leads.fields
    .filter((field) => field.custom && module.field.get(field.apiName)?.dataType === field.dataType)
    .map(({ apiName }) => [apiName, apiName] as const);
  return [...standard, ...own].flatMap(([fromName, toName]) => {
    const [from, to] = [leads.field.get(fromName), module.field.get(toName)];
    return from && to ? [[from, to] as const] : [];
  });
}

const targetsOfFields = new WeakMap<Metadata, ReadonlyMap<string, Readonly<Record<ConversionTarget, string | null>>>>();

/** The `convert_mapping` of a lead's field: the fields that it becomes. */
export function conversionTargetsOf(field: Field, space: Space): Readonly<Record<ConversionTarget, string | null>> {
  let known = targetsOfFields.get(space.metadata);
  if (!known) {
    const of = (target: ConversionTarget) =>
      new Map(mappedFields(target, space).map(([from, to]) => [from, to.apiName]));
    const [Contacts, Deals, Accounts] = [of('Contacts'), of('Deals'), of('Accounts')];
    const all = new Set([...Contacts.keys(), ...Deals.keys(), ...Accounts.keys()]);
    known = new Map(
      [...all].map((from) => [
        from.apiName,
        {
          Contacts: Contacts.get(from) ?? null,
          Deals: Deals.get(from) ?? null,
          Accounts: Accounts.get(from) ?? null,
        },
      ]),
    );
    targetsOfFields.set(space.metadata, known);
  }
  return known.get(field.apiName) ?? { Contacts: null, Deals: null, Accounts: null };
}

/** The `convert_mapping` of a layout: null for every module but Leads. */
export function convertMapping(module: Module, space: Space): object | null {
  if (!module.traits.convertible) return null;
  const answer: Record<string, object | null> = {};
  for (const target of ['Contacts', 'Deals', 'Accounts'] as const) {
    const to = space.metadata.find(target);
    answer[target] = to
      ? {
          name: 'Standard',
          id: space.moduleId(to),
          fields: mappedFields(target, space).map(([, field]) => ({
            api_name: field.apiName,
            field_label: field.label,
            required: field.mandatory,
            id: space.id(field.idSuffix),
          })),
        }
      : null;
  }
  return answer;
}
