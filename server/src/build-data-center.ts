import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createAccountsApp } from './accounts/accounts-app.ts';
import { AttemptCounter } from './accounts/attempts.ts';
import { AccountsServer } from './accounts/authority/accounts-server.ts';
import { ChangeStream } from './accounts/authority/change-stream.ts';
import { ResourceServerCredential } from './accounts/authority/credential.ts';
import { RemoteTokenAuthority } from './accounts/authority/remote-token-authority.ts';
import { serveTokenAuthority } from './accounts/authority/serve-token-authority.ts';
import type { AccountsContext } from './accounts/context.ts';
import { OutsideProviders } from './accounts/outside/providers.ts';
import { Pages } from './accounts/pages/pages.ts';
import type { KeyVault } from './accounts/signing/key-vault.ts';
import { PresentedTokens } from './accounts/signing/presented-tokens.ts';
import { SigningKeys } from './accounts/signing/signing-keys.ts';
import { Proofs } from './accounts/store/proofs.ts';
import { LocalTokenAuthority } from './accounts/store/token-authority.ts';
import { TokenStore } from './accounts/store/token-store.ts';
import { takeProof } from './accounts/store/used-proofs.ts';
import type { NewUser } from './accounts/users.ts';
import type { AdministeredDataCenter } from './admin/context.ts';
import { AuditLog } from './audit/audit-log.ts';
import { startBackgroundWork, sweepDataCenter } from './background-work.ts';
import { apiServiceOf, type DataCenter, environments, type Service } from './config/data-centers.ts';
import { accountsElsewhere } from './config/load-settings.ts';
import type { Role } from './config/roles.ts';
import { createCrmApi } from './crm/api.ts';
import { countJobs } from './crm/jobs/job-table.ts';
import { createCrmStore } from './crm/store/create-store.ts';
import { ReadsFromReplica } from './crm/store/replica/replica-reads.ts';
import { listOrganizations } from './crm/store/space/list-organizations.ts';
import { ChangeNotices, restoredTopic } from './database/change-notices.ts';
import type { Database } from './database/database.ts';
import { isSpread } from './database/distribute.ts';
import type { Intercept } from './http/app.ts';
import type { Log } from './http/log.ts';
import type { OutgoingPolicy } from './http/outgoing/outgoing-policy.ts';
import { answerProbes, type ReadinessCheck } from './http/probes.ts';
import { guardListener, RequestGate } from './http/request-gate.ts';
import { createEventRecorder, type EventRecorder } from './inspector/events.ts';
import type { FlowsElsewhere } from './inspector/flows/flows-elsewhere.ts';
import type { DataCenterFaults } from './lab/faults/data-center-faults.ts';
import type { CacheUse, JobCount, Metrics, ReplicaUse } from './metrics/metrics.ts';
import type { UserId } from './oauth/ids.ts';
import { issuerOf } from './oauth/issuer.ts';
import type { Tracing } from './tracing/tracing.ts';

/** How long a probe waits for the database, and how long its answer stands. */
const probeTimeoutMs = 1_000;
const probeEveryMs = 1_000;

/** What all data centres of the platform have in common. */
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
  | 'slots'
  | 'log'
>;

export interface RunningDataCenter extends AdministeredDataCenter {
  /** For metrics. */
  readonly tokenCacheUse: () => CacheUse;
  readonly countJobs: () => Promise<readonly JobCount[]>;
  /** Undefined where there is no read replica. */
  readonly replicaUse: (() => ReplicaUse) | undefined;
  /** Deletes what has had its time, as the background work does now and then. */
  readonly sweep: () => Promise<void>;
}

