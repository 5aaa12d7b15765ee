import { setTimeout as delay } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { endGrants } from '../accounts/store/end-tokens.ts';
import { findUser, type ListedUser, listUsers, setActive } from '../accounts/users.ts';
import type { AdminContext, AdministeredDataCenter } from '../admin/context.ts';
import { badInput, conflict, notFound } from '../admin/failure.ts';
import { recordOperatorEvent } from '../admin/operator-events.ts';
import { administered } from '../admin/users.ts';
import { spaceTopic } from '../crm/store/space/space-cache.ts';
import { notifyChanges } from '../database/change-notices.ts';
import { Database, type Queryable } from '../database/database.ts';
import { inTransactions } from '../database/transactions.ts';
import { counted } from '../foundation/counted.ts';
import { moveRows, removeRows } from './move-rows.ts';
import { groupOf, type MovingGroup, openJobsOf } from './moving-group.ts';

/** Whoever asked for it waits; the transactions wait for each other. */
const limits = {
  statementTimeoutSeconds: 0,
  idleInTransactionTimeoutSeconds: 0,
  lockTimeoutSeconds: 60,
  maxConnections: 1,
};
/** Revocations are known to every process within a second. */
const knownEverywhereMs = 1_500;
const mostWaitMs = 60_000;

export interface MoveContext {
  readonly admin: AdminContext;
  /** As their owner; `directory`, and the ids of the data centres. */
  readonly ownerConnections: ReadonlyMap<string, ClientConfig>;
}

export interface MoveRequest {
  readonly dataCenter: string;
  readonly email: string;
  readonly to: string;
  /** Everybody of the user's organizations, too. */
  readonly withMembers: boolean;
}

export interface Moved {
  readonly data_center: string;
  readonly users: readonly string[];
  readonly organizations: readonly string[];
  readonly rows: number;
}

/**
 * Moves a user, with the organizations where nobody else works, to another data centre of the realm: all of it or nothing.
 * Their sessions, grants and tokens end; passwords, authenticator apps and recovery codes go with them, passkeys and links to
 * outside providers, which belong to an origin, do not. Nobody of them can sign in meanwhile.
 * @throws AdminFailure when it cannot be done, before anything is changed.
 */
export async function moveUsers(context: MoveContext, request: MoveRequest): Promise<Moved> {
  const { admin } = context;
  const from = administered(admin, request.dataCenter);
  const to = administered(admin, request.to);
  const group = await checkedGroup(admin, from, to, request);
  const people = await listUsers(from.database, group.userIds);
  const active = people.filter((user) => user.active);
  for (const { userId } of people) await setActive(from.database, from.notices, userId, false);
  try {
    for (const { userId } of people) await endGrants(from.database, from.notices, { userId });
    await untilNobodyWrites(from.database);
    const jobs = await openJobsOf(from.database, group);
    if (jobs > 0) throw conflict(`${jobs} jobs of the organization are under way; try again when they have ended`);
    const rows = await moveAll(context, from, to, group, people);
    const moved = {
      ...{ data_center: to.dataCenter.id, users: people.map(({ email }) => email), rows },
      organizations: group.organizations.map(({ organizationId }) => organizationId),
    };
    for (const { userId } of people) {
      for (const { dataCenter } of [from, to]) {
        const detail = { from: from.dataCenter.id, to: to.dataCenter.id, organizations: moved.organizations };
        recordOperatorEvent(admin, dataCenter.id, { kind: 'user', action: 'move', userId, detail });
      }
    }
    return moved;
  } catch (error) {
    for (const { userId } of active) await setActive(from.database, from.notices, userId, true);
    throw error;
  }
}

