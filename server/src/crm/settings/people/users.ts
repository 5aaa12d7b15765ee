import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { systemIds } from '../../kernel/ids.ts';
import type { CrmUser, Space } from '../../kernel/space/space.ts';
import { changedAfter, idsFilter, pageParameters, pathId, timeHeader } from '../../wire/parameters.ts';
import { userAnswer } from './user-answer.ts';

export const maxUserIds = 100;

type Filter = (user: CrmUser, call: CrmCall) => boolean;

const active: Filter = (user) => user.status === 'active';
const administrator: Filter = (user, { space }) => user.profile.id === space.id(systemIds.profileAdministrator);

/** Whether `user`'s role reports, over however many roles, to `role`. */
function reportsTo(user: CrmUser, role: string, space: Space): boolean {
  const seen = new Set<string>();
  for (let at = user.role.reportsTo; at !== null && !seen.has(at); ) {
    if (at === role) return true;
    seen.add(at);
    const above = space.contents.roles.find((each) => each.id === at);
    at = above?.reportsTo ?? null;
  }
  return false;
}

const filters: Readonly<Record<string, Filter>> = {
  AllUsers: (user) => user.status !== 'deleted',
  ActiveUsers: active,
  DeactiveUsers: (user) => user.status === 'disabled',
  ConfirmedUsers: (user) => user.confirmed && user.status !== 'deleted',
  NotConfirmedUsers: (user) => !user.confirmed && user.status !== 'deleted',
  DeletedUsers: (user) => user.status === 'deleted',
  ActiveConfirmedUsers: (user) => user.status === 'active' && user.confirmed,
  AdminUsers: (user, call) => user.status !== 'deleted' && administrator(user, call),
  ActiveConfirmedAdmins: (user, call) => user.status === 'active' && user.confirmed && administrator(user, call),
  CurrentUser: (user, call) => user.id === call.user.id,
  // The ones that only software kits know.
  ConfirmedReportingUsers: (user, { space, user: self }) => user.confirmed && reportsTo(user, self.role.id, space),
  ParentRoleUsers: (user, { user: self }) => user.role.id === self.role.reportsTo,
  ChildRoleUsers: (user, { user: self }) => user.role.reportsTo === self.role.id,
  SubordinateRoleUsers: (user, { space, user: self }) => reportsTo(user, self.role.id, space),
  DeveloperUsers: () => false,
};

/** What `type` may be. */
export const userTypes = Object.keys(filters);

export function usersOfType(call: CrmCall, type: string): CrmUser[] {
  const filter = Object.hasOwn(filters, type) ? filters[type] : undefined;
  if (!filter) throw new Refusal('PATTERN_NOT_MATCHED', { details: { param_name: 'type' } });
  return call.space.contents.users.filter((user) => filter(user, call));
}

/** GET /users?type= */
export async function listUsers(call: CrmCall): Promise<CrmAnswer> {
  const { query } = call;
  const { page, perPage } = pageParameters(call);
  const ids = idsFilter(query, 'ids', maxUserIds);
  const since = timeHeader(call, 'if-modified-since');
  const users = usersOfType(call, query.get('type') || 'AllUsers').filter(
    (user) => (!ids || ids.includes(user.id)) && (since === undefined || changedAfter(user.modifiedAtMs, since)),
  );
  const start = (page - 1) * perPage;
  const shown = users.slice(start, start + perPage);
  if (shown.length === 0) return { status: since === undefined ? 204 : 304 };
  return {
    status: 200,
    json: {
      users: shown.map((user) => userAnswer(user, call)),
      info: { per_page: perPage, count: shown.length, page, more_records: users.length > start + perPage },
    },
  };
}

/** GET /users/{id} */
export async function getUser(call: CrmCall): Promise<CrmAnswer> {
  const user = call.space.user(pathId(call.path[0] as string, 1));
  if (!user) {
    if (call.version.number < 8) return { status: 204 };
    throw new Refusal('INVALID_DATA', { details: { resource_path_index: 1 }, message: idInvalid });
  }
  const since = timeHeader(call, 'if-modified-since');
  if (since !== undefined && !changedAfter(user.modifiedAtMs, since)) return { status: 304 };
  return { status: 200, json: { users: [userAnswer(user, call)] } };
}

/** GET /users/actions/count?type= */
export async function countUsers(call: CrmCall): Promise<CrmAnswer> {
  const type = call.query.get('type');
  if (!type) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'type' } });
  return { status: 200, json: { count: usersOfType(call, type).length } };
}