/** One data centre: its stores, its accounts server and its API listeners; with the role `jobs` its background work, too. */
export async function buildDataCenter(
  dataCenter: DataCenter,
  {
    database,
    background,
    replica,
  }: { readonly database: Database; readonly background: Database; readonly replica: Database | undefined },
  {
    policy,
    vault,
    flowsElsewhere,
    newUser,
    draining,
    directoryNotices,
    metrics,
    tracing,
    roles,
    ...shared
  }: Shared & {
    readonly policy: OutgoingPolicy;
    readonly vault: KeyVault;
    readonly newUser: (user: NewUser, organization: string) => Promise<UserId | undefined>;
    readonly flowsElsewhere: FlowsElsewhere;
    readonly draining: AbortSignal;
    readonly directoryNotices: ChangeNotices;
    readonly metrics: Metrics;
    /** Undefined: without. */
    readonly tracing: Tracing | undefined;
    readonly roles: ReadonlySet<Role>;
  },
  {
    attempts,
    proofs: proofKey,
    audit: auditKey,
    outside: outsideKey,
    resourceServers: resourceServersKey,
    ...keys
  }: AccountsContext['keys'] &
    Readonly<Record<'attempts' | 'proofs' | 'audit' | 'outside' | 'resourceServers', Buffer>>,
  closers: (() => Promise<unknown>)[],
  faults?: DataCenterFaults,
): Promise<{ dataCenter: RunningDataCenter; apps: Map<Service, FastifyInstance>; forConsole: AccountsContext }> {
  const { settings, clock, clients, log } = shared;
  const notices = await listen(database, closers);
  faults?.attach(database, background);
  const audit = new AuditLog({ database: background, clock, log, key: auditKey });
  closers.push(() => audit.flush());
  const recorder = createEventRecorder(database.spared, {
    ...{ clock, log, upkeep: background.spared },
    recordEvents: settings.recordEvents,
    eventsPerMinute: settings.limits.eventsPerMinute,
    bounds: settings.inspector,
    alsoTell: (event, caller) => audit.note(event, caller),
    findElsewhere: (key, id) => flowsElsewhere.find(key, dataCenter.id, id),
  });
  notices.subscribe(restoredTopic, { changed: () => recorder.forget(), reset: () => {} });
  const events: EventRecorder = faults?.marking(recorder) ?? recorder;
  closers.push(() => events.flush());
  const tokens = new TokenStore(database, { spread: await isSpread(database, 'access_token') });
  const signingKeys = new SigningKeys({
    database,
    notices,
    clock,
    random: shared.random,
    vault,
    dataCenterId: dataCenter.id,
    leadSeconds: settings.lifetimes.signingKeyLeadSeconds,
  });
  const presented = new PresentedTokens(signingKeys, issuerOf(dataCenter, 'standard'), shared.slots);
  const proofs = new Proofs({
    take: (name, expiresAtMs) => takeProof(database, name, expiresAtMs),
    clock,
    key: proofKey,
    dataCenterId: dataCenter.id,
  });
  const local = new LocalTokenAuthority({
    tokens,
    clients,
    scopes: shared.scopes,
    credentials: shared.credentials,
    placeOf: (token) => presented.placeOf(token),
    proofs,
    notices,
    clock,
    dataCenter: dataCenter.id,
    limits: settings.limits,
  });
  const credential = new ResourceServerCredential({ key: resourceServersKey, dataCenterId: dataCenter.id, clock });
  const elsewhere = accountsElsewhere(settings, roles, dataCenter.id);
  const authority =
    elsewhere === undefined
      ? local
      : askElsewhere(new AccountsServer({ origin: elsewhere, credential }), closers, {
          ...{ clock, log, proofKey, scopes: shared.scopes, limits: settings.limits, dataCenter: dataCenter.id },
        });
  const check = databaseAnswers(database);
  const watch =
    (service: Service, routeOf?: (request: FastifyRequest) => string | undefined): Intercept =>
    (app) => {
      answerProbes(app, draining, check);
      tracing?.watchListener(app, dataCenter.id, service, routeOf);
      metrics.watchListener(app, dataCenter.id, service, routeOf);
    };
  const operationOf = ({ crmStage }: FastifyRequest) => crmStage?.operation?.path;
  const intercept =
    (service: Service): Intercept =>
    (app, dialect) => {
      // Probes are answered before it.
      watch(service, service === 'accounts' ? undefined : operationOf)(app, dialect);
      if (service !== 'content') {
        const gate = new RequestGate(settings.limits.requestsAtOnce);
        metrics.watchGate(dataCenter.id, service, gate);
        guardListener(app, dialect, gate);
      }
      const component = service === 'accounts' || service === 'content' ? service : 'api';
      faults?.intercept(component, { events, authority })(app, dialect);
    };
  const outsideProviders = new OutsideProviders(database, outsideKey);
  const accountsContext: AccountsContext = {
    ...shared,
    intercept: intercept('accounts'),
    dataCenter,
    database,
    tokens,
    authority,
    signingKeys,
    presented,
    proofs,
    events,
    newUser,
    keys,
    organizations: { listForUser: (userId) => listOrganizations(database, userId) },
    notices,
    attempts: new AttemptCounter({ database, clock, key: attempts, windowSeconds: settings.limits.windowSeconds }),
    outsideProviders,
    pages: new Pages(dataCenter.id),
  };
  const accounts = createAccountsApp(accountsContext);
  serveTokenAuthority(accounts, { authority: local, database, credential, notices, directoryNotices, draining });
  const replicaReads = replica && readFromReplica(replica, database, shared, dataCenter.id);
  if (replicaReads) closers.push(() => replicaReads.close());
  const store = createCrmStore({ database, notices, clock, settings, replica: replicaReads });
  const apps = new Map<Service, FastifyInstance>([['accounts', accounts]]);
  for (const environment of environments) {
    const service = apiServiceOf[environment];
    const api = { ...shared, dataCenter, environment, store, authority, events, intercept: intercept(service) };
    apps.set(service, createCrmApi(api));
  }
  const content = {
    ...shared,
    dataCenter,
    store,
    authority,
    events,
    environment: 'production',
    content: true,
    intercept: intercept('content'),
  } as const;
  apps.set('content', createCrmApi(content));
  const sweep = () => sweepDataCenter(accountsContext, { audit, background });
  if (roles.has('jobs')) closers.push(...startBackgroundWork(accountsContext, { background, policy, store, sweep }));
  return {
    dataCenter: {
      dataCenter,
      database,
      notices,
      authority,
      events,
      audit,
      tokens,
      signingKeys,
      outsideProviders,
      presented,
      crm: store,
      tokenCacheUse: () => authority.cacheUse,
      countJobs: () => countJobs(background),
      replicaUse: replicaReads && (() => replicaReads.use),
      sweep,
    },
    apps,
    forConsole: { ...accountsContext, intercept: watch('console') },
  };
}

