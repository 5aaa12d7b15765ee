import { findListedUser, type ListedUser, listUsers } from '../../accounts/list-users.ts';
import { findUser, userNameFault } from '../../accounts/users.ts';
import { addUserToOrganization, changeUser, createUserWithOrganization } from '../../admin/users.ts';
import { organizationExists, organizationsOfUsers } from '../../crm/store/space/all-organizations.ts';
import { emailAddressFault } from '../../foundation/email-address.ts';
import type { ConsoleContext } from '../context.ts';
import { badInput, ConsoleFailure, notFound } from '../failure.ts';
import { type ConsoleCall, type ConsoleRoute, defineRoute, pageQuery, perPage, readPage } from '../route.ts';
import { isoTime, sentence } from '../texts.ts';
import * as wire from '../wire-administration.ts';

/** The users of this data centre. */
export const administeredUserRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/administration/users',
    summary: 'Users, by e-mail address',
    operator: true,
    query: { ...pageQuery, search: 'A part of the address or the name' },
    answer: wire.administeredUserList,
    handle: async ({ context, query }) => {
      const { page, ...place } = readPage(query);
      const { users, total } = await listUsers(context.database, { ...place, search: query.get('search') ?? '' });
      return { users: await describeUsers(context, users), page, perPage, total };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/administration/users',
    summary: 'Makes a user, in an organization that exists or in a new one',
    operator: true,
    body: wire.newAdministeredUser,
    answer: wire.administeredUser,
    status: 201,
    handle: async (call) => {
      const { context, admin, body } = call;
      const { organizationId, organizationName = '', ...user } = body;
      await checkNewUser(call, body);
      const { id } = context.dataCenter;
      const { userId } = await (organizationId === undefined
        ? createUserWithOrganization(admin, id, user, organizationName)
        : addUserToOrganization(admin, id, user, organizationId));
      return describeOne(context, userId);
    },
  }),
  defineRoute({
    method: 'PATCH',
    path: '/administration/users/:userId',
    summary: 'Changes a user; sessions end with a new password and with deactivation',
    operator: true,
    body: wire.administeredUserChange,
    answer: wire.administeredUser,
    handle: async (call) => {
      const { context, admin, session, body } = call;
      const user = await findAdministered(call);
      if (user.userId === session.userId && (body.active === false || body.operator === false)) {
        const what = body.active === false ? 'deactivate the account' : 'give up the role';
        throw new ConsoleFailure(409, 'OWN_ACCOUNT', `You cannot ${what} that you are signed in with.`);
      }
      const fault = body.password === undefined ? undefined : await context.passwordRules.describe(body.password, user);
      if (fault !== undefined) throw badInput(`${fault}.`, 'password');
      await changeUser(admin, context.dataCenter.id, user.email, { ...body, endTokens: body.endTokens ?? false });
      return describeOne(context, user.userId);
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/administration/users/:userId/end-tokens',
    summary: 'Ends all tokens and grants of a user',
    operator: true,
    answer: wire.endedTokens,
    handle: async (call) => {
      const { email } = await findAdministered(call);
      const changed = await changeUser(call.admin, call.context.dataCenter.id, email, { endTokens: true });
      return { endedGrants: changed.ended_grants };
    },
  }),
];

async function findAdministered({ context, params }: ConsoleCall): Promise<ListedUser> {
  const user = await findListedUser(context.database, params.userId ?? '');
  if (!user) throw notFound('user');
  return user;
}

async function describeOne(context: ConsoleContext, userId: string): Promise<wire.AdministeredUser> {
  const user = await findListedUser(context.database, userId);
  const [described] = user ? await describeUsers(context, [user]) : [];
  if (!described) throw notFound('user');
  return described;
}

async function describeUsers(
  { database }: ConsoleContext,
  users: readonly ListedUser[],
): Promise<wire.AdministeredUser[]> {
  const organizations = await organizationsOfUsers(
    database,
    users.map(({ userId }) => userId),
  );
  return users.map(({ createdAtMs, ...user }) => ({
    ...user,
    createdAt: isoTime(createdAtMs),
    organizations: organizations.get(user.userId) ?? [],
  }));
}

/** The rules of new users, with the field that breaks one. */
async function checkNewUser({ context }: ConsoleCall, body: wire.NewAdministeredUser): Promise<void> {
  const { email, firstName, lastName, password, organizationId, organizationName = '' } = body;
  const refuse = (fault: string | undefined, field: string) => {
    if (fault !== undefined) throw badInput(sentence(fault), field);
  };
  refuse(emailAddressFault(email), 'email');
  refuse(userNameFault('first', firstName), 'firstName');
  refuse(userNameFault('last', lastName), 'lastName');
  refuse(await context.passwordRules.describe(password, { email, firstName, lastName }), 'password');
  if (organizationId === undefined) {
    refuse(organizationName.trim() === '' ? 'expected a name for the organization' : undefined, 'organizationName');
  } else {
    const known = await organizationExists(context.database, organizationId);
    refuse(known ? undefined : 'there is no organization with this id', 'organizationId');
  }
  const home = await context.admin.homeIndex.find(email);
  // A name without a user is what a creation leaves that was cut short; it is taken up again.
  const taken = home !== context.dataCenter.id || (await findUser(context.database, { name: email })) !== undefined;
  if (home === undefined || !taken) return;
  const place = { field: 'email' };
  throw new ConsoleFailure(409, 'CONFLICT', `A user of data centre "${home}" has this address already.`, place);
}
