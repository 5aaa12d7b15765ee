import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { CommonPasswords } from './accounts/breached-passwords.ts';
import { PasswordRules } from './accounts/password-rules.ts';
import { refoldAddresses } from './accounts/refold-addresses.ts';
import { openKeyVault } from './accounts/signing/key-vault.ts';
import { CredentialFinder } from './accounts/store/credential-finder.ts';
import { DeviceRequests } from './accounts/store/device-requests.ts';
import { createAdminApp } from './admin/admin-app.ts';
import type { AdminContext } from './admin/context.ts';
import { registerNoLab } from './admin/no-lab.ts';
import { signUpUser } from './admin/users.ts';
import { registerBackup } from './backup/routes.ts';
import { buildDataCenter, listen, type RunningDataCenter } from './build-data-center.ts';
import type { Service, Topology } from './config/data-centers.ts';
import { type ListeningPlace, placeOfAdmin, placeOfMetrics, placeOfService } from './config/listening-places.ts';
import { buildTopology, refuseLabInProduction } from './config/load-settings.ts';
import { allRoles, isResourceServer, type Role, roleOf } from './config/roles.ts';
import type { Settings } from './config/settings.ts';
import { createConsoleApp } from './console/console-app.ts';
import type { ConsoleContext } from './console/context.ts';
import type { DataDirectory } from './data-directory.ts';
import type { Database } from './database/database.ts';
import type { Databases } from './databases.ts';
import { demoForConsole, registerDemo } from './demo/describe-demo.ts';
import { demoOfLab } from './demo/lab-demo.ts';
import { readDemoFact } from './demo/seed-demo.ts';
import { Samples } from './demo/start-samples.ts';
import { ClientDocuments } from './directory/client-documents.ts';
import { ClientKeySets } from './directory/client-key-sets.ts';
import { ClientDirectory } from './directory/clients.ts';
import { readClockState, writeClockState } from './directory/clock-state.ts';
import { consoleClient } from './directory/first-party.ts';
import { HomeIndex } from './directory/home-index.ts';
import { checkHomeIndexKey } from './directory/key-check.ts';
import { changedSettings } from './directory/settings-record.ts';
import { type Clock, ShiftedClock, systemClock } from './foundation/clock.ts';
import { UsableFailure } from './foundation/failure.ts';
import { type Interruption, uninterrupted } from './foundation/interruption.ts';
import { keyPurposes } from './foundation/key-purposes.ts';
import { type Random, systemRandom } from './foundation/random.ts';
import { deriveKey } from './foundation/secrets.ts';
import { finishAnswers, listenAll } from './http/listen.ts';
import type { Log } from './http/log.ts';
import { outgoingPolicy } from './http/outgoing/outgoing-policy.ts';
import { FlowsElsewhere } from './inspector/flows/flows-elsewhere.ts';
import type { Lab } from './lab/lab.ts';
import { Metrics, type MetricsDocument, writeMetrics } from './metrics/metrics.ts';
import { createMetricsApp, registerMetrics } from './metrics/metrics-app.ts';
import { metadataRules } from './oauth/client-metadata.ts';
import { declaredScopeGroups } from './oauth/declared-services.ts';
import { ScopeCatalogue } from './oauth/scopes.ts';
import { CredentialSlots } from './oauth/slots.ts';
import { registerRelocation } from './relocation/routes.ts';

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
  /** With the lab: its clock can be moved, faults made, snapshots saved. Default: without. */
  readonly lab?: boolean;
  /** What this process does of the platform. Default: all of it. */
  readonly roles?: ReadonlySet<Role>;
  /** Ids of the data centres that it does so for; the databases of others need not be open. Default: all. */
  readonly serves?: readonly string[];
  /** Processes that do the rest over the same databases: its metrics tell of them, and they end before those are closed. */
  readonly others?: { metrics(): Promise<readonly MetricsDocument[]>; end(): Promise<void> } | undefined;
}