async function checkedGroup(
  admin: AdminContext,
  from: AdministeredDataCenter,
  to: AdministeredDataCenter,
  { email, withMembers }: MoveRequest,
): Promise<MovingGroup> {
  if (from === to) throw badInput(`expected another data centre than "${from.dataCenter.id}", got the same`);
  if (!admin.topology.realmOf(from.dataCenter).some(({ id }) => id === to.dataCenter.id)) {
    throw conflict(`the data centres "${from.dataCenter.id}" and "${to.dataCenter.id}" are of different realms`);
  }
  const user = await findUser(from.database, { name: email });
  if (!user) throw notFound(`data centre "${from.dataCenter.id}" has no user "${email}"`);
  const group = await groupOf(from.database, user.userId);
  const others = group.userIds.length - 1;
  if (others > 0 && !withMembers) {
    const names = group.organizations.map(({ organizationId, name }) => `${organizationId} (${name})`).join(', ');
    const places = group.organizations.length === 1 ? 'organization' : 'organizations';
    throw conflict(
      `${counted(others, 'other user')} ${others === 1 ? 'works' : 'work'} in the ${places} ${names}; with --with-members all of them move, too`,
    );
  }
  for (const userId of group.userIds) {
    const clients = await admin.clients.list({ dataCenter: from.dataCenter.id, ownerId: userId });
    if (clients.length > 0) {
      const [owner] = await listUsers(from.database, [userId]);
      throw conflict(
        `${owner?.email} owns ${counted(clients.length, 'client')} registered in "${from.dataCenter.id}", which stay there; delete them first (grantway client delete)`,
      );
    }
  }
  return group;
}

/** Waits until what was let in before the tokens ended has been written. */
async function untilNobodyWrites(database: Database): Promise<void> {
  await delay(knownEverywhereMs);
  const [now] = await database.query<{ at: Date }>({ text: 'SELECT clock_timestamp() AS at' });
  for (let waitedMs = 0; waitedMs < mostWaitMs; waitedMs += 100) {
    const [row] = await database.query<{ count: number }>({
      text: `SELECT count(*)::int AS count FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < $1`,
      values: [now?.at],
    });
    if (row?.count === 0) return;
    await delay(100);
  }
  throw conflict('a transaction of this data centre has been open for a minute; try again later');
}

async function moveAll(
  { admin, ownerConnections }: MoveContext,
  from: AdministeredDataCenter,
  to: AdministeredDataCenter,
  group: MovingGroup,
  people: readonly ListedUser[],
): Promise<number> {
  const names = people.map(({ email }) => email);
  const notices = group.dataSpaces.map((dataSpace) => `${spaceTopic}:${dataSpace}`);
  // The target commits first: where a process ends between two commits, the user is still at home where the directory says.
  const opened = [from.dataCenter.id, 'directory', to.dataCenter.id].map((label) => {
    return new Database({ label, connection: ownerConnections.get(label) as ClientConfig, limits });
  });
  try {
    return await inTransactions(
      opened,
      async (transactions) => {
        const [source, directory, target] = transactions as [Queryable, Queryable, Queryable];
        await source.query({ text: 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ' });
        // A process that ended between two commits has left a copy on the side where the directory does not send anybody.
        if ((await admin.homeIndex.find(names[0] ?? '')) === to.dataCenter.id) {
          await removeRows(source, group);
          return 0;
        }
        await checkIds(target, to, group, names);
        await removeRows(target, group);
        const rows = await moveRows(source, target, group);
        for (const { userId } of people.filter((user) => user.active))
          await setActive(target, to.notices, userId, true);
        await admin.homeIndex.move(names, from.dataCenter.id, to.dataCenter.id, directory);
        for (const side of [source, target]) await notifyChanges(side, notices);
        return rows;
      },
      limits,
    );
  } finally {
    await Promise.all(opened.map((database) => database.close()));
  }
}

/** Ids of users are drawn by each data centre for itself. */
async function checkIds(
  target: Queryable,
  { dataCenter }: AdministeredDataCenter,
  group: MovingGroup,
  names: readonly string[],
): Promise<void> {
  const taken = (await listUsers(target, group.userIds)).find(({ email }) => !names.includes(email));
  if (taken) throw conflict(`a user of data centre "${dataCenter.id}" has the id ${taken.userId} already`);
}
