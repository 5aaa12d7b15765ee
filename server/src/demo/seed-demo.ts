import { findUser } from '../accounts/users.ts';
import { registerClient } from '../admin/clients.ts';
import type { AdminContext } from '../admin/context.ts';
import { AdminFailure } from '../admin/failure.ts';
import { addUserToOrganization, administered, changeUser, createUserWithOrganization } from '../admin/users.ts';
import { listOrganizations } from '../crm/store/space/list-organizations.ts';
import type { Database } from '../database/database.ts';
import { proposeFact, readFact } from '../directory/facts.ts';
import { uninterrupted } from '../foundation/interruption.ts';
import { type ClientType, clientTypeRules, clientTypes } from '../oauth/client.ts';
import type { DemoUser } from './demo-accounts.ts';
import { originsOf, redirectUrisOf, sampleAppOf } from './sample-apps.ts';

/** What the directory remembers of the demo: nothing secret. */
export interface DemoFact {
  readonly clients: Readonly<Record<string, string>>;
}

/** What the person who started the demo is shown once. */
export interface SeededDemo {
  readonly clients: Readonly<Record<string, { readonly client_id: string; readonly client_secret: string }>>;
}

const factName = 'demo';

export async function readDemoFact(directory: Database): Promise<DemoFact | undefined> {
  const known = await readFact(directory, factName);
  return known === undefined ? undefined : (JSON.parse(known) as DemoFact);
}

/**
 * Makes the demo: in each data centre an organization with two users, the first of them all with the operator role, and
 * one client of each type, owned in the first data centre and enabled everywhere. Can be run again after it was cut short.
 * @returns undefined when the demo is there already.
 */
export async function seedDemo(
  context: AdminContext,
  users: readonly DemoUser[],
  asked: AbortSignal = uninterrupted.asked,
): Promise<SeededDemo | undefined> {
  if (await readDemoFact(context.directory)) return undefined;
  await Promise.all([...context.dataCenters.keys()].map((id) => seedUsers(context, id, users, asked)));

  const [home] = context.topology.dataCenters;
  const owner = users.find((user) => user.dataCenter === home?.id);
  if (!home || !owner) return undefined;
  await changeUser(context, home.id, owner.email, { operator: true, endTokens: false });
  // Clients of a demo that was cut short: their secrets were never shown, so they are made anew.
  for (const client of await context.clients.list({ dataCenter: home.id }))
    await context.clients.delete(client.clientId);
  const clients: Record<string, { client_id: string; client_secret: string }> = {};
  for (const type of clientTypes) {
    asked.throwIfAborted();
    const { client_id, client_secret } = await registerClient(context, {
      ...fieldsOf(type, context.settings.basePort),
      type,
      dataCenter: home.id,
      owner: owner.email,
      enabledDataCenters: clientTypeRules[type].multiDataCenter ? context.topology.dataCenters.map(({ id }) => id) : [],
      sameSecret: true,
    });
    clients[type] = { client_id, client_secret };
  }
  const ids = Object.fromEntries(Object.entries(clients).map(([type, { client_id }]) => [type, client_id]));
  const fact: DemoFact = { clients: ids };
  await proposeFact(context.directory, factName, JSON.stringify(fact));
  return { clients };
}

async function seedUsers(
  context: AdminContext,
  dataCenterId: string,
  users: readonly DemoUser[],
  asked: AbortSignal,
): Promise<void> {
  const [owner, ...others] = users.filter((user) => user.dataCenter === dataCenterId);
  if (!owner) return;
  const label = `Demo Company ${dataCenterId.toUpperCase()}`;
  const created = await unlessThere(() => createUserWithOrganization(context, dataCenterId, owner, label));
  const organizationId = created?.organizationId ?? (await findOrganization(context, dataCenterId, owner));
  if (organizationId === undefined) return;
  for (const user of others) {
    asked.throwIfAborted();
    await unlessThere(() => addUserToOrganization(context, dataCenterId, user, organizationId));
  }
}

/** The owner's organization, made by a demo that was cut short. */
async function findOrganization(
  context: AdminContext,
  dataCenterId: string,
  owner: DemoUser,
): Promise<string | undefined> {
  const { database } = administered(context, dataCenterId);
  const user = await findUser(database, { name: owner.email });
  const [organization] = user ? await listOrganizations(database, user.userId) : [];
  return organization?.organizationId;
}

async function unlessThere<Result>(make: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof AdminFailure && error.code === 'CONFLICT') return undefined;
    throw error;
  }
}

function fieldsOf(type: ClientType, basePort: number) {
  const rules = clientTypeRules[type];
  const sample = sampleAppOf(type);
  const origins = sample ? originsOf(sample, basePort) : [];
  return {
    name: `Demo ${rules.label.replace('-', ' ')} app`,
    homepageUrl: rules.homepage ? `${origins[0]}/` : null,
    redirectUris: sample ? redirectUrisOf(sample, basePort) : [],
    javascriptDomains: rules.javascriptDomains ? origins : [],
  };
}
