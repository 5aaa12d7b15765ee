import { firstCustomModule, systemIds } from '../../kernel/ids.ts';
import { activityModules } from '../../kernel/metadata/activities.ts';
import { type BackList, isListed, type Metadata, type Module } from '../../kernel/metadata/metadata.ts';
import type { Space } from '../../kernel/space/space.ts';

/**
 * Which lists hang on the records of a module (crm-api 6.12, 7.4). A list is either what points to the record by a
 * look-up, or what is linked with it many to many.
 */
export type RelatedSource =
  /** Records whose look-up `field` (its key) holds the record; it may be a subform and its look-up, with a dot between. */
  | { readonly kind: 'lookup'; readonly field: string }
  /** What is linked by records of a linking module: its look-ups to the record, and to what is listed. */
  | { readonly kind: 'linked'; readonly module: string; readonly here: string; readonly there: string }
  | { readonly kind: 'link'; readonly relation: string; readonly side: 'left' | 'right' }
  /** The record that the record itself points to by its look-up. */
  | { readonly kind: 'own'; readonly field: string }
  /** What has a call of its own. */
  | { readonly kind: 'apart' };

export interface RelatedList {
  readonly apiName: string;
  readonly label: string;
  /** API name of the module of what is listed; null: what is listed are no records. */
  readonly module: string | null;
  readonly source: RelatedSource;
  /** Only activities that are over, or only those that are not. */
  readonly closed?: boolean;
  /** Lists that come with an organization's own look-ups have ids of their own, and not by their place. */
  readonly idSuffix?: number;
}

const lookup = (apiName: string, module: string, field: string, label = apiName.replaceAll('_', ' ')): RelatedList => ({
  apiName,
  label,
  module,
  source: { kind: 'lookup', field },
});
const left = (apiName: string, module: string, relation: string): RelatedList => ({
  apiName,
  label: apiName.replaceAll('_', ' '),
  module,
  source: { kind: 'link', relation, side: 'left' },
});
const right = (apiName: string, module: string, relation: string): RelatedList => ({
  ...left(apiName, module, relation),
  source: { kind: 'link', relation, side: 'right' },
});

const notes = lookup('Notes', 'Notes', 'Parent_Id');
const attachments: RelatedList = {
  apiName: 'Attachments',
  label: 'Attachments',
  module: 'Attachments',
  source: { kind: 'apart' },
};

/** What is kept about a record apart from other records. */
const apart = (apiName: string): RelatedList => ({
  ...attachments,
  apiName,
  label: apiName.replaceAll('_', ' '),
  module: null,
});

function activities(field: string): RelatedList[] {
  return activityModules.flatMap((module) => [
    { ...lookup(module, module, field, `Open ${module}`), closed: false },
    { ...lookup(`${module}_History`, module, field, `Closed ${module}`), closed: true },
  ]);
}

const lists: Readonly<Record<string, readonly RelatedList[]>> = {
  Leads: [
    right('Products', 'Products', 'product_leads'),
    ...activities('What_Id'),
    right('Campaigns', 'Campaigns', 'campaign_leads'),
  ],
  Accounts: [
    lookup('Contacts', 'Contacts', 'Account_Name'),
    lookup('Deals', 'Deals', 'Account_Name'),
    ...activities('What_Id'),
    right('Products', 'Products', 'product_accounts'),
    lookup('Cases', 'Cases', 'Account_Name'),
    lookup('Child_Accounts', 'Accounts', 'Parent_Account', 'Member Accounts'),
    lookup('Quotes', 'Quotes', 'Account_Name'),
    lookup('Sales_Orders', 'Sales_Orders', 'Account_Name'),
    lookup('Invoices', 'Invoices', 'Account_Name'),
  ],
  Contacts: [
    lookup('Deals', 'Deals', 'Contact_Name'),
    ...activities('Who_Id'),
    lookup('Cases', 'Cases', 'Related_To'),
    right('Products', 'Products', 'product_contacts'),
    lookup('Quotes', 'Quotes', 'Contact_Name'),
    lookup('Sales_Orders', 'Sales_Orders', 'Contact_Name'),
    lookup('Purchase_Orders', 'Purchase_Orders', 'Contact_Name'),
    lookup('Invoices', 'Invoices', 'Contact_Name'),
    right('Campaigns', 'Campaigns', 'campaign_contacts'),
    lookup('Reporting_Contacts', 'Contacts', 'Reporting_To'),
    right('Contact_Roles', 'Deals', 'deal_contacts'),
    { ...lookup('Vendors', 'Vendors', ''), source: { kind: 'own', field: 'Vendor_Name' } },
  ],
  Deals: [
    ...activities('What_Id'),
    left('Contact_Roles', 'Contacts', 'deal_contacts'),
    right('Products', 'Products', 'product_deals'),
    lookup('Quotes', 'Quotes', 'Deal_Name'),
    lookup('Sales_Orders', 'Sales_Orders', 'Deal_Name'),
    lookup('Cases', 'Cases', 'Deal_Name'),
    apart('Stage_History'),
    apart('Competitors'),
  ],
  Campaigns: [
    left('Leads', 'Leads', 'campaign_leads'),
    left('Contacts', 'Contacts', 'campaign_contacts'),
    lookup('Deals', 'Deals', 'Campaign_Source'),
    lookup('Child_Campaigns', 'Campaigns', 'Parent_Campaign'),
    ...activities('What_Id'),
  ],
  Products: [
    left('Leads', 'Leads', 'product_leads'),
    left('Accounts', 'Accounts', 'product_accounts'),
    left('Contacts', 'Contacts', 'product_contacts'),
    left('Deals', 'Deals', 'product_deals'),
    lookup('Cases', 'Cases', 'Product_Name'),
    lookup('Solutions', 'Solutions', 'Product_Name'),
    left('Price_Books', 'Price_Books', 'product_price_books'),
    lookup('Quotes', 'Quotes', 'Quoted_Items.Product_Name'),
    lookup('Sales_Orders', 'Sales_Orders', 'Ordered_Items.Product_Name'),
    lookup('Purchase_Orders', 'Purchase_Orders', 'Purchase_Items.Product_Name'),
    lookup('Invoices', 'Invoices', 'Invoiced_Items.Product_Name'),
    ...activities('What_Id'),
  ],
  Price_Books: [right('Products', 'Products', 'product_price_books'), ...activities('What_Id')],
  Vendors: [
    lookup('Products', 'Products', 'Vendor_Name'),
    lookup('Purchase_Orders', 'Purchase_Orders', 'Vendor_Name'),
    lookup('Contacts', 'Contacts', 'Vendor_Name'),
    ...activities('What_Id'),
  ],
  Quotes: [lookup('Sales_Orders', 'Sales_Orders', 'Quote_Name'), ...activities('What_Id')],
  Sales_Orders: [lookup('Invoices', 'Invoices', 'Sales_Order'), ...activities('What_Id')],
};

