import type { Operation } from '../http/router.ts';

/** What a call costs (crm-api 10): a price known beforehand, and one for each ten items that it wrote. */
export interface Cost {
  /** Taken before the call runs. */
  readonly credits: number;
  /** Items that one credit pays for: the first credit is the call's own. */
  readonly itemsPerCredit: number | undefined;
  /** Calls that count towards the smaller limit of calls at the same time. */
  readonly heavy: boolean;
}

const itemsPerCredit = 10;
const plain: Cost = { credits: 1, itemsPerCredit: undefined, heavy: false };
const write: Cost = { credits: 1, itemsPerCredit, heavy: false };
const heavyRead: Cost = { credits: 1, itemsPerCredit: undefined, heavy: true };

const costs: ReadonlyMap<string, Cost> = new Map([
  ['POST {module}', write],
  ['PUT {module}', write],
  ['POST {module}/upsert', write],
  ['POST {module}/actions/mass_update', { ...write, heavy: true }],
  ['POST {module}/actions/mass_delete', { ...write, heavy: true }],
  ['POST {module}/actions/change_owner', { ...write, heavy: true }],
  ['POST {module}/actions/add_tags', write],
  ['POST {module}/actions/remove_tags', write],
  ['POST {module}/{id}/actions/convert', { ...plain, credits: 5, heavy: true }],
  ['GET {module}/deleted', { ...plain, credits: 2 }],
  ['GET {module}/search', heavyRead],
  ['POST coql', heavyRead],
  ['POST __composite_requests', heavyRead],
  ['POST {module}/{id}/actions/send_mail', { ...plain, credits: 20, heavy: true }],
  ['POST settings/modules', { ...plain, credits: 500 }],
  ['POST write', { ...plain, credits: 500 }],
]);

export function costOf(operation: Operation): Cost {
  return costs.get(`${operation.method} ${operation.path}`) ?? plain;
}

/** What a call costs beyond what was taken before it ran, by the items in its answer. */
export function furtherCredits(cost: Cost, json: unknown): number {
  if (cost.itemsPerCredit === undefined) return 0;
  const items = (json as { data?: unknown } | undefined)?.data;
  return Array.isArray(items) ? Math.max(Math.ceil(items.length / cost.itemsPerCredit) - 1, 0) : 0;
}