function readFromReplica(
  replica: Database,
  primary: Database,
  { clock, random, log }: Pick<Shared, 'clock' | 'random' | 'log'>,
  dataCenter: string,
): ReadsFromReplica {
  const onChange = (used: boolean, reason: string) => {
    if (used) log.info({ dataCenter }, 'the read replica is used');
    else log.warn({ dataCenter, reason }, 'the read replica is not used');
  };
  return new ReadsFromReplica({ primary, replica, clock, random, onChange });
}

/** The authority of an accounts server that runs elsewhere; hears of changes from now on. */
function askElsewhere(
  server: AccountsServer,
  closers: (() => Promise<unknown>)[],
  options: Omit<ConstructorParameters<typeof RemoteTokenAuthority>[0], 'server' | 'changes'> & { readonly log: Log },
): RemoteTokenAuthority {
  const changes = new ChangeStream({ server, log: options.log, dataCenter: options.dataCenter });
  const authority = new RemoteTokenAuthority({ ...options, server, changes });
  changes.start();
  closers.push(() => changes.close());
  return authority;
}

/** Whether the database answers, asked at most once a second however many probes come. */
function databaseAnswers(database: Database): ReadinessCheck {
  let asked: Promise<boolean> | undefined;
  const ask = async () => {
    const answered = database.spared.query({ text: 'SELECT 1' }).then(
      () => true,
      () => false,
    );
    const holds = await Promise.race([answered, delay(probeTimeoutMs, false, { ref: false })]);
    setTimeout(() => {
      asked = undefined;
    }, probeEveryMs).unref();
    return holds;
  };
  return {
    fault: `the database of data centre "${database.label}" does not answer`,
    holds: () => {
      asked ??= ask();
      return asked;
    },
  };
}

/** Hears the changes of a database until it is closed. */
export async function listen(database: Database, closers: (() => Promise<unknown>)[]): Promise<ChangeNotices> {
  const notices = new ChangeNotices(database);
  await notices.start();
  closers.push(() => notices.close());
  return notices;
}
