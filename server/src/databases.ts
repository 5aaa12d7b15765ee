import pg, { type ClientConfig } from 'pg';
import { accountsElsewhere } from './config/load-settings.ts';
import { allRoles, type Role } from './config/roles.ts';
import type { Settings } from './config/settings.ts';
import type { DataDirectory } from './data-directory.ts';
import { Database, type PoolLimits, poolLimits } from './database/database.ts';
import { type Cluster, hasCluster, startCluster } from './database/embedded/cluster.ts';
import { type DatabaseKind, isUpToDate, migrate } from './database/migrate.ts';
import { asOutage } from './database/outage.ts';
import { checkOwnDataCenter } from './database/own-data-center.ts';
import { checkRights, type DatabaseUse } from './database/rights.ts';
import { UsableFailure } from './foundation/failure.ts';
import { type Interruption, uninterrupted } from './foundation/interruption.ts';
import type { Log } from './http/log.ts';

/** One database with all that is connected to it. */
export interface OpenDatabase {
  readonly label: string;
  readonly kind: DatabaseKind;
  readonly requests: Database;
  /** The same for the directory. */
  readonly background: Database;
  /** As the owner of the database, where that is another role than the one that requests are served with. */
  readonly ownerConnection: ClientConfig;
}

/** The databases of a platform, migrated and held against what this process needs of them: the directory and one per data centre. */
export interface Databases {
  readonly directory: Database;
  /** Each of them. */
  readonly all: readonly OpenDatabase[];
  /** For requests. */
  dataCenter(id: string): Database;
  /** The same over connections of its own, for jobs and sweeps: they never take those of requests. */
  background(id: string): Database;
  /** The read replica of the data centre, which may be away; undefined where there is none. */
  replica(id: string): Database | undefined;
  /**
   * Connection to what a sample app keeps: a database of its own in the embedded PostgreSQL, else a schema of its own in the
   * database of the directory.
   */
  ofSample(name: string): Promise<ClientConfig>;
  /** How other processes reach the same databases. */
  readonly urls: DatabaseUrls;
  /** TCP ports of the servers, for the policy of outgoing calls. */
  readonly ports: readonly number[];
  close(): Promise<void>;
}

/** A PostgreSQL that may lose everything when the machine's power does. */
const fast = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

/** PostgreSQL databases of one's own, by URL; what is not named is embedded. */
export interface DatabaseUrls {
  readonly directory?: string | undefined;
  readonly dataCenters: Readonly<Record<string, string>>;
  /** Read replicas of the data centres that have one. */
  readonly replicas?: Readonly<Record<string, string>>;
}

export interface DatabaseOptions {
  readonly databaseUrls: DatabaseUrls;
  readonly dataDirectory: Pick<DataDirectory, 'postgresDirectory'>;
  readonly log: Log;
  readonly settings: Pick<Settings, 'database' | 'dataCenters'>;
  readonly interruption?: Interruption;
  /** What this process does of the platform, and needs rights for; default: all of it. */
  readonly roles?: ReadonlySet<Role>;
  /** Processes that share the embedded PostgreSQL; default: this one alone. */
  readonly processes?: number;
  /** Refuse where a database is not there, rather than make it; default: it is made. */
  readonly existingOnly?: boolean;
}

/** The data centres whose databases are opened. */
export type WantedDataCenters = { readonly dataCenters: readonly { readonly id: string }[] };

interface WantedDatabase {
  readonly kind: DatabaseKind;
  readonly label: string;
  readonly url: string | undefined;
  readonly embeddedName: string;
}

/**
 * Opens the databases; the embedded PostgreSQL starts only when some database has no URL of its own.
 * @throws UsableFailure, or Interrupted when the end is asked for meanwhile. Nothing is left open.
 */
