/** What both sides know of a product. Money is a whole number of cents, so that equal prices are equal. */
export interface Product {
  readonly name: string;
  readonly priceCents: number;
  readonly stock: number;
  readonly active: boolean;
  readonly description: string;
}

export type ProductField = keyof Product;
export const productFields: readonly ProductField[] = ['name', 'priceCents', 'stock', 'active', 'description'];

export function equal(one: Product | undefined, other: Product | undefined): boolean {
  if (!one || !other) return one === other;
  return productFields.every((field) => one[field] === other[field]);
}
