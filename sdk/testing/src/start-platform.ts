import { randomInt } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { Accounts, type CodeOrder, type GrantOrder, type NewClient, type NewUser } from './accounts.ts';
import { Admin } from './admin.ts';
import { Clock } from './clock.ts';
import { TestPlatformError } from './errors.ts';
import { Faults } from './faults.ts';
import { Fixtures } from './fixtures.ts';
import { Flows } from './flows.ts';
import { startChild } from './host/child.ts';
import { findGrantway } from './host/find-grantway.ts';
import type { Host, Origins } from './host/host.ts';
import { startInProcess } from './host/in-process.ts';
import { prepareDataDirectory } from './host/prepared-data.ts';
import { Snapshots } from './snapshots.ts';

export interface PlatformOptions {
  /** Default: `['us']`. The first one is meant wherever none is named. */
  readonly dataCenters?: readonly string[];
  /** More of a configuration file, lifetimes and limits for example. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Inside this process instead of one of its own. Not in Jest, whose modules are not Node's. */
  readonly inProcess?: boolean;
  /** Folder of the package `grantway`. Default: GRANTWAY_PACKAGE of the environment, else the one that is installed. */
  readonly grantway?: string;
}

const portTries = 20;
const checkpoint = 'checkpoint';

/**
 * Starts a platform with the lab on free ports, with databases of its own that are empty.
 * @throws TestPlatformError that says why it does not start.
 * @example
 * const platform = await startPlatform({ dataCenters: ['us', 'eu'] });
 */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const { dataCenters = ['us'], inProcess = false, settings = {}, grantway = findGrantway() } = options;
  const dataDirectory = await prepareDataDirectory(grantway, dataCenters);
  const start = inProcess ? startInProcess : startChild;
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        const basePort = randomBasePort();
        const given = { logLevel: 'silent', ...settings, dataCenters, ...throwaway(settings) };
        const host = await start({ grantway, dataDirectory, settings: given, basePort });
        return new Platform(host, dataCenters, dataDirectory);
      } catch (error) {
        // Somebody else has one of the ports.
        const taken = error instanceof TestPlatformError && error.message.includes('in use');
        if (attempt >= portTries || !taken) throw error;
      }
    }
  } catch (error) {
    await rm(dataDirectory, { recursive: true, force: true });
    throw error;
  }
}

/** First of a hundred ports, below those that the system gives to outgoing connections. */
function randomBasePort(): number {
  return 21_000 + 100 * randomInt(110);
}

function throwaway({ database }: Readonly<Record<string, unknown>>) {
  return { database: { durable: false, ...(database as object | undefined) } };
}

/** A running platform. */
export class Platform implements AsyncDisposable {
  /** Origins of each data centre. */
  readonly dataCenters: Readonly<Record<string, Origins>>;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly snapshots: Snapshots;
  readonly fixtures: Fixtures;
  readonly flows: Flows;
  /** The whole admin API, for what has no method here; it describes itself at `/openapi.json`. */
  readonly admin: Admin;
  readonly #accounts: Accounts;
  readonly #dataDirectory: string;
  readonly #host: Host;
  readonly #first: string;
  #stopped: Promise<void> | undefined;

  /** Use `startPlatform`. */
  constructor(host: Host, dataCenters: readonly string[], dataDirectory: string) {
    this.#host = host;
    this.#dataDirectory = dataDirectory;
    this.#first = dataCenters[0] ?? '';
    this.dataCenters = host.dataCenters;
    this.admin = new Admin(host.adminOrigin, host.adminToken);
    this.clock = new Clock(this.admin);
    this.faults = new Faults(this.admin, this.#first);
    this.snapshots = new Snapshots(this.admin);
    this.fixtures = new Fixtures(this.admin);
    this.flows = new Flows(this.admin);
    this.#accounts = new Accounts(this.admin, this.#first);
  }

  /** Origins of a data centre; default: the first one. */
  origins(dataCenter: string = this.#first): Origins {
    const found = this.dataCenters[dataCenter];
    if (found) return found;
    throw new TestPlatformError(
      'NOT_FOUND',
      `expected one of ${Object.keys(this.dataCenters).join(', ')}, got data centre "${dataCenter}"`,
    );
  }

  /** A user with an organization; what is left out is made up. */
  createUser(user?: NewUser) {
    return this.#accounts.createUser(user);
  }

  createClient(client: NewClient) {
    return this.#accounts.createClient(client);
  }

  /** A code without a browser: to be exchanged by what is tested. */
  createCode(order: CodeOrder) {
    return this.#accounts.createCode(order);
  }

  /** Tokens without a browser. */
  createTokens(order: GrantOrder) {
    return this.#accounts.createTokens(order);
  }

  /** Remembers the state of everything; `rewind` brings it back. */
  async checkpoint(): Promise<void> {
    await this.snapshots.save(checkpoint);
  }

  /** Back to the checkpoint: all data, and the time. Faults are removed. */
  async rewind(): Promise<void> {
    await this.faults.removeAll();
    await this.snapshots.restore(checkpoint);
  }

  /** Ends the platform and removes all that it kept. */
  stop(): Promise<void> {
    this.#stopped ??= this.#host
      .stop()
      .finally(() => rm(this.#dataDirectory, { recursive: true, force: true, maxRetries: 3 }));
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