export async function openDatabases(
  options: DatabaseOptions,
  topology: WantedDataCenters,
  nowMs: number,
): Promise<Databases> {
  const { databaseUrls, dataDirectory, log, interruption = uninterrupted } = options;
  const limits = poolLimits(options.settings.database);
  checkDatabaseUrls(databaseUrls);
  const wanted: readonly WantedDatabase[] = [
    { kind: 'directory', label: 'directory', url: databaseUrls.directory, embeddedName: 'directory' },
    ...topology.dataCenters.map(({ id }): WantedDatabase => {
      return { kind: 'data-center', label: id, url: databaseUrls.dataCenters[id], embeddedName: `dc_${id}` };
    }),
  ];
  const opened: Database[] = [];
  let cluster: Cluster | undefined;
  const close = async () => {
    await Promise.all(opened.map((database) => database.close()));
    await cluster?.stop();
  };
  const connect = async ({ kind, label, url, embeddedName }: WantedDatabase): Promise<OpenDatabase> => {
    interruption.asked.throwIfAborted();
    if (options.existingOnly && url === undefined && !cluster?.has(embeddedName)) throw isNotThere({ kind, label });
    const ownerConnection = url === undefined ? await embedded(cluster as Cluster, embeddedName) : external(url);
    const connection = url === undefined ? (cluster as Cluster).applicationConnection(embeddedName) : ownerConnection;
    const onError = (error: Error) =>
      log.warn({ err: asOutage(error, label), database: label }, 'a database connection broke');
    const pool = (of: PoolLimits) => {
      const database = new Database({ label, connection, onError, limits: of });
      opened.push(database);
      return database;
    };
    const requests = pool(limits.requests);
    await reach(requests);
    const background = kind === 'directory' ? requests : pool(limits.background);
    return { label, kind, requests, ownerConnection, background };
  };
  const openAll = async (): Promise<OpenDatabase[]> => {
    // Before anything is made: one that cannot be reached leaves the others, and the data directory, as they were.
    const there = await allOf(wanted.filter(({ url }) => url !== undefined).map(connect));
    const missing = wanted.filter(({ url }) => url === undefined);
    if (missing.length > 0) {
      if (options.existingOnly && !hasCluster(dataDirectory.postgresDirectory))
        throw isNotThere(missing[0] as WantedDatabase);
      cluster = await startCluster({
        directory: dataDirectory.postgresDirectory,
        settings: {
          max_connections: String(mostConnections(options, topology)),
          ...(options.settings.database.durable ? {} : fast),
        },
        interruption,
        onCrash: (detail) => log.error({ detail }, 'the embedded PostgreSQL ended and is started again'),
      });
    }
    const all = [...there, ...(await allOf(missing.map(connect)))];
    await allOf(all.map((each) => prepare(each, useOf(each, options, topology), nowMs)));
    return all;
  };
  // They may be away: what a replica does not answer the primary does.
  const replicas = new Map(
    Object.entries(databaseUrls.replicas ?? {}).map(([id, url]) => {
      const database = new Database({ label: `${id}, replica`, connection: external(url), limits: limits.requests });
      opened.push(database);
      return [id, database];
    }),
  );
  const all = await openAll().catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const directory = all.find(({ kind }) => kind === 'directory') as OpenDatabase;
  const byId = new Map(all.filter((each) => each !== directory).map((each) => [each.label, each]));
  const directoryDatabase = directory.requests;
  return {
    directory: directoryDatabase,
    all: [directory, ...byId.values()],
    dataCenter: (id) => byId.get(id)?.requests as Database,
    background: (id) => byId.get(id)?.background as Database,
    replica: (id) => replicas.get(id),
    ofSample: (name) => ofSample(cluster, directoryDatabase.connection, name.replaceAll('-', '_')),
    urls: {
      directory: urlOf(databaseUrls.directory, directoryDatabase.connection),
      dataCenters: Object.fromEntries(
        [...byId].map(([id, { requests }]) => [id, urlOf(databaseUrls.dataCenters[id], requests.connection)]),
      ),
      ...(databaseUrls.replicas && { replicas: databaseUrls.replicas }),
    },
    ports: opened.flatMap(({ connection }) => portOf(connection)),
    close,
  };
}

function isNotThere({ kind, label }: Pick<WantedDatabase, 'kind' | 'label'>): UsableFailure {
  const [what, variable, setting, orElse] =
    kind === 'directory'
      ? ['of the directory', 'GRANTWAY_DIRECTORY_URL', 'directoryUrl', '']
      : [
          `of the data centre "${label}"`,
          `GRANTWAY_DC_${label.toUpperCase()}_URL`,
          'databaseUrl',
          '; --data-centers names only some data centres',
        ];
  return new UsableFailure(
    `the database ${what} is not in the data directory: where it is on a server of its own, name that as for "start" ` +
      `(${variable}, or ${setting} in the configuration)${orElse}`,
  );
}

/** What a process with these roles works on in the database. */
function useOf(
  { kind, label }: OpenDatabase,
  { roles = allRoles, settings }: DatabaseOptions,
  topology: WantedDataCenters,
) {
  const ids = kind === 'directory' ? topology.dataCenters.map(({ id }) => id) : [label];
  const isElsewhere = ids.every((id) => accountsElsewhere(settings, roles, id) !== undefined);
  return isElsewhere ? 'without accounts' : 'all';
}

/** @throws UsableFailure for a database that cannot be used, in one line. */
async function prepare(each: OpenDatabase, use: DatabaseUse, nowMs: number): Promise<void> {
  const { kind, label, requests } = each;
  try {
    await migrateAsOwner(each, nowMs);
  } finally {
    // Without rights nothing is known of the migrations: that they are missing is what to tell.
    await checkRights(requests, kind, use);
  }
  if (kind === 'data-center') await checkOwnDataCenter(requests, label);
}

