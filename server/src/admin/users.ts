import { sendNotice } from '../accounts/account-mail.ts';
import { removeFactors } from '../accounts/factors/factors.ts';
import { english } from '../accounts/pages/messages.ts';
import { endGrants } from '../accounts/store/end-tokens.ts';
import {
  createUser,
  findUser,
  type NewUser,
  setActive,
  setOperator,
  setPassword,
  userFault,
} from '../accounts/users.ts';
import { addUser, createOrganization } from '../crm/store/space/provisioning.ts';
import { visibleNameFault } from '../foundation/invisible-characters.ts';
import type { UserId } from '../oauth/ids.ts';
import type { AdminContext, AdministeredDataCenter } from './context.ts';
import { AdminFailure, badInput, conflict, notFound } from './failure.ts';
import { recordOperatorEvent } from './operator-events.ts';

export interface CreatedUser {
  readonly userId: string;
  readonly email: string;
  readonly dataCenter: string;
  readonly organizationId: string;
  readonly organization: string;
  /** Organization id on the wire (zgid) of each environment. */
  readonly environments: Readonly<Record<string, string>>;
}

/** The data centre of this process with that id. */
export function administered(context: AdminContext, dataCenterId: string): AdministeredDataCenter {
  const found = context.dataCenters.get(dataCenterId);
  if (found) return found;
  throw notFound(
    `data centre "${dataCenterId}" is not one of this platform: ${[...context.dataCenters.keys()].join(', ')}`,
  );
}

/**
 * A user with an organization of the user's own and its three environments, which hold system data only. The sign-in name is
 * claimed in the directory first; a claim whose user was never made (a crash in between) is taken up again.
 */
export async function createUserWithOrganization(
  context: AdminContext,
  dataCenterId: string,
  user: NewUser,
  organizationName: string,
): Promise<CreatedUser> {
  const { database } = administered(context, dataCenterId);
  await checkUser(context, user);
  checkOrganizationName(organizationName);
  await claimName(context, dataCenterId, user.email);
  const idPrefixes = await takeIdPrefixes(context, 3);
  const nowMs = context.clock.nowMs();
  const made = await database.transaction(async (transaction) => {
    const created = await createUser(transaction, user, context.random, nowMs);
    if (!created) throw emailTaken(user.email, dataCenterId);
    const organization = await createOrganization(transaction, { organizationName, owner: created, idPrefixes, nowMs });
    return {
      userId: created.userId,
      email: created.email,
      dataCenter: dataCenterId,
      organizationId: organization.organizationId,
      organization: organizationName,
      environments: Object.fromEntries(organization.environments.map(({ environment, zgid }) => [environment, zgid])),
    };
  });
  const { userId, organizationId } = made;
  recordOperatorEvent(context, dataCenterId, { kind: 'user', action: 'create', userId, detail: { organizationId } });
  return made;
}

/** The same for somebody who signs up, with an address that was proven. @returns undefined when it is somebody's already. */
export async function signUpUser(
  context: AdminContext,
  dataCenterId: string,
  user: NewUser,
  organizationName: string,
): Promise<UserId | undefined> {
  try {
    return (await createUserWithOrganization(context, dataCenterId, user, organizationName.slice(0, 100))).userId;
  } catch (error) {
    if (error instanceof AdminFailure && error.status === 409) return undefined;
    throw error;
  }
}

/** A further user of an organization, with the standard profile. */
export async function addUserToOrganization(
  context: AdminContext,
  dataCenterId: string,
  user: NewUser,
  organizationId: string,
): Promise<{ readonly userId: string }> {
  const { database } = administered(context, dataCenterId);
  await checkUser(context, user);
  await claimName(context, dataCenterId, user.email);
  const nowMs = context.clock.nowMs();
  const made = await database.transaction(async (transaction) => {
    const created = await createUser(transaction, user, context.random, nowMs);
    if (!created) throw emailTaken(user.email, dataCenterId);
    await addUser(transaction, { organizationId, user: created, nowMs });
    return { userId: created.userId };
  });
  recordOperatorEvent(context, dataCenterId, { kind: 'user', action: 'create', ...made, detail: { organizationId } });
  return made;
}

/** A change to a user by the operator; the sessions of a new password or a deactivation end. */
export interface UserChange {
  readonly password?: string;
  readonly active?: boolean;
  /** The role that sees and changes everything in the console. */
  readonly operator?: boolean;
  /** End all tokens and grants of the user as well. */
  readonly endTokens: boolean;
  /** Remove everything that the user signs in with beside the password. */
  readonly resetFactors?: boolean;
}

export async function changeUser(context: AdminContext, dataCenterId: string, email: string, change: UserChange) {
  const { database, notices } = administered(context, dataCenterId);
  const user = await findUser(database, { name: email });
  if (!user) throw notFound(`data centre "${dataCenterId}" has no user "${email}"`);
  const fault = change.password === undefined ? undefined : await context.passwordRules.describe(change.password, user);
  if (fault !== undefined) throw badInput(fault);
  if (change.password !== undefined) {
    await setPassword(database, user.userId, change.password, { endSessions: true });
    const { clock, random, settings } = context;
    const mails = { database, clock, random, settings, pages: { messages: english } };
    await sendNotice(mails, undefined, user, 'password changed');
  }
  if (change.active !== undefined) await setActive(database, notices, user.userId, change.active);
  if (change.operator !== undefined) await setOperator(database, user.userId, change.operator);
  if (change.resetFactors) await removeFactors(database, user.userId);
  const ended = change.endTokens ? await endGrants(database, notices, { userId: user.userId }) : 0;
  const { active = user.active, operator = user.operator } = change;
  const changed = [
    ...(change.password === undefined ? [] : ['password']),
    ...(active === user.active ? [] : ['active']),
    ...(operator === user.operator ? [] : ['operator']),
    ...(change.endTokens ? ['tokens'] : []),
    ...(change.resetFactors ? ['factors'] : []),
  ];
  const detail = { changed, active, operator, endedGrants: ended };
  recordOperatorEvent(context, dataCenterId, { kind: 'user', action: 'change', userId: user.userId, detail });
  return { user_id: user.userId, email: user.email, active, operator, ended_grants: ended };
}

async function checkUser(context: AdminContext, user: NewUser): Promise<void> {
  const fault = userFault(user) ?? (await context.passwordRules.describe(user.password, user));
  if (fault !== undefined) throw badInput(fault);
}

function checkOrganizationName(name: string): void {
  if (name.trim() === '' || name.length > 100) throw badInput('the organization name must have 1 to 100 characters');
  const fault = visibleNameFault('the organization name', name);
  if (fault !== undefined) throw badInput(fault);
}

async function claimName(context: AdminContext, dataCenterId: string, email: string): Promise<void> {
  if (await context.homeIndex.claim(email, dataCenterId)) return;
  const home = await context.homeIndex.find(email);
  if (home !== dataCenterId) throw emailTaken(email, home ?? dataCenterId);
}

function emailTaken(email: string, dataCenterId: string) {
  return conflict(`the e-mail address ${email} belongs to a user of data centre "${dataCenterId}" already`);
}

async function takeIdPrefixes(context: AdminContext, count: number): Promise<number[]> {
  const rows = await context.directory.query<{ prefix: string }>({
    text: "SELECT nextval('id_prefix') AS prefix FROM generate_series(1, $1::int)",
    values: [count],
  });
  return rows.map((row) => Number(row.prefix));
}
