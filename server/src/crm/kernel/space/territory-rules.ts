import type { Space } from './space.ts';
import type { Territory } from './territory.ts';

/** A module whose records belong to territories: where they say so, and how a request calls its criteria. */
interface TerritoryModule {
  readonly field: string;
  readonly criteriaKey: string | null;
  /** Most territories of one record. */
  readonly limit: number;
}

export const territoryModules: ReadonlyMap<string, TerritoryModule> = new Map([
  ['Leads', { field: 'Territories', criteriaKey: 'lead_rule_criteria', limit: 10 }],
  ['Accounts', { field: 'Territories', criteriaKey: 'account_rule_criteria', limit: 10 }],
  ['Contacts', { field: 'Territories', criteriaKey: null, limit: 10 }],
  ['Deals', { field: 'Territory', criteriaKey: 'deal_rule_criteria', limit: 1 }],
]);

/** Whether the organization has territories; it may switch them off. */
export function hasTerritories(space: Space): boolean {
  return space.contents.settings.territories;
}

/** A territory and all that report to it, however far below. */
export function withBelow(territories: readonly Territory[], id: string): Set<string> {
  const found = new Set([id]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const { id: each, reportsTo } of territories) if (reportsTo !== null && found.has(reportsTo)) found.add(each);
  }
  return found;
}

/** Whether a user who was put into a territory is still one of the organization. */
export function isPresent(space: Space, userId: string): boolean {
  const status = space.user(userId)?.status;
  return status !== undefined && status !== 'deleted';
}