async function migrateAsOwner(
  { label, kind, requests, ownerConnection }: Omit<OpenDatabase, 'background'>,
  nowMs: number,
): Promise<void> {
  if (ownerConnection === requests.connection) {
    await migrate(requests, kind, nowMs);
    return;
  }
  if (await isUpToDate(requests, kind)) return;
  const owner = new Database({ label, connection: ownerConnection, limits: { maxConnections: 1 } });
  await migrate(owner, kind, nowMs).finally(() => owner.close());
}

/** Of PostgreSQL's own default of 100, twice; more where processes share it: pools of two sizes, and one that listens. */
const fewestConnections = 200;
const spareConnections = 20;

function mostConnections({ processes = 1, settings }: DatabaseOptions, topology: WantedDataCenters): number {
  const { maxConnections, backgroundMaxConnections } = settings.database;
  const perDataCenter = maxConnections + 1;
  const all = processes * (topology.dataCenters.length + 1) * perDataCenter;
  const background = topology.dataCenters.length * backgroundMaxConnections;
  return Math.max(fewestConnections, all + background + spareConnections);
}

/** The URL that was given, or that of the embedded PostgreSQL, which is reached by a socket. */
function urlOf(given: string | undefined, { user, database, host }: ClientConfig): string {
  return given ?? `postgres://${user}@/${database}?host=${encodeURIComponent(String(host))}`;
}

async function embedded(cluster: Cluster, name: string): Promise<ClientConfig> {
  await cluster.ensureDatabase(name);
  return cluster.connection(name);
}

async function ofSample(cluster: Cluster | undefined, directory: ClientConfig, name: string): Promise<ClientConfig> {
  if (cluster) return embedded(cluster, `sample_${name}`);
  const schema = `sample_${name}`;
  const client = new pg.Client(directory);
  await client.connect();
  try {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  } finally {
    await client.end();
  }
  return { ...directory, options: `-c search_path=${schema}` };
}

const external = (url: string): ClientConfig => ({ connectionString: url });

/**
 * Whether the URLs can be used, before anything is asked of a server. Messages never have a part of one, which may be a password.
 * @throws UsableFailure in one line.
 */
export function checkDatabaseUrls({ directory, dataCenters, replicas = {} }: DatabaseUrls): void {
  const named = [
    ...(directory === undefined ? [] : [['directory', directory] as const]),
    ...Object.entries(dataCenters),
  ];
  const labels = new Map<string, string>();
  for (const [label, url] of named) {
    const { host, port, database } = readUrl(url, label);
    const place = JSON.stringify([host, port, database]);
    const other = labels.get(place);
    if (other !== undefined) {
      throw new UsableFailure(
        `expected a database of its own for each of "${other}" and "${label}", got the database "${database}" of one server for both`,
      );
    }
    labels.set(place, label);
  }
  for (const [id, url] of Object.entries(replicas)) readUrl(url, `${id}, replica`);
}

function readUrl(url: string, label: string): pg.Client {
  const fail = (expected: string) =>
    new UsableFailure(`the database URL of "${label}": expected ${expected}, got another`);
  const [, rest] = /^postgres(?:ql)?:\/\/(.*)$/.exec(url) ?? [];
  if (rest === undefined) throw fail('one that begins with postgres://');
  // Left as they are they end the place of user and password, and the rest would be taken for a host.
  if (rest.includes('#') || /[/?].*@/.test(rest)) {
    throw fail('one whose user and password have "@", "/", "?" and "#" percent-encoded (%40, %2F, %3F, %23)');
  }
  try {
    return new pg.Client(external(url));
  } catch {
    throw fail('a URL as PostgreSQL reads it, postgres://user:password@host:port/database');
  }
}

/** Waits for the end of all of them, so that nothing goes on behind a failure. */
async function allOf<Result>(promises: readonly Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/** The port of a server that is reached over TCP, as the driver understands the URL and the environment. */
function portOf(connection: ClientConfig): number[] {
  const { host, port } = new pg.Client(connection);
  return host.startsWith('/') ? [] : [port];
}

/** The first contact, with a message that names what to mend and never the password. */
async function reach(database: Database): Promise<void> {
  try {
    await database.query({ text: 'SELECT 1' });
  } catch (error) {
    const { code, message } = ((error as Error).cause ?? error) as { code?: string; message: string };
    const hint = code === '3D000' ? '; create it first (CREATE DATABASE …)' : '';
    throw new UsableFailure(`cannot reach the database of "${database.label}": ${message || code}${hint}`);
  }
}
