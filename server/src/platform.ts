import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { createAccountsApp } from './accounts/accounts-app.ts';
import { AttemptCounter } from './accounts/attempts.ts';
import type { AccountsContext } from './accounts/context.ts';
import { startSweeping } from './accounts/expiry.ts';
import { Pages } from './accounts/pages/pages.ts';
import { PasswordRules } from './accounts/password-rules.ts';
import { refoldAddresses } from './accounts/refold-addresses.ts';
import { SigningKeys } from './accounts/signing/signing-keys.ts';
import { CredentialFinder } from './accounts/store/credential-finder.ts';
import { DeviceRequests } from './accounts/store/device-requests.ts';
import { LocalTokenAuthority } from './accounts/store/token-authority.ts';
import { TokenStore } from './accounts/store/token-store.ts';
import { createAdminApp } from './admin/admin-app.ts';
import type { AdminContext, AdministeredDataCenter } from './admin/context.ts';
import {
  apiServiceOf,
  type DataCenter,
  environments,
  portOffsets,
  type Service,
  type Topology,
} from './config/data-centers.ts';
import { buildTopology } from './config/load-settings.ts';
import type { Settings } from './config/settings.ts';
import { createConsoleApp } from './console/console-app.ts';
import type { ConsoleContext } from './console/context.ts';
import { createCrmApi } from './crm/api.ts';
import { jobKinds } from './crm/job-kinds.ts';
import { type OutgoingPolicy, outgoingPolicy } from './crm/jobs/outgoing/outgoing-policy.ts';
import { JobWorker } from './crm/jobs/worker.ts';
import { createCrmStore, storeOver } from './crm/store/create-store.ts';
import { listOrganizations } from './crm/store/space/list-organizations.ts';
import { sweep } from './crm/upkeep.ts';
import { Notifier } from './crm/work/notifications/notifier.ts';
import type { DataDirectory } from './data-directory.ts';
import { ChangeNotices } from './database/change-notices.ts';
import type { Database } from './database/database.ts';
import type { Databases } from './databases.ts';
import { demoForConsole, registerDemo } from './demo/describe-demo.ts';
import { readDemoFact } from './demo/seed-demo.ts';
import { Samples } from './demo/start-samples.ts';
import { ClientDirectory } from './directory/clients.ts';
import { consoleClient } from './directory/first-party.ts';
import { HomeIndex } from './directory/home-index.ts';
import { checkHomeIndexKey } from './directory/key-check.ts';
import { changedSettings } from './directory/settings-record.ts';
import { type Clock, systemClock } from './foundation/clock.ts';
import { type Interruption, uninterrupted } from './foundation/interruption.ts';
import { type Random, systemRandom } from './foundation/random.ts';
import { deriveKey } from './foundation/secrets.ts';
import { type ListeningPlace, listenAll } from './http/listen.ts';
import type { Log } from './http/log.ts';
import { createEventRecorder, type EventRecorder } from './inspector/events.ts';
import { declaredScopeGroups } from './oauth/declared-services.ts';
import { ScopeCatalogue } from './oauth/scopes.ts';

export interface PlatformOptions {
  readonly settings: Settings;
  readonly dataDirectory: DataDirectory;
  /** Those of the same settings, open; the platform closes them when it stops, or when it cannot start. */
  readonly databases: Databases;
  readonly log: Log;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Default: nobody can ask this platform to end but by `stop`. */
  readonly interruption?: Interruption;
}

/** A running platform: every listener accepts. */
export interface Platform {
  readonly topology: Topology;
  readonly adminOrigin: string;
  readonly admin: AdminContext;
  /** The sample apps: none runs before `start`, which needs the demo's clients. */
  readonly samples: Samples;
  readonly dataCenters: ReadonlyMap<string, RunningDataCenter>;
  /** Closes the listeners, stores what is waiting, and stops the embedded PostgreSQL. */
  stop(): Promise<void>;
}

export interface RunningDataCenter extends AdministeredDataCenter {
  readonly tokens: TokenStore;
}

/** How long each part may take to end. */
const longestCloseMs = 5_000;

interface Listener extends ListeningPlace {
  readonly app: FastifyInstance;
}

