import type { Version } from '../versions.ts';
import { type Field, Metadata, type Module, type RowForm } from './metadata.ts';
import { buildField } from './standard-modules.ts';

/**
 * What versions of the API call otherwise than the newest one (crm-api 2.3). Records are stored under the keys of their
 * fields, which no version changes: a record that was written by one version is read by every other.
 */

/** The name of a field in an old version, and how its value is shown there when it is shown otherwise. */
interface OldName {
  readonly name: string;
  readonly form?: RowForm;
}

type OldNames = Readonly<Record<string, OldName>>;

/** A line item in v2, by the names of today; in the order in which v2 shows it. */
const lineItem: OldNames = {
  Product_Name: { name: 'product', form: 'product' },
  Quantity: { name: 'quantity' },
  Discount: { name: 'Discount', form: 'discount' },
  Total_After_Discount: { name: 'total_after_discount' },
  Net_Total: { name: 'net_total' },
  Price_Book_Name: { name: 'book', form: 'id' },
  Tax: { name: 'Tax' },
  List_Price: { name: 'list_price' },
  Unit_Price: { name: 'unit_price', form: 'unitPrice' },
  Total: { name: 'total' },
  id: { name: 'id' },
  Description: { name: 'product_description' },
  Line_Tax: { name: 'line_tax' },
  Sequence_Number: { name: 'Sequence_Number', form: 'hidden' },
  Parent_Id: { name: 'Parent_Id', form: 'hidden' },
  Created_Time: { name: 'Created_Time', form: 'hidden' },
  Modified_Time: { name: 'Modified_Time', form: 'hidden' },
};

const items: OldName = { name: 'Product_Details' };

/** What v2 shows of the product of a line beside the line's own values; by module, because fields have ids. */
const stockFields: Readonly<Record<string, Field>> = {
  Quoted_Items: stockField(300_901),
  Ordered_Items: stockField(300_902),
  Purchase_Items: stockField(300_903),
  Invoiced_Items: stockField(300_904),
};

function stockField(id: number): Field {
  const source = { id, api_name: 'quantity_in_stock', label: 'Quantity in Stock', type: 'double', length: 16 };
  return { ...buildField({ ...source, read_only: true }), rowForm: 'stock' };
}

/** By module and field. */
const oldNames: Readonly<Record<string, OldNames>> = {
  Quotes: { Quoted_Items: items },
  Sales_Orders: { Ordered_Items: items },
  Purchase_Orders: { Purchase_Items: items },
  Invoices: { Invoiced_Items: items },
  Quoted_Items: lineItem,
  Ordered_Items: lineItem,
  Purchase_Items: lineItem,
  Invoiced_Items: lineItem,
};

/** `uses`: the version has the old names; `takes`: it has the new ones, and requests may use the old ones as well. */
const dialects: Readonly<Record<string, 'uses' | 'takes'>> = { v2: 'uses', 'v2.1': 'takes' };

/** The metadata as a version of the API has it; the same object when the version calls everything as the newest does. */
export function metadataIn({ name }: Version, metadata: Metadata): Metadata {
  const dialect = dialects[name];
  if (dialect === undefined) return metadata;
  const translate = (module: Module): Module => {
    const names = oldNames[module.apiName];
    return names ? inDialect(module, names, dialect) : module;
  };
  return new Metadata(metadata.modules.map(translate), metadata.modifiedAtMs);
}

/** Whether `metadataIn` answers something else than it was given. */
export function hasOldNames({ name }: Version): boolean {
  return dialects[name] !== undefined;
}

function inDialect(module: Module, names: OldNames, dialect: 'uses' | 'takes'): Module {
  const fields = module.fields.map((field) => renamed(field, names[field.apiName], dialect));
  const stock = stockFields[module.apiName];
  if (dialect === 'uses' && stock) {
    fields.sort((one, other) => placeOf(one, names) - placeOf(other, names));
    fields.splice(fields.findIndex(({ rowForm }) => rowForm === 'unitPrice') + 1, 0, stock);
  }
  return {
    ...module,
    fields,
    field: new Map(fields.map((field) => [field.apiName, field])),
    flaggedRemoval: module.generatedType === 'subform',
    ...(module.unrestricted ? { unrestricted: inDialect(module.unrestricted, names, dialect) } : {}),
  };
}

function renamed(field: Field, old: OldName | undefined, dialect: 'uses' | 'takes'): Field {
  if (!old) return field;
  if (dialect === 'uses') return { ...field, apiName: old.name, alsoNamed: [], rowForm: old.form ?? null };
  return old.name === field.apiName ? field : { ...field, alsoNamed: [...field.alsoNamed, old.name] };
}

/** Parts of line items stand in the order of the table, an organization's own fields behind them. */
function placeOf({ key }: Field, names: OldNames): number {
  const place = Object.keys(names).indexOf(key);
  return place < 0 ? Number.MAX_SAFE_INTEGER : place;
}
