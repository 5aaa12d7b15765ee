import { isConfirmed } from '../accounts/sessions.ts';
import { type DataCenter, environments } from '../config/data-centers.ts';
import { platformVersion } from '../foundation/version.ts';
import type { ConsoleContext } from './context.ts';
import { countryOf } from './countries.ts';
import { type ConsoleRoute, defineRoute } from './route.ts';
import { type DataCenterInfo, organizationList, type Session, session as sessionSchema } from './wire.ts';

function describeDataCenter({ id, origins }: DataCenter): DataCenterInfo {
  return {
    id,
    country: countryOf(id),
    console: origins.console,
    accounts: origins.accounts,
    api: origins.api,
    sandboxApi: origins.sandboxApi,
    developerApi: origins.developerApi,
    content: origins.content,
  };
}

/** Who is signed in, where, and what the user works with. */
export const sessionRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/session',
    summary: 'Who is signed in, and where',
    answer: sessionSchema,
    handle: async ({ context, session }): Promise<Session> => ({
      user: {
        userId: session.userId,
        email: session.email,
        firstName: session.firstName,
        lastName: session.lastName,
        operator: session.operator,
      },
      csrfToken: session.csrfToken,
      recentlySignedIn: isConfirmed(context, session),
      dataCenter: describeDataCenter(context.dataCenter),
      realm: context.topology.realmOf(context.dataCenter).map(describeDataCenter),
      version: platformVersion,
      limits: limitsOf(context),
      plainHttpRedirects: context.settings.compatibility.plainHttpRedirects,
      undottedSchemes: context.settings.compatibility.undottedSchemes,
      lab: context.lab() !== undefined,
    }),
  }),
  defineRoute({
    method: 'GET',
    path: '/organizations',
    summary: "The user's organizations with their environments",
    answer: organizationList,
    handle: async ({ context, session }) => ({
      organizations: (await context.organizations.listForUser(session.userId)).map((each) => ({
        organizationId: each.organizationId,
        name: each.name,
        administrator: each.administrator,
        environments: environments.filter((name) => each.environments.some(({ environment }) => environment === name)),
      })),
    }),
  }),
];

function limitsOf({ settings: { limits } }: ConsoleContext): Session['limits'] {
  const { redirectUrisPerClient, javascriptDomainsPerClient } = limits;
  return { redirectUrisPerClient, javascriptDomainsPerClient };
}
