import { type Cost, oneCredit } from '../kernel/cost.ts';
import { tryJsonBody } from '../kernel/json-body.ts';
import type { Operation } from '../kernel/operation.ts';

const itemsPerCredit = 10;
/** Writes of more items are heavy. */
const lightItems = 10;

export function costOf({ cost = oneCredit }: Pick<Operation, 'cost'>): Cost {
  return cost;
}

/** What a call costs beyond what was taken before it ran, by the items in its answer. */
export function furtherCredits(cost: Cost, json: unknown): number {
  if (cost.maxItems === undefined) return 0;
  const items = (json as { data?: unknown } | undefined)?.data;
  return Array.isArray(items) ? Math.max(Math.ceil(items.length / itemsPerCredit) - 1, 0) : 0;
}

/** The credits that a call can cost, from the least to the most. */
export function creditRange({ credits, maxItems }: Cost): { readonly min: number; readonly max: number } {
  return { min: credits, max: Math.max(credits, Math.ceil((maxItems ?? 0) / itemsPerCredit)) };
}

/** Whether a call is heavy for what it brings: a write of many items. */
export function isHeavyBody(cost: Cost, body: Buffer): boolean {
  if (cost.heavy || cost.maxItems === undefined || body.length === 0) return false;
  const json = tryJsonBody(body);
  const items = [json?.data, json?.ids].find(Array.isArray);
  return items !== undefined && items.length > lightItems;
}
