import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClientRegistration, type ClientWithSecrets, registerClient } from '../admin/clients.ts';
import { type CreatedUser, createUserWithOrganization } from '../admin/users.ts';
import { buildTopology, parseSettings } from '../config/load-settings.ts';
import { openDataDirectory } from '../data-directory.ts';
import type { DatabaseKind } from '../database/migrate.ts';
import { type DatabaseUrls, openDatabases } from '../databases.ts';
import { ManualClock } from '../foundation/clock.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { systemRandom } from '../foundation/random.ts';
import { type Log, silentLog } from '../http/log.ts';
import { type Platform, startPlatform } from '../platform.ts';
import { freshBasePort } from './base-port.ts';
import { createFromTemplate, patientLimits } from './test-database.ts';

/** A whole platform for one test file: own databases, own ports, own clock. */
export interface TestPlatform extends Platform {
  readonly clock: ManualClock;
  readonly basePort: number;
  /** A user with the password `testPassword` and an organization of their own. */
  addUser(dataCenter: string, email: string): Promise<CreatedUser>;
  /** A sign-in name that nobody has, of `length` characters, whose pseudo-home is this data centre. */
  unknownName(dataCenter: string, length?: number): string;
  /** A client of the given type with workable fields, owned by `owner`. */
  addClient(registration: Partial<ClientRegistration> & { owner: string; type: string }): Promise<ClientWithSecrets>;
}

export const testPassword = 'correct horse';

export interface TestPlatformOptions {
  readonly dataCenters?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Default: a clock that stands still. Browser tests need the real time. */
  readonly clock?: ManualClock;
  /** Default: nothing is logged. */
  readonly log?: Log;
  /** Databases of the test's own, instead of new ones of the run. */
  readonly databaseUrls?: DatabaseUrls;
  /** Hexadecimal; default: a new one. For platforms that go on with the data of another. */
  readonly secretKey?: string;
  /** Default: without the lab. */
  readonly lab?: boolean;
}

const portTries = 20;

export async function startTestPlatform(options: TestPlatformOptions = {}): Promise<TestPlatform> {
  const dataCenters = options.dataCenters ?? ['us'];
  const clock = options.clock ?? new ManualClock(Date.UTC(2026, 0, 15, 12));
  const directory = mkdtempSync(join(tmpdir(), 'grantway-platform-'));
  const dataDirectory = openDataDirectory(directory, { random: systemRandom, secretKey: options.secretKey });
  const databaseUrls = options.databaseUrls ?? {
    directory: await createDatabaseUrl('directory'),
    dataCenters: Object.fromEntries(
      await Promise.all(dataCenters.map(async (id) => [id, await createDatabaseUrl('data-center')] as const)),
    ),
  };
  for (let attempt = 1; ; attempt++) {
    const basePort = freshBasePort();
    const settings = parseSettings({
      dataCenters: [...dataCenters],
      basePort,
      logLevel: 'silent',
      database: patientLimits,
      ...options.settings,
    });
    try {
      const log = options.log ?? silentLog;
      const opening = openDatabases(
        { databaseUrls, dataDirectory, log, settings },
        buildTopology(settings),
        clock.nowMs(),
      );
      const platform = await startPlatform({
        ...{ settings, dataDirectory, databases: await opening, log, clock },
        lab: options.lab ?? false,
      });
      return {
        ...platform,
        clock,
        basePort,
        addUser: (dataCenter, email) =>
          createUserWithOrganization(
            platform.admin,
            dataCenter,
            { email, password: testPassword, firstName: 'Terry', lastName: 'Tester' },
            `Organization of ${email}`,
          ),
        unknownName: (dataCenter, length = 20) => unknownNameAt(platform, dataCenter, length),
        addClient: (registration) =>
          registerClient(platform.admin, {
            ...defaultsOf(registration.type),
            dataCenter: dataCenters[0] ?? 'us',
            ...registration,
          }),
        async stop() {
          await platform.stop();
          dataDirectory.release();
          rmSync(directory, { recursive: true, force: true });
        },
      };
    } catch (error) {
      // Another test file may have the same ports.
      if (attempt >= portTries || !(error instanceof UsableFailure) || !error.message.includes('in use')) throw error;
    }
  }
}

function unknownNameAt({ admin, topology }: Platform, dataCenterId: string, length: number): string {
  const dataCenter = topology.find(dataCenterId);
  if (!dataCenter) throw new Error(`no data centre "${dataCenterId}"`);
  for (let number = 0; ; number++) {
    const name = `${String(number).padStart(length - '@no.example'.length, 'x')}@no.example`;
    if (admin.homeIndex.pseudoHome(name, topology.realmOf(dataCenter))?.id === dataCenterId) return name;
  }
}

function defaultsOf(type: string) {
  const web = type === 'server' || type === 'browser' || type === 'mobile';
  return {
    name: `Test ${type}`,
    homepageUrl: type === 'self' ? null : 'https://app.example.com/',
    redirectUris: web ? ['https://app.example.com/callback'] : [],
    javascriptDomains: type === 'browser' ? ['https://app.example.com'] : [],
    enabledDataCenters: [],
    sameSecret: false,
  };
}

/** A new database of the run's PostgreSQL, as an operator would name one of their own. */
export async function createDatabaseUrl(kind: DatabaseKind | 'empty'): Promise<string> {
  const { user, password, database, host, port } = await createFromTemplate(kind);
  const role = [user, ...(password ? [password] : [])].map((part) => encodeURIComponent(String(part))).join(':');
  return `postgres://${role}@/${database}?${new URLSearchParams({ host: String(host), ...(port && { port: String(port) }) })}`;
}
