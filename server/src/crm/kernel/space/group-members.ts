import type { GroupSource } from './setting.ts';
import type { Role, Space } from './space.ts';
import { isPresent, withBelow } from './territory-rules.ts';

/** Who is in the groups of users of an organization: worked out once for each state of it. */

const known = new WeakMap<Space, ReadonlyMap<string, ReadonlySet<string>>>();

/** The members of a group; nobody for a group that does not exist. */
export function membersOf(space: Space, groupId: string): ReadonlySet<string> {
  return groupsOfSpace(space).get(groupId) ?? new Set();
}

function groupsOfSpace(space: Space): ReadonlyMap<string, ReadonlySet<string>> {
  const groups = known.get(space) ?? resolveAll(space);
  known.set(space, groups);
  return groups;
}

function resolveAll(space: Space): ReadonlyMap<string, ReadonlySet<string>> {
  const groups = new Map<string, Set<string>>();
  const resolve = (id: string): ReadonlySet<string> => {
    const done = groups.get(id);
    if (done) return done;
    const members = new Set<string>();
    // Before its sources: a group that leads back to itself adds nothing to itself.
    groups.set(id, members);
    const group = space.list('user_group').find((each) => each.id === id);
    for (const source of group?.definition.sources ?? []) {
      const users = source.type === 'groups' ? resolve(source.id) : usersOf(space, source);
      for (const user of users) members.add(user);
    }
    return members;
  };
  for (const { id } of space.list('user_group')) resolve(id);
  return groups;
}

/** The users that a source brings, by its kind. */
export function usersOf(space: Space, source: GroupSource): string[] {
  const { users, territories } = space.contents;
  if (source.type === 'users') return isPresent(space, source.id) ? [source.id] : [];
  if (source.type === 'roles') return usersOfRole(space, source.id, source.subordinates);
  const wanted = source.subTerritories ? withBelow(territories, source.id) : new Set([source.id]);
  const inside = new Set(territories.filter(({ id }) => wanted.has(id)).flatMap((territory) => territory.users));
  return users.filter(({ id }) => inside.has(id) && isPresent(space, id)).map(({ id }) => id);
}

/** The users of a role, with those of the roles below it when they are asked for. */
export function usersOfRole(space: Space, roleId: string, subordinates: boolean): string[] {
  const roles = subordinates ? rolesBelow(roleId, space.contents.roles) : new Set<string>();
  return space.contents.users
    .filter(({ id, role }) => (role.id === roleId || roles.has(role.id)) && isPresent(space, id))
    .map(({ id }) => id);
}

/** The roles that report to a role, however far below. */
export function rolesBelow(id: string, roles: readonly Role[]): ReadonlySet<string> {
  const below = new Set<string>();
  for (let found = [id]; found.length > 0; ) {
    found = roles.filter((role) => found.includes(role.reportsTo ?? '') && !below.has(role.id)).map((role) => role.id);
    for (const each of found) below.add(each);
  }
  return below;
}
