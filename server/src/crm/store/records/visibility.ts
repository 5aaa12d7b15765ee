import { isOnFor } from '../../../config/settings.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { buildField } from '../../kernel/metadata/standard-modules.ts';
import { isAdministrator } from '../../kernel/permissions.ts';
import type { CrmUser, Role, Space } from '../../kernel/space/space.ts';
import { allOf, type Condition } from '../../language/query/condition.ts';

/**
 * Whose records a user sees where records are private (setting `privateRecords`): the user's own, those of the roles below the
 * user's, those of the same role where it shares with peers. Administrators and the top role see everybody's.
 */
type Viewer = Pick<CrmCall, 'space' | 'user' | 'store'>;

const known = new WeakMap<Space, Map<string, readonly string[]>>();

/** The owners whose records the user sees; undefined: everybody's. */
export function visibleOwners({ space, user, store }: Viewer): readonly string[] | undefined {
  if (!isOnFor(store.privateRecords, space.contents.organizationId)) return undefined;
  if (user.role.reportsTo === null || isAdministrator({ space, user })) return undefined;
  const ofSpace = known.get(space) ?? new Map<string, readonly string[]>();
  known.set(space, ofSpace);
  const owners = ofSpace.get(user.id) ?? ownersFor(user, space);
  ofSpace.set(user.id, owners);
  return owners;
}

function ownersFor(user: CrmUser, { contents }: Space): string[] {
  const below = rolesBelow(user.role, contents.roles);
  return contents.users
    .filter(
      ({ id, role }) => id === user.id || below.has(role.id) || (user.role.shareWithPeers && role.id === user.role.id),
    )
    .map(({ id }) => id);
}

function rolesBelow({ id }: Role, roles: readonly Role[]): ReadonlySet<string> {
  const below = new Set<string>();
  for (let found = [id]; found.length > 0; ) {
    found = roles.filter((role) => found.includes(role.reportsTo ?? '') && !below.has(role.id)).map((role) => role.id);
    for (const each of found) below.add(each);
  }
  return below;
}

const owner = buildField({ id: 0, api_name: 'Owner', label: 'Owner', type: 'ownerlookup', length: 120 });

/** The condition for records that the user sees as well; the same one for who sees all. */
export function visibleOnly(viewer: Viewer, module: Module, condition: Condition): Condition {
  const owners = visibleOwners(viewer);
  if (!owners || !hasOwners(module)) return condition;
  const column = { module, field: owner, path: [] };
  return allOf([condition, { kind: 'test', column, operator: 'in', negated: false, values: owners }]);
}

/** Links between records belong to nobody. */
export function hasOwners({ traits }: Module): boolean {
  return traits.owned === true;
}
