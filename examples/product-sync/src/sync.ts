import type { Legacy, Settled } from './legacy.ts';
import { merge, type Rule, type Side } from './merge.ts';
import { equal } from './product.ts';
import type { CrmProduct, CrmWrite, Log, Products } from './products.ts';

export interface Sync {
  readonly legacy: Legacy;
  readonly products: Products;
  readonly rule: Rule;
  readonly log: Log;
}

export interface Summary {
  readonly toCrm: number;
  readonly toLegacy: number;
  readonly conflicts: number;
  readonly failures: number;
}

/** Changes are read again this long before the newest one that was seen: some become visible a moment after their time. */
const overlapMs = 10_000;

/** What the CRM has; `product` is missing for one that was deleted. */
interface Seen {
  readonly id: string;
  readonly crm: CrmProduct | undefined;
  readonly changedMs: number;
}

/**
 * One round: finds what was changed on either side, merges, writes. It may be killed at any moment; the next round starts
 * from what was settled. What was written to the CRM and not settled is found there, equal to what would be written again.
 */
export async function syncOnce(sync: Sync): Promise<Summary> {
  const { legacy, products, log } = sync;
  const mark = legacy.state('seen_until');
  const upToChange = legacy.newestChange();
  const changes = legacy.changes();
  const seen = new Map<string, Seen>();
  let newestMs = Number(mark ?? 0);
  const notice = (crm: CrmProduct) => {
    newestMs = Math.max(newestMs, crm.modifiedMs);
    seen.set(skuOf(legacy, crm), { id: crm.id, crm, changedMs: crm.modifiedMs });
  };
  if (mark === undefined) {
    log('first run: reading all products of the CRM');
    for await (const crm of products.all()) notice(crm);
  } else {
    const since = new Date(Number(mark) - overlapMs);
    for await (const { id, deletedMs } of products.deletedSince(since)) {
      newestMs = Math.max(newestMs, deletedMs);
      const pair = legacy.pairOfCrm(id);
      if (pair) seen.set(pair.sku, { id, crm: undefined, changedMs: deletedMs });
    }
    for await (const crm of products.changedSince(since)) notice(crm);
  }
  const skus = new Set([...seen.keys(), ...changes.keys(), ...(mark === undefined ? legacy.skus() : [])]);
  await seeTheOthers(sync, skus, seen);
  const summary = await settleAll(sync, { skus, seen, changes, upToChange });
  // Last of all: a round that was killed reads the same changes again.
  if (newestMs > 0) legacy.setState('seen_until', String(newestMs));
  return summary;
}

/** A product that was made in the CRM gets its code as its SKU where that is free, else its id. */
function skuOf(legacy: Legacy, { id, sku, code }: CrmProduct): string {
  const known = sku ?? legacy.pairOfCrm(id)?.sku;
  if (known !== undefined) return known;
  return code !== '' && code.length <= 50 && !legacy.find(code) && !legacy.pair(code) ? code : `CRM-${id}`;
}

/** Reads what the CRM has of the products that were changed on the other side only. */
async function seeTheOthers({ legacy, products }: Sync, skus: Iterable<string>, seen: Map<string, Seen>) {
  const pairs = [...skus].filter((sku) => !seen.has(sku)).flatMap((sku) => legacy.pair(sku) ?? []);
  // One that does not come is deleted.
  for (const { sku, crmId } of pairs) seen.set(sku, { id: crmId, crm: undefined, changedMs: Date.now() });
  const skuById = new Map(pairs.map(({ sku, crmId }) => [crmId, sku]));
  for await (const crm of products.byId([...skuById.keys()])) {
    seen.set(skuById.get(crm.id) ?? '', { id: crm.id, crm, changedMs: crm.modifiedMs });
  }
}

async function settleAll(
  { legacy, products, rule, log }: Sync,
  {
    skus,
    seen,
    changes,
    upToChange,
  }: {
    readonly skus: ReadonlySet<string>;
    readonly seen: ReadonlyMap<string, Seen>;
    readonly changes: ReadonlyMap<string, number>;
    readonly upToChange: number;
  },
): Promise<Summary> {
  const agreedAlready: Settled[] = [];
  const writes: CrmWrite[] = [];
  const waiting = new Map<string, Settled>();
  let conflicts = 0;
  for (const sku of skus) {
    const there = seen.get(sku);
    const ours = legacy.find(sku);
    const legacySide: Side = { product: ours, changedMs: changes.get(sku) ?? 0 };
    const crmSide: Side = { product: there?.crm?.product, changedMs: there?.changedMs ?? 0 };
    const merged = merge(legacy.pair(sku)?.agreed, legacySide, crmSide, rule);
    if (merged.conflicts.length > 0) {
      conflicts += 1;
      log(`conflict in ${sku}: ${merged.conflicts.join(', ')}, decided by the rule "${rule}"`);
    }
    const crmId = there?.crm?.id;
    const result: Settled = { sku, crmId, product: merged.product, seen: ours };
    if (equal(merged.product, crmSide.product) && (!there?.crm || there.crm.sku === sku)) agreedAlready.push(result);
    else {
      writes.push({ sku, id: crmId, product: merged.product, before: crmSide.product });
      waiting.set(sku, result);
    }
  }
  let toLegacy = legacy.settle(agreedAlready, upToChange);
  let toCrm = 0;
  let failures = 0;
  for await (const results of products.write(writes)) {
    const good: Settled[] = [];
    for (const { sku, id, failure } of results) {
      const result = waiting.get(sku);
      if (!result) continue;
      if (failure === undefined) good.push({ ...result, crmId: result.crmId ?? id });
      else {
        failures += 1;
        legacy.note(sku, changes.get(sku) ?? 0);
        log(`the CRM refused ${sku}: ${failure}`);
      }
    }
    toLegacy += legacy.settle(good, upToChange);
    toCrm += good.length;
    log(`settled ${toCrm} of ${writes.length}`);
  }
  return { toCrm, toLegacy, conflicts, failures };
}