/**
 * Builds each data centre from its parts and binds its listeners.
 * @throws UsableFailure in one line: port in use, other secret key, …; Interrupted when the end is
 * asked for meanwhile. Nothing is left running.
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { settings, log, dataDirectory, databases, clock = systemClock, random = systemRandom } = options;
  const { asked } = options.interruption ?? uninterrupted;
  const topology = buildTopology(settings);
  const closers: (() => Promise<unknown>)[] = [() => databases.close()];
  const stop = async () => {
    for (const close of closers.toReversed()) {
      // What waits for a database that hangs would wait longer than whoever stops the platform.
      const ended = close().catch((error: Error) => log.warn({ err: error }, 'while stopping'));
      await Promise.race([ended, delay(longestCloseMs, undefined, { ref: false })]);
    }
    closers.length = 0;
  };
  try {
    const key = (purpose: string) => deriveKey(dataDirectory.secretKey, purpose);
    const homeIndexKey = key('home index');
    await checkHomeIndexKey(databases.directory, homeIndexKey);
    const directoryNotices = await listen(databases.directory, closers);
    const console = consoleClient(topology, key('console client'));
    const clients = new ClientDirectory(
      databases.directory,
      directoryNotices,
      clock,
      random,
      key('client secrets'),
      settings.database.directoryGraceSeconds,
      [console.client],
    );
    closers.push(() => clients.storeSecretUses());
    const homeIndex = new HomeIndex(databases.directory, homeIndexKey);
    const deviceRequests = new DeviceRequests(databases.directory, key('device requests'));
    const scopes = new ScopeCatalogue(declaredScopeGroups(settings.services));
    const credentials = new CredentialFinder(
      new Map(topology.dataCenters.map(({ id }) => [id, databases.dataCenter(id)])),
    );
    const passwordRules = new PasswordRules(settings.passwords);
    const shared = {
      settings,
      scopes,
      topology,
      credentials,
      clients,
      homeIndex,
      passwordRules,
      deviceRequests,
      clock,
      random,
      log,
    };
    const keys = {
      forms: key('accounts forms'),
      signIn: key('accounts sign-in'),
      signing: key('signing keys'),
      attempts: key('attempt counts'),
    };

    const adminPort = settings.basePort + portOffsets.admin;
    const policy = outgoingPolicy(settings.outgoingCalls, topology, [adminPort, ...databases.ports]);

    const dataCenters = new Map<string, RunningDataCenter>();
    const listeners: Listener[] = [];
    const built = await Promise.all(
      topology.dataCenters.map((each) =>
        buildDataCenter(
          each,
          { database: databases.dataCenter(each.id), background: databases.background(each.id) },
          { ...shared, policy },
          keys,
          closers,
        ),
      ),
    );
    await Promise.all(
      built.map(async ({ dataCenter }) => {
        const { id } = dataCenter.dataCenter;
        const changed = await changedSettings(databases.directory, key('settings record'), id, settings);
        const detail = { changed };
        if (changed.length > 0) dataCenter.events.record({ kind: 'settings', outcome: 'Success', detail });
        await refoldAddresses(dataCenter.database, databases.directory, homeIndex, id, log);
      }),
    );
    for (const { dataCenter, apps } of built) {
      const { id, ports } = dataCenter.dataCenter;
      dataCenters.set(id, dataCenter);
      for (const [service, app] of apps) {
        const label = `${service} of data centre "${id}"`;
        listeners.push({ app, port: ports[service], host: settings.listenHost, label });
      }
    }

    const admin: AdminContext = {
      ...shared,
      adminToken: dataDirectory.adminToken,
      directory: databases.directory,
      dataCenters,
    };
    const samples = new Samples({
      admin,
      database: (name) => databases.ofSample(name),
      key: (purpose) => key(`sample app ${purpose}`),
    });
    closers.push(() => samples.close());
    for (const { dataCenter, apps, forConsole } of built) {
      const { id, ports } = dataCenter.dataCenter;
      const app = createConsoleApp({
        ...forConsole,
        sampleApps: () => [...samples.list()],
        describeDemo: () => demoForConsole(admin, dataDirectory.path),
        sampleClientId: async () => (await readDemoFact(databases.directory))?.clients.browser,
        startedAtMs: clock.nowMs(),
        key: key('console'),
        clientSecret: console.secret,
        admin,
        ...inProcess(apps),
      });
      const label = `console of data centre "${id}"`;
      listeners.push({ app, port: ports.console, host: settings.listenHost, label });
    }
    const adminApp = createAdminApp(admin);
    registerDemo(adminApp, admin, dataDirectory.path, samples);
    listeners.push({ app: adminApp, port: adminPort, host: '127.0.0.1', label: 'the admin API' });

    closers.push(() => Promise.all(listeners.map(({ app }) => app.close())));
    asked.throwIfAborted();
    await listenAll(listeners);
    const adminOrigin = `http://127.0.0.1:${adminPort}`;
    dataDirectory.announce({ pid: process.pid, adminOrigin });
    return { topology, adminOrigin, admin, samples, dataCenters, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Shared = Pick<
  AccountsContext,
  | 'settings'
  | 'scopes'
  | 'credentials'
  | 'topology'
  | 'clients'
  | 'homeIndex'
  | 'passwordRules'
  | 'deviceRequests'
  | 'clock'
  | 'random'
  | 'log'
>;

/** The listeners that a console calls without the network. */
function inProcess(apps: ReadonlyMap<Service, FastifyInstance>): Pick<ConsoleContext, 'accounts' | 'apis'> {
  const app = (service: Service) => apps.get(service) as FastifyInstance;
  return {
    accounts: app('accounts'),
    apis: { production: app('api'), sandbox: app('sandboxApi'), developer: app('developerApi') },
  };
}