/** A running platform: every listener accepts. */
export interface Platform {
  readonly topology: Topology;
  readonly adminOrigin: string;
  readonly admin: AdminContext;
  /** The sample apps: none runs before `start`, which needs the demo's clients. */
  readonly samples: Samples;
  readonly dataCenters: ReadonlyMap<string, RunningDataCenter>;
  /** Only of a platform that was started with it. */
  readonly lab: Lab | undefined;
  readonly metrics: Metrics;
  /** Says "not ready", finishes what is under way (settings `shutdown`), closes the listeners, stores what is waiting, and stops the embedded PostgreSQL. */
  stop(): Promise<void>;
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
  const { settings, log, dataDirectory, databases, clock: realClock = systemClock, random = systemRandom } = options;
  const { asked, insisted } = options.interruption ?? uninterrupted;
  const roles = options.roles ?? allRoles;
  refuseLabInProduction(settings, options.lab);
  const topology = buildTopology(settings);
  const closers: (() => Promise<unknown>)[] = [() => databases.close()];
  const draining = new AbortController();
  const metrics = new Metrics();
  // Loaded by those only who want it.
  const tracing = settings.tracing
    ? new (await import('./tracing/tracing.ts')).Tracing(log, settings.shutdown.graceSeconds)
    : undefined;
  if (tracing) closers.push(() => tracing.close());
  const listeners: Listener[] = [];
  const stop = async () => {
    draining.abort();
    const othersEnd = options.others?.end();
    const { drainSeconds, graceSeconds } = settings.shutdown;
    if (listeners.some(({ app }) => app.server.listening)) {
      await delay(drainSeconds * 1000, undefined, { signal: insisted }).catch(() => {});
    }
    await othersEnd;
    await Promise.all(listeners.map(({ app }) => finishAnswers(app, insisted.aborted ? 0 : graceSeconds * 1000)));
    for (const close of closers.toReversed()) {
      // What waits for a database that hangs would wait longer than whoever stops the platform.
      const ended = close().catch((error: Error) => log.warn({ err: error }, 'while stopping'));
      await Promise.race([ended, delay(longestCloseMs, undefined, { ref: false })]);
    }
    closers.length = 0;
  };
  try {
    const clock = await chooseClock(databases.directory, realClock, options);
    const key = (purpose: string) => deriveKey(dataDirectory.secretKey, purpose);
    const homeIndexKey = key(keyPurposes.homeIndex);
    await checkHomeIndexKey(databases.directory, homeIndexKey);
    const directoryNotices = await listen(databases.directory, closers);
    const console = consoleClient(topology, key('console client'));
    const adminPlace = placeOfAdmin(settings);
    const policy = outgoingPolicy(settings.outgoingCalls, topology, [adminPlace.port, ...databases.ports]);
    const clients = new ClientDirectory(
      databases.directory,
      directoryNotices,
      clock,
      random,
      key(keyPurposes.clientSecrets),
      new ClientKeySets({ clock, policy }),
      settings.database.directoryGraceSeconds,
      [console.client],
      settings.standards.clientDocuments
        ? new ClientDocuments({ clock, policy, topology, rules: metadataRules(settings) })
        : undefined,
    );
    closers.push(() => clients.storeSecretUses());
    const homeIndex = new HomeIndex(databases.directory, homeIndexKey);
    const slots = new CredentialSlots(key(keyPurposes.credentialSlots));
    const deviceRequests = new DeviceRequests(databases.directory, key('device requests'), slots);
    const scopes = new ScopeCatalogue(declaredScopeGroups(settings.services));
    const served = topology.dataCenters.filter(({ id }) => options.serves?.includes(id) ?? true);
    const databaseOf = new Map(served.map(({ id }) => [id, databases.dataCenter(id)]));
    const credentials = new CredentialFinder(databaseOf);
    const flowsElsewhere = new FlowsElsewhere(topology, databaseOf);
    const passwordRules = new PasswordRules(
      settings.passwords,
      settings.passwords.refuseBreached ? new CommonPasswords() : undefined,
    );
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
      slots,
      log,
    };
    const keys = {
      forms: key('accounts forms'),
      signIn: key('accounts sign-in'),
      refresh: key('refresh tokens'),
      factors: key(keyPurposes.factors),
      attempts: key('attempt counts'),
      proofs: key('proofs of possession'),
      audit: key('audit log'),
      outside: key(keyPurposes.outside),
      resourceServers: key('resource servers'),
    };

    const vault = await openKeyVault(settings.keyVault, key(keyPurposes.signing));
    const laboratory = options.lab && clock instanceof ShiftedClock ? await prepareLab(clock) : undefined;
    const dataCenters = new Map<string, RunningDataCenter>();
    const admin: AdminContext = {
      ...shared,
      adminToken: dataDirectory.adminToken,
      directory: databases.directory,
      dataCenters,
    };
    const offer = (role: Role, listener: Listener) => {
      if (roles.has(role)) listeners.push(listener);
    };
    const built = await Promise.all(
      served.map((each) =>
        buildDataCenter(
          each,
          {
            database: databases.dataCenter(each.id),
            background: databases.background(each.id),
            replica: databases.replica(each.id),
          },
          {
            ...shared,
            policy,
            vault,
            flowsElsewhere,
            draining: draining.signal,
            directoryNotices,
            metrics,
            tracing,
            roles,
            newUser: (user, organization) => signUpUser(admin, each.id, user, organization),
          },
          keys,
          closers,
          laboratory?.faultsOf(laboratory.faults, each.id),
        ),
      ),
    );
    await Promise.all(
      built.map(async ({ dataCenter }) => {
        const { id } = dataCenter.dataCenter;
        const changed = await changedSettings(databases.directory, key('settings record'), id, settings);
        const detail = { changed };
        if (changed.length > 0) dataCenter.events.record({ kind: 'settings', outcome: 'Success', detail });
        // Of users: not the business of a process that may have no access to them.
        if (isResourceServer(roles)) return;
        await refoldAddresses(dataCenter.database, databases.directory, homeIndex, id, log);
      }),
    );
    for (const { dataCenter, apps } of built) {
      dataCenters.set(dataCenter.dataCenter.id, dataCenter);
      for (const [service, app] of apps) {
        offer(roleOf[service], { app, ...placeOfService(settings, dataCenter.dataCenter, service) });
      }
    }

