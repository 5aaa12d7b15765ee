import { isOnFor } from '../../../config/settings.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import { buildField } from '../../kernel/metadata/standard-modules.ts';
import { isAdministrator } from '../../kernel/permissions.ts';
import { membersOf, rolesBelow, usersOfRole } from '../../kernel/space/group-members.ts';
import type { DataSharing, SharingRule, SharingSide } from '../../kernel/space/setting.ts';
import type { CrmUser, Space } from '../../kernel/space/space.ts';
import { columnSql } from '../../language/query/column-sql.ts';
import { allOf, type Condition } from '../../language/query/condition.ts';
import { predicateSql } from '../../language/query/predicate.ts';
import { ruleCondition } from '../../language/query/rule-criteria.ts';

import { sharedWith } from './record-shares.ts';

/**
 * Whose records a user sees, and which of them the user may change: the one place that decides it. Where records of a
 * module are not open to everybody (setting `privateRecords`, or what the organization says of the module), these are
 * the user's own, those of the roles below the user's, those of the same role where it shares with peers, what sharing
 * rules add, and single records that were shared. Administrators and the top role see and change everything.
 */
type Viewer = Pick<CrmCall, 'space' | 'user' | 'store'>;

/** What a user sees and changes of a module, as conditions of its records; undefined: all of them. */
export interface Access {
  readonly visible?: Condition;
  readonly editable?: Condition;
}

const everything: Access = {};
const known = new WeakMap<Space, Map<string, Access>>();

export function accessTo(viewer: Viewer, module: Module): Access {
  const { space, user } = viewer;
  if (!isLimited(viewer) || !hasOwners(module)) return everything;
  const ofSpace = known.get(space) ?? new Map<string, Access>();
  known.set(space, ofSpace);
  const key = `${user.id}/${module.number}`;
  const access = ofSpace.get(key) ?? workOut(viewer, wholeModule(module));
  ofSpace.set(key, access);
  return access;
}

/** Whether there are records that the user may not see or change. */
export function isLimited({ space, user, store }: Viewer): boolean {
  const { lists, organizationId } = space.contents;
  const isPrivate = isOnFor(store.privateRecords, organizationId) || (lists.data_sharing?.length ?? 0) > 0;
  return isPrivate && user.role.reportsTo !== null && !isAdministrator({ space, user });
}

/** How far the records of a module are open to everybody. */
export function shareTypeOf(
  { space, store }: Pick<Viewer, 'space' | 'store'>,
  module: Module,
): DataSharing['shareType'] {
  const stored = space.list('data_sharing').find(({ id }) => id === space.moduleId(module));
  if (stored) return stored.definition.shareType;
  return isOnFor(store.privateRecords, space.contents.organizationId) ? 'private' : 'public';
}

function workOut(viewer: Viewer, module: Module): Access {
  const shareType = shareTypeOf(viewer, module);
  if (shareType === 'public' || shareType === 'public_read_write') return everything;
  const editable = conditionFor(viewer, module, true);
  return shareType === 'private' ? { visible: conditionFor(viewer, module, false), editable } : { editable };
}

const owner = buildField({ id: 0, api_name: 'Owner', label: 'Owner', type: 'ownerlookup', length: 120 });

function conditionFor({ space, user }: Viewer, module: Module, write: boolean): Condition {
  const rules = space
    .list('sharing_rule')
    .map(({ definition }) => definition)
    .filter((rule) => rule.module === module.number && rule.active && (!write || rule.permission !== 'read'))
    .filter((rule) => reaches(space, rule, user));
  const owners = new Set(ownersFor(user, space));
  for (const { from } of rules) if (from) for (const id of usersOfSide(space, from)) owners.add(id);
  const column = { module, field: owner, path: [] };
  const criteria = rules.flatMap((rule) => (rule.criteria ? (ruleCondition(module, rule.criteria) ?? []) : []));
  return {
    kind: 'any',
    parts: [
      { kind: 'test', column, operator: 'in', negated: false, values: [...owners] },
      ...criteria,
      sharedWith(space.dataSpace, module.number, user.id, write),
    ],
  };
}

/** The owners whose records the user sees without any rule. */
function ownersFor(user: CrmUser, { contents }: Space): string[] {
  const below = rolesBelow(user.role.id, contents.roles);
  return contents.users
    .filter(
      ({ id, role }) => id === user.id || below.has(role.id) || (user.role.shareWithPeers && role.id === user.role.id),
    )
    .map(({ id }) => id);
}

/** Whether a rule shares with the user, or with somebody below whose superiors it lets see the same. */
function reaches(space: Space, { to, superiorsAllowed }: SharingRule, user: CrmUser): boolean {
  const users = usersOfSide(space, to);
  if (users.has(user.id)) return true;
  if (!superiorsAllowed) return false;
  const below = rolesBelow(user.role.id, space.contents.roles);
  return [...users].some((id) => below.has(space.user(id)?.role.id ?? ''));
}

function usersOfSide(space: Space, { type, id, subordinates }: SharingSide): ReadonlySet<string> {
  if (type === 'all_users') return new Set(space.contents.users.map((user) => user.id));
  if (type === 'groups') return membersOf(space, id ?? '');
  return new Set(usersOfRole(space, id ?? '', subordinates));
}

/** The condition for records that the user sees as well; the same one for who sees all. */
export function visibleOnly(viewer: Viewer, module: Module, condition: Condition): Condition {
  const { visible } = accessTo(viewer, module);
  return visible ? allOf([condition, visible]) : condition;
}

/**
 * The SQL that is true of the records that the user sees, over a table of records or an alias of it; undefined for who
 * sees all.
 */
export function visibleSql(
  viewer: Viewer,
  module: Module,
  table: string,
  parameter: (value: unknown) => string,
): string | undefined {
  const { visible } = accessTo(viewer, module);
  return visible && conditionSql(visible, table, parameter);
}

/** The table of the records in the recycle bin. */
export const binnedRecords = 'crm_deleted_record';

/** The SQL of a condition over a module's own fields. */
export function conditionSql(condition: Condition, table: string, parameter: (value: unknown) => string): string {
  return predicateSql(condition, {
    parameter,
    table,
    column: ({ module, field }) => columnSql(table, module, field),
  });
}

/** Links between records belong to nobody. */
export function hasOwners({ traits }: Module): boolean {
  return traits.owned === true;
}