/** One data centre: its stores, its accounts server and its three API listeners. */
async function buildDataCenter(
  dataCenter: DataCenter,
  { database, background }: { readonly database: Database; readonly background: Database },
  { policy, ...shared }: Shared & { readonly policy: OutgoingPolicy },
  {
    signing: sealingKey,
    attempts,
    ...keys
  }: AccountsContext['keys'] & Readonly<Record<'signing' | 'attempts', Buffer>>,
  closers: (() => Promise<unknown>)[],
): Promise<{ dataCenter: RunningDataCenter; apps: Map<Service, FastifyInstance>; forConsole: AccountsContext }> {
  const { settings, clock, clients, log } = shared;
  const notices = await listen(database, closers);
  const events: EventRecorder = createEventRecorder(database, {
    clock,
    log,
    recordEvents: settings.recordEvents,
    eventsPerMinute: settings.limits.eventsPerMinute,
  });
  closers.push(() => events.flush(), startSweeping(background, clock, log));
  const tokens = new TokenStore(database);
  const authority = new LocalTokenAuthority({
    tokens,
    clients,
    scopes: shared.scopes,
    credentials: shared.credentials,
    notices,
    clock,
    dataCenter: dataCenter.id,
    limits: settings.limits,
  });
  const signingKeys = new SigningKeys({
    database,
    notices,
    clock,
    random: shared.random,
    sealingKey,
    dataCenterId: dataCenter.id,
    leadSeconds: settings.lifetimes.signingKeyLeadSeconds,
  });
  const accountsContext: AccountsContext = {
    ...shared,
    dataCenter,
    database,
    tokens,
    authority,
    signingKeys,
    events,
    keys,
    organizations: { listForUser: (userId) => listOrganizations(database, userId) },
    notices,
    attempts: new AttemptCounter({ database, clock, key: attempts, windowSeconds: settings.limits.windowSeconds }),
    pages: new Pages(dataCenter.id),
  };
  const accounts = createAccountsApp(accountsContext);
  const store = createCrmStore({ database, notices, clock, settings });
  const apps = new Map<Service, FastifyInstance>([['accounts', accounts]]);
  for (const environment of environments) {
    apps.set(apiServiceOf[environment], createCrmApi({ ...shared, dataCenter, environment, store, authority, events }));
  }
  const content = {
    ...shared,
    dataCenter,
    store,
    authority,
    events,
    environment: 'production',
    content: true,
  } as const;
  apps.set('content', createCrmApi(content));
  const worker = new JobWorker({
    store,
    workStore: storeOver(store, background),
    notices,
    clock,
    random: shared.random,
    log,
    kinds: jobKinds,
    sweep,
    policy,
  });
  closers.push(() => worker.close());
  const notifier = new Notifier({ store, dataCenter, notices, clock, log, events, policy });
  closers.push(() => notifier.close());
  return {
    dataCenter: { dataCenter, database, notices, authority, events, tokens, signingKeys, crm: store },
    apps,
    forConsole: accountsContext,
  };
}

async function listen(database: Database, closers: (() => Promise<unknown>)[]): Promise<ChangeNotices> {
  const notices = new ChangeNotices(database);
  await notices.start();
  closers.push(() => notices.close());
  return notices;
}