    const samples = new Samples({
      admin,
      database: (name) => databases.ofSample(name),
      key: (purpose) => key(`sample app ${purpose}`),
    });
    closers.push(() => samples.close());
    let lab: Lab | undefined;
    for (const { dataCenter, apps, forConsole } of built) {
      const app = createConsoleApp({
        ...forConsole,
        sampleApps: () => [...samples.list()],
        listener: (dataCenterId, service) =>
          built.find((each) => each.dataCenter.dataCenter.id === dataCenterId)?.apps.get(service),
        describeDemo: () => demoForConsole(admin, dataDirectory.path),
        sampleClientId: async () => (await readDemoFact(databases.directory))?.clients.browser,
        startedAtMs: clock.nowMs(),
        draining: draining.signal,
        key: key('console'),
        clientSecret: console.secret,
        admin,
        ...inProcess(apps),
        lab: () => lab,
      });
      offer('console', { app, ...placeOfService(settings, dataCenter.dataCenter, 'console') });
    }
    const adminApp = createAdminApp(admin, draining.signal);
    registerDemo(adminApp, admin, dataDirectory.path, samples);
    const ownerConnections = new Map(databases.all.map((each) => [each.label, each.ownerConnection]));
    registerRelocation(adminApp, { admin, ownerConnections });
    registerBackup(adminApp, {
      databases: databases.all,
      secretKey: dataDirectory.secretKey,
      nowMs: () => clock.nowMs(),
    });
    if (laboratory) {
      const { clock: labClock, faults, openLab } = laboratory;
      const opened = openLab(
        {
          ...{ admin, clock: labClock, directoryNotices, faults, databases: databases.all, dataDirectory },
          demo: demoOfLab(admin, dataDirectory.path, samples),
        },
        adminApp,
      );
      closers.push(() => opened.close());
      lab = opened;
    } else registerNoLab(adminApp);
    metrics.watchDatabases([
      ...databases.all.flatMap(({ requests, background }) => [
        { pool: 'requests', database: requests },
        ...(background === requests ? [] : [{ pool: 'background', database: background }]),
      ]),
      ...served.flatMap(({ id }) => {
        const database = databases.replica(id);
        return database ? [{ pool: 'replica', database }] : [];
      }),
    ]);
    metrics.watchTokenCaches(dataCenters);
    metrics.watchReplicas(dataCenters);
    if (roles.has('jobs')) metrics.watchJobs(dataCenters);
    const write = async () => writeMetrics([await metrics.document(), ...((await options.others?.metrics()) ?? [])]);
    registerMetrics(adminApp, write);
    offer('admin', { app: adminApp, ...adminPlace });
    const metricsPlace = placeOfMetrics(settings);
    if (metricsPlace) {
      const app = createMetricsApp({ log, random, draining: draining.signal, write });
      listeners.push({ app, ...metricsPlace });
    }

    closers.push(() => Promise.all(listeners.map(({ app }) => app.close())));
    asked.throwIfAborted();
    await listenAll(listeners);
    const adminOrigin = `http://127.0.0.1:${adminPlace.port}`;
    if (roles.has('admin')) dataDirectory.announce({ pid: process.pid, adminOrigin });
    return { topology, adminOrigin, admin, samples, dataCenters, lab, metrics, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Whoever runs no lab loads none of it. */
async function prepareLab(clock: ShiftedClock) {
  const { Faults, faultsOf, openLab } = await import('./lab/open-lab.ts');
  return { clock, faults: new Faults(), faultsOf, openLab };
}

/**
 * The machine's clock, unless the lab has moved the platform's away from it: what is committed by then stays in the past
 * when the platform is started without the lab, too. Its time then runs as fast as any other.
 */
async function chooseClock(
  directory: Database,
  real: Clock,
  { lab, log, settings }: Pick<PlatformOptions, 'lab' | 'log' | 'settings'>,
): Promise<Clock> {
  const stored = await readClockState(directory);
  if (!stored) return lab ? new ShiftedClock(real) : real;
  const clock = new ShiftedClock(real, stored);
  if (lab) return clock;
  if (settings.production) {
    throw new UsableFailure(
      'the configuration says "production": true, but the lab has moved the clock of this platform; "lab clock reset", or a snapshot, moves it back',
    );
  }
  const realMs = real.nowMs();
  const state = { realMs, virtualMs: clock.at(realMs), speed: 1 };
  clock.set(state);
  await writeClockState(directory, state);
  log.warn({ now: new Date(state.virtualMs).toISOString() }, 'the lab has moved the clock of this platform');
  return clock;
}

/** The listeners that a console calls without the network. */
function inProcess(apps: ReadonlyMap<Service, FastifyInstance>): Pick<ConsoleContext, 'accounts' | 'apis'> {
  const app = (service: Service) => apps.get(service) as FastifyInstance;
  return {
    accounts: app('accounts'),
    apis: { production: app('api'), sandbox: app('sandboxApi'), developer: app('developerApi') },
  };
}
