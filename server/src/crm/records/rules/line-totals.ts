import { roundTo } from '../../fields/values/numbers.ts';
import type { StoredValue } from '../../kernel/record/record.ts';

/** Sums of line items (crm-api 5.4). */

export type LineItem = Record<string, StoredValue>;

interface LineTax {
  readonly name?: string;
  readonly id?: string;
  readonly percentage?: number;
  readonly value?: number;
}

export const cents = (value: number) => roundTo(value, 2);
export const number = (value: StoredValue | undefined) => (typeof value === 'number' ? value : 0);

/** Computes the totals of a line, in place; a discount is an amount, or text like "5%". @returns its net total. */
export function totalLine(row: LineItem, index: number): number {
  const total = cents(number(row.Quantity) * number(row.List_Price));
  const discount = readDiscount(row.Discount as string | undefined, total);
  const afterDiscount = cents(total - discount);
  const taxes = taxesOf(row).map((tax) => ({ ...tax, value: cents((afterDiscount * (tax.percentage ?? 0)) / 100) }));
  const tax = cents(taxes.reduce((sum, each) => sum + each.value, 0));
  if (taxes.length > 0) row.Line_Tax = taxes;
  row.Total = total;
  row.Total_After_Discount = afterDiscount;
  row.Tax = tax;
  row.Net_Total = cents(afterDiscount + tax);
  row.Sequence_Number = index + 1;
  return row.Net_Total;
}

function readDiscount(text: string | undefined, total: number): number {
  const match = /^\s*(\d{1,16}(?:\.\d{1,9})?)\s*(%?)\s*$/.exec(text ?? '');
  if (!match) return 0;
  return match[2] === '%' ? cents((total * Number(match[1])) / 100) : cents(Number(match[1]));
}

function taxesOf(row: Readonly<LineItem>): readonly LineTax[] {
  return (row.Line_Tax ?? []) as readonly LineTax[];
}

/** The taxes of all lines, those of one kind together: `$line_tax`. */
export function lineTaxes(rows: StoredValue | undefined): readonly LineTax[] {
  const sums = new Map<string, LineTax>();
  for (const tax of ((rows ?? []) as readonly LineItem[]).flatMap(taxesOf)) {
    const key = `${tax.name}/${tax.percentage}`;
    const value = cents((sums.get(key)?.value ?? 0) + (tax.value ?? 0));
    sums.set(key, { percentage: tax.percentage ?? 0, name: tax.name ?? '', ...(tax.id ? { id: tax.id } : {}), value });
  }
  return [...sums.values()];
}
