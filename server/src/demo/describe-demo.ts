import type { FastifyInstance } from 'fastify';
import { verifyPassword } from '../accounts/users.ts';
import type { AdminContext } from '../admin/context.ts';
import { notFound } from '../admin/failure.ts';
import { administered } from '../admin/users.ts';
import type { Demo } from '../console/wire-administration.ts';
import type { Secrets } from '../directory/clients.ts';
import { type DemoUser, readDemoUsers } from './demo-accounts.ts';
import { readDemoFact } from './seed-demo.ts';
import type { Samples, ServedSample } from './start-samples.ts';

/** The demo as people are told of it: everything that a sign-in or a client needs. */
export interface DemoDescription {
  readonly users: readonly {
    readonly data_center: string;
    readonly email: string;
    /** Null when it is another one by now. */
    readonly password: string | null;
    readonly profile: string;
  }[];
  /** By type; clients that were deleted are missing. */
  readonly clients: Readonly<
    Record<
      string,
      {
        readonly client_id: string;
        /** That of the data centre where the client is registered; null when it cannot be told again. */
        readonly client_secret: string | null;
        readonly secrets: Secrets;
      }
    >
  >;
  /** The origin of each sample app that runs, by the type of its client. */
  readonly sampleApps: Readonly<Record<string, string>>;
}

/** `GET /demo` of the admin API, for the command `demo`. */
export function registerDemo(
  app: FastifyInstance,
  context: AdminContext,
  dataDirectory: string,
  samples: Pick<Samples, 'list'>,
): void {
  app.get('/demo', async () => {
    const demo = await describeDemo(context, demoUsersOf(context, dataDirectory), samples.list());
    if (!demo) throw notFound('this platform has no demo; "start --demo" makes one');
    return demo;
  });
}

/** The demo for the console's operators. */
export async function demoForConsole(context: AdminContext, dataDirectory: string): Promise<Demo | undefined> {
  const demo = await describeDemo(context, demoUsersOf(context, dataDirectory));
  return (
    demo && {
      users: demo.users.map(({ data_center: dataCenter, ...user }) => ({ dataCenter, ...user })),
      clients: Object.entries(demo.clients).map(([type, { client_id: clientId, secrets }]) => ({
        ...{ type, clientId },
        secrets: { ...secrets },
      })),
    }
  );
}

function demoUsersOf(context: AdminContext, dataDirectory: string): DemoUser[] {
  return readDemoUsers(dataDirectory).filter(({ dataCenter }) => context.dataCenters.has(dataCenter));
}

/** The demo as it is now; undefined when there is none. */
export async function describeDemo(
  context: AdminContext,
  users: readonly DemoUser[],
  samples: readonly ServedSample[] = [],
): Promise<DemoDescription | undefined> {
  const fact = await readDemoFact(context.directory);
  if (!fact) return undefined;
  const clients = Object.entries(fact.clients).map(async ([type, clientId]) => {
    const client = await context.clients.find(clientId);
    if (!client) return [];
    const secrets = await context.clients.secrets.tellNewest(clientId);
    return [[type, { client_id: clientId, client_secret: secrets[client.dataCenter] ?? null, secrets }]] as const;
  });
  return {
    users: await Promise.all(users.map((user) => describeUser(context, user))),
    clients: Object.fromEntries((await Promise.all(clients)).flat()),
    sampleApps: Object.fromEntries(samples.map(({ type, origin }) => [type, origin])),
  };
}

async function describeUser(context: AdminContext, { dataCenter, email, password, profile }: DemoUser) {
  const { database } = administered(context, dataCenter);
  const wrong = typeof (await verifyPassword(database, email, password)) === 'string';
  return { data_center: dataCenter, email, password: wrong ? null : password, profile };
}
