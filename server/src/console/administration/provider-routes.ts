import { AdminFailure } from '../../admin/failure.ts';
import { listProviders, putProvider, removeProvider } from '../../admin/outside-providers.ts';
import { UsableFailure } from '../../foundation/failure.ts';
import { demandConfirmation } from '../confirmation.ts';
import { badInput, ConsoleFailure, notFound } from '../failure.ts';
import { type ConsoleCall, type ConsoleRoute, defineRoute } from '../route.ts';
import { sentence } from '../texts.ts';
import * as wire from '../wire-administration.ts';

type Described = Awaited<ReturnType<typeof listProviders>>[number];

/** The outside OpenID providers whose users may sign in at this data centre. */
export const providerRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/administration/providers',
    summary: 'The outside OpenID providers, by name',
    operator: true,
    answer: wire.providerList,
    handle: async ({ admin, context }) => ({
      providers: (await listProviders(admin, context.dataCenter.id)).map(describe),
    }),
  }),
  defineRoute({
    method: 'POST',
    path: '/administration/providers',
    summary: 'Adds an outside provider, which must answer as one; needs the password, as showing a secret does',
    operator: true,
    body: wire.newProvider,
    answer: wire.provider,
    status: 201,
    handle: async (call) => {
      const { password, ...registration } = call.body;
      if (await find(call, registration.providerId)) {
        const message = `There is a provider "${registration.providerId}" already.`;
        throw new ConsoleFailure(409, 'CONFLICT', message, { field: 'providerId' });
      }
      return put(call, registration, password);
    },
  }),
  defineRoute({
    method: 'PATCH',
    path: '/administration/providers/:providerId',
    summary: 'Replaces what is known of an outside provider, its secret included; needs the password',
    operator: true,
    body: wire.providerChange,
    answer: wire.provider,
    handle: async (call) => {
      const providerId = call.params.providerId ?? '';
      if (!(await find(call, providerId))) throw notFound('provider');
      const { password, ...registration } = call.body;
      return put(call, { ...registration, providerId }, password);
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/administration/providers/:providerId',
    summary: 'Removes an outside provider, with the links of users to it; needs the password',
    operator: true,
    body: wire.confirmed,
    handle: async (call) => {
      const providerId = call.params.providerId ?? '';
      if (!(await find(call, providerId))) throw notFound('provider');
      await demandConfirmation(call, call.body.password);
      await removeProvider(call.admin, call.context.dataCenter.id, providerId);
    },
  }),
];

async function find({ admin, context }: ConsoleCall, providerId: string): Promise<Described | undefined> {
  return (await listProviders(admin, context.dataCenter.id)).find(({ id }) => id === providerId);
}

type Registration = Omit<wire.NewProvider, 'password'>;

async function put(
  call: ConsoleCall,
  { providerId: id, ...fields }: Registration,
  password: string | undefined,
): Promise<wire.Provider> {
  await demandConfirmation(call, password);
  const provider = await putProvider(call.admin, call.context.dataCenter.id, { id, ...fields }).catch(refuse);
  if (!provider) throw notFound('provider');
  return describe(provider);
}

/** With the field that it is about: the messages begin with its name, and what does not answer is the issuer. */
function refuse(error: unknown): never {
  if (error instanceof UsableFailure) throw badInput(sentence(error.message), 'issuer');
  if (!(error instanceof AdminFailure) || error.code !== 'BAD_INPUT') throw error;
  const [, named = 'name'] = /^(id|issuer|scopes):/.exec(error.message) ?? [];
  throw badInput(sentence(error.message), named === 'id' ? 'providerId' : named);
}

function describe(provider: Described): wire.Provider {
  return {
    providerId: provider.id,
    name: provider.name,
    issuer: provider.issuer,
    clientId: provider.client_id,
    scopes: provider.scopes,
    redirectUri: provider.redirect_uri,
    createdAt: provider.created_at,
  };
}