/** The relations of all links between records of two modules. */
export const linkRelations: readonly string[] = [
  ...new Set(
    Object.values(lists)
      .flat()
      .flatMap(({ source }) => (source.kind === 'link' ? [source.relation] : [])),
  ),
];

/** The related lists of a module, in their order; those that an organization's own look-ups made come last. */
export function relatedListsOf(module: Module, metadata: Metadata): readonly RelatedList[] {
  const { apiName, generatedType, traits } = module;
  if (!isListed(module) || generatedType === 'linking' || traits.partOfRecord) return [];
  return [
    notes,
    attachments,
    ...(lists[apiName] ?? (traits.activities ? activities('What_Id') : [])),
    ...(traits.emails ? [apart('Emails')] : []),
    ...(backListsOf(metadata).get(apiName) ?? []),
  ];
}

const backLists = new WeakMap<Metadata, ReadonlyMap<string, readonly RelatedList[]>>();

/** The lists that come with look-ups of organizations, by the module that they lead to. */
function backListsOf(metadata: Metadata): ReadonlyMap<string, readonly RelatedList[]> {
  const known = backLists.get(metadata);
  if (known) return known;
  const found = new Map<string, RelatedList[]>();
  for (const module of metadata.modules) {
    for (const { backList, key, lookupModules, linking } of module.fields) {
      const [target] = lookupModules;
      if (!backList || target === undefined) continue;
      const add = (at: string, list: RelatedList) => found.set(at, [...(found.get(at) ?? []), list]);
      if (!linking) {
        const { apiName, label, idSuffix } = backList;
        add(target, { ...lookup(apiName, module.apiName, key, label), idSuffix });
        continue;
      }
      const [here, there] = [linking.parentField, linking.connectedField];
      add(target, linkedList(backList, module.apiName, { module: linking.module, here: there, there: here }));
      if (linking.list) add(module.apiName, linkedList(linking.list, target, { module: linking.module, here, there }));
    }
  }
  backLists.set(metadata, found);
  return found;
}

function linkedList(
  { apiName, label, idSuffix }: BackList,
  module: string,
  link: { readonly module: string; readonly here: string; readonly there: string },
): RelatedList {
  return { apiName, label, idSuffix, module, source: { kind: 'linked', ...link } };
}

/** The names of a module's lists in small letters: no two of them may be called by the same path. */
export function backListNames(module: Module, metadata: Metadata): string[] {
  return relatedListsOf(module, metadata).map(({ apiName }) => apiName.toLowerCase());
}

/** A list by its name in the path, without regard to case. */
export function findRelatedList(module: Module, metadata: Metadata, name: string): RelatedList | undefined {
  const folded = name.toLowerCase();
  return relatedListsOf(module, metadata).find((list) => list.apiName.toLowerCase() === folded);
}

const listsPerModule = 100;

/** The id of a module's list, by its place: the module's number keeps it the same in every data space. */
export function relatedListId(space: Space, module: Module, list: RelatedList, place: number): string {
  if (list.idSuffix !== undefined) return space.id(list.idSuffix);
  if (module.number >= firstCustomModule) {
    return space.id(systemIds.customRelatedLists + module.number * listsPerModule + place + 1);
  }
  return space.id(systemIds.relatedLists + module.sequence * listsPerModule + place + 1);
}
