import { equal, type Product, type ProductField, productFields } from './product.ts';

/**
 * Who wins where both sides changed the same field since they last agreed: `newest` (the side that was changed later; a tie
 * goes to the CRM), `legacy` or `crm`. Fields that only one side changed are no conflict.
 */
export const rules = ['newest', 'legacy', 'crm'] as const;
export type Rule = (typeof rules)[number];

/** A product on one side; no product when it was deleted there, or never was. */
export interface Side {
  readonly product: Product | undefined;
  /** Of its last change, in milliseconds since 1970. */
  readonly changedMs: number;
}

export interface Merged {
  /** What both sides are to have; undefined: it is to be deleted on both. */
  readonly product: Product | undefined;
  /** Fields, or the whole product, that the rule had to decide. */
  readonly conflicts: readonly (ProductField | 'deletion')[];
}

/** A merge of three: `agreed` is what both sides had when they were last equal. A change wins over a deletion. */
export function merge(agreed: Product | undefined, legacy: Side, crm: Side, rule: Rule): Merged {
  if (!legacy.product || !crm.product) {
    const left = legacy.product ?? crm.product;
    if (!left || !agreed) return { product: left, conflicts: [] };
    return equal(left, agreed) ? { product: undefined, conflicts: [] } : { product: left, conflicts: ['deletion'] };
  }
  const legacyWins = rule === 'legacy' || (rule === 'newest' && legacy.changedMs > crm.changedMs);
  const [ours, theirs] = [legacy.product, crm.product];
  const conflicts: ProductField[] = [];
  const choose = (field: ProductField) => {
    if (ours[field] === theirs[field] || (agreed && ours[field] === agreed[field])) return theirs[field];
    if (agreed && theirs[field] === agreed[field]) return ours[field];
    conflicts.push(field);
    return legacyWins ? ours[field] : theirs[field];
  };
  const merged = Object.fromEntries(productFields.map((field) => [field, choose(field)]));
  return { product: merged as unknown as Product, conflicts };
}
