import { standardModules } from '../metadata/standard-modules.ts';
import type { ModuleTraits } from '../metadata/traits.ts';
import type { Space } from './space.ts';
import type { Territory } from './territory.ts';

/** The modules whose records belong to territories, by their API names. */
export const territoryModules: ReadonlyMap<string, NonNullable<ModuleTraits['territories']>> = new Map(
  standardModules.flatMap(({ apiName, traits }) =>
    traits.territories ? [[apiName, traits.territories] as const] : [],
  ),
);

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
