import type { RecordView } from '../../fields/model/view.ts';
import type { Field, RowForm } from '../../kernel/metadata/metadata.ts';
import type { StoredRecord, StoredValue } from '../../kernel/record/record.ts';
import type { Space } from '../../kernel/space/space.ts';
import type { RecordTable } from '../../store/records/record-table.ts';
import { number as amount, cents } from '../rules/line-totals.ts';

/** How v2 shows what it shows otherwise of a line item (crm-api 2.3). */

type Row = Readonly<Record<string, StoredValue>>;
type ShowInRow = (row: Row, key: string, view: RecordView) => unknown;

export const rowForms: Readonly<Record<Exclude<RowForm, 'hidden'>, ShowInRow>> = {
  /** With its code; a product that was deleted since has no name any more, and is not shown. */
  product: (row, key, view) => {
    const id = row[key] as string | undefined;
    const name = id === undefined ? undefined : view.names.get(id);
    if (name === undefined) return null;
    return { Product_Code: valueOfProduct(row[key], 'Product_Code', view), name, id };
  },
  /** As an amount, whatever it was given as. */
  discount: (row) => cents(amount(row.Total) - amount(row.Total_After_Discount)),
  id: (row, key) => row[key] ?? null,
  unitPrice: (row, _, view) => valueOfProduct(row.Product_Name, 'Unit_Price', view),
  stock: (row, _, view) => valueOfProduct(row.Product_Name, 'Qty_in_Stock', view),
};

/** A value of a product as it is now; null when the user's profile does not see the field. */
function valueOfProduct(id: StoredValue | undefined, apiName: string, view: RecordView): StoredValue | null {
  const field = view.space.metadata.having('sold')?.field.get(apiName);
  return (field && view.products?.get(id as string)?.data[field.key]) ?? null;
}

/** The products that rows of `fields` name, for versions that show their values; undefined when none does. */
export async function productsFor(
  table: Pick<RecordTable, 'readMany'>,
  space: Space,
  fields: readonly Field[],
  records: readonly StoredRecord[],
): Promise<ReadonlyMap<string, StoredRecord> | undefined> {
  const ids = new Set<string>();
  for (const field of fields) {
    const rows = field.subform === null ? undefined : space.metadata.find(field.subform);
    const lookup = rows?.fields.find(({ rowForm }) => rowForm === 'product');
    if (!lookup) continue;
    for (const { data } of records) {
      for (const row of (data[field.key] ?? []) as readonly Row[]) {
        const id = row[lookup.key];
        if (id !== undefined) ids.add(id as string);
      }
    }
  }
  const products = space.metadata.having('sold');
  return ids.size === 0 || !products ? undefined : table.readMany(space.dataSpace, products.number, [...ids]);
}
