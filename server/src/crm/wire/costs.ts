import type { Cost } from '../kernel/cost.ts';
import { tryJsonBody } from '../kernel/json-body.ts';
import type { Operation } from '../kernel/operation.ts';

const itemsPerCredit = 10;
/** Writes of more items are heavy. */
const lightItems = 10;
const plain: Cost = { credits: 1, maxItems: undefined, heavy: false };
const write: Cost = { credits: 1, maxItems: 100, heavy: false };
const massAction: Cost = { credits: 1, maxItems: 500, heavy: true };
const heavyRead: Cost = { ...plain, heavy: true };

/** By method and path of the operations table. */
export const costs: ReadonlyMap<string, Cost> = new Map([
  ['POST {module}', write],
  ['PUT {module}', write],
  ['POST {module}/upsert', write],
  ['POST {module}/{id}/{list}', write],
  ['PUT {module}/{id}/{list}', write],
  ['POST {module}/actions/mass_update', massAction],
  ['POST {module}/actions/mass_delete', massAction],
  ['POST {module}/actions/change_owner', massAction],
  ['POST {module}/actions/add_tags', { ...write, maxItems: 500 }],
  ['POST {module}/actions/remove_tags', { ...write, maxItems: 500 }],
  ['POST {module}/{id}/actions/convert', { ...plain, credits: 5, heavy: true }],
  ['GET {module}/deleted', { ...plain, credits: 2 }],
  ['GET {module}/search', heavyRead],
  ['POST coql', heavyRead],
  ['POST __composite_requests', heavyRead],
  ['POST {module}/{id}/actions/send_mail', { ...plain, credits: 20, heavy: true }],
  ['POST settings/modules', { ...plain, credits: 500 }],
  ['POST /bulk/read', { ...plain, credits: 50 }],
  ['POST /bulk/write', { ...plain, credits: 500 }],
]);

export function costOf(operation: Operation): Cost {
  return costs.get(`${operation.method} ${operation.path}`) ?? plain;
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
