import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { keyPurposes } from '../../server/src/foundation/key-purposes.ts';
import { systemRandom } from '../../server/src/foundation/random.ts';
import { deriveKey } from '../../server/src/foundation/secrets.ts';
import { CredentialSlots, slotOf, sqlSlotOf } from '../../server/src/oauth/slots.ts';
import { type PlatformProcess, postmasterPid, Workshop } from '../../server/src/testing/platform-process.ts';
import { unlimited } from '../../server/src/testing/unlimited.ts';

const owner = 'owner@bench.example';
/** The default of the setting: more than any measurement but `overload` has connections. */
const requestsAtOnce = 1_000;
const refreshTokenCount = 200;
const leadCount = 100;
const codesPerStatement = 10_000;
const usersPerStatement = 10_000;
/** Beyond the ids that the platform gives to users and grants. */
const firstUserId = 8_000_000_000;

/** Which sources run, and how. */
export interface ProcessChoice {
  /** Folder of another checkout; default: these sources. */
  readonly checkout?: string | undefined;
  /** Whether profiles can be taken of it. */
  readonly inspected?: boolean;
}

/**
 * A real platform in a process of its own, as `grantway start` runs it: embedded PostgreSQL that flushes every commit to
 * disk, one data centre, token limits off. Everything it needs is made by the command line and plain HTTP; only codes in
 * bulk go into the database directly.
 */
export class BenchPlatform {
  readonly #workshop: Workshop;
  readonly #platform: PlatformProcess;
  readonly client: { readonly client_id: string; readonly client_secret: string };
  /** Makes credentials as the platform does. */
  readonly #slots: CredentialSlots;
  refreshTokens: string[] = [];
  accessTokens: string[] = [];
  leadIds: string[] = [];
  /** Where profiles can be asked for; undefined where that was not wanted. */
  readonly inspectorPort: number | undefined;
  /** The user that owns everything. */
  readonly owner: { readonly id: string; readonly email: string; readonly password: string };

  private constructor(
    workshop: Workshop,
    platform: PlatformProcess,
    client: BenchPlatform['client'],
    user: { readonly id: string; readonly password: string },
    inspectorPort: number | undefined,
  ) {
    this.inspectorPort = inspectorPort;
    this.owner = { email: owner, ...user };
    const secretKey = Buffer.from(readFileSync(join(platform.dataDirectory, 'secret-key'), 'utf8').trim(), 'hex');
    this.#slots = new CredentialSlots(deriveKey(secretKey, keyPurposes.credentialSlots));
    this.#workshop = workshop;
    this.#platform = platform;
    this.client = client;
  }

  /**
   * @param recordEvents as the setting: the inspector at work, or off.
   * @param more further settings.
   */
  static async start(
    recordEvents: 'all' | 'none',
    more: object = {},
    { checkout, inspected = false }: ProcessChoice = {},
  ): Promise<BenchPlatform> {
    const workshop = new Workshop();
    try {
      const inspectorPort = inspected ? await freePort() : undefined;
      const nodeOptions = [
        process.env.BENCH_NODE_OPTIONS,
        inspected && `--inspect=127.0.0.1:${inspectorPort} --inspect-publish-uid=http`,
      ].filter(Boolean);
      const config = workshop.folder('config.json');
      writeFileSync(config, JSON.stringify({ limits: { ...unlimited, requestsAtOnce }, recordEvents, ...more }));
      const platform = await workshop.start({
        dataDirectory: workshop.folder('data'),
        args: ['--no-demo', '--config', config],
        // --cpu-prof and the like for the platform alone.
        ...(nodeOptions.length > 0 && { env: { NODE_OPTIONS: nodeOptions.join(' ') } }),
        ...(checkout !== undefined && { program: join(checkout, 'server/src/main.ts') }),
      });
      const run = (...args: string[]) => runCommand(workshop, platform, args);
      const password = randomBytes(12).toString('hex');
      const { user_id: id } = await run('user', 'create', '--dc', 'us', '--email', owner, '--password', password);
      const { client_id, client_secret } = await run(
        'client',
        'create',
        '--dc',
        'us',
        '--owner',
        owner,
        '--type',
        'self',
      );
      const bench = new BenchPlatform(
        workshop,
        platform,
        { client_id, client_secret },
        { id, password },
        inspectorPort,
      );
      await bench.#fill();
      return bench;
    } catch (error) {
      await workshop[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The process ids of the platform, and of its PostgreSQL, whose backends are its children. */
  get pids(): { readonly platform: number; readonly postgres: number } {
    const postgres = postmasterPid(this.#platform.dataDirectory);
    if (postgres === undefined) throw new Error('PostgreSQL has no process id');
    return { platform: this.#platform.pid, postgres };
  }

  get accountsPort(): number {
    return portOf(this.#platform.ready.dataCenters.us?.accounts);
  }

  get apiPort(): number {
    return portOf(this.#platform.ready.dataCenters.us?.api);
  }

  /** Runs a command of `grantway` on this platform, and gives what it prints as JSON. */
  run(...args: string[]): Promise<Record<string, string>> {
    return runCommand(this.#workshop, this.#platform, args);
  }

  /** Codes as the admin API makes them, many at a time: copies of one that it did make. */
  async makeCodes(count: number, clientId = this.client.client_id): Promise<string[]> {
    const model = sha256(await this.#selfClientCode(clientId));
    const database = new pg.Client({ ...this.#connection, database: 'dc_us' });
    await database.connect();
    const { rows } = await database.query<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'authorization_code'`,
    );
    const columns = rows.map(({ name }) => name).filter((name) => name !== 'code_hash');
    const { rows: models } = await database.query<{ slot: number }>(
      'SELECT slot FROM authorization_code WHERE code_hash = $1',
      [model],
    );
    const slot = models[0]?.slot;
    if (slot === undefined) throw new Error('the code that others are to be copies of is not stored');
    const codes: string[] = [];
    while (codes.length < count) {
      const some = Array.from({ length: Math.min(codesPerStatement, count - codes.length) }, () =>
        this.#slots.createCredential(systemRandom, '1000', slot),
      );
      await database.query(
        `INSERT INTO authorization_code (code_hash, ${columns.join(', ')})
         SELECT fresh, ${columns.map((name) => `c.${name}`).join(', ')}
         FROM authorization_code c, unnest($2::bytea[]) AS fresh WHERE c.code_hash = $1`,
        [model, some.map(sha256)],
      );
      codes.push(...some);
    }
    // As the background worker of a long-running server would have done by now.
    await database.query('VACUUM ANALYZE authorization_code');
    await database.query('CHECKPOINT');
    await database.end();
    return codes;
  }

  /** The refresh token of user number `user` of those that `addTokens` made. */
  refreshTokenOf(user: number): string {
    return this.#tokenOf(`r${user}`, user);
  }

  accessTokenOf(user: number, number: number): string {
    return this.#tokenOf(`a${user}.${number}`, user);
  }

  #tokenOf(seed: string, user: number): string {
    return this.#slots.deriveCredential(sha256(seed), '1000', slotOf(String(firstUserId + user)));
  }

  /** Adds users up to `to`, each with a grant, a refresh token and some access tokens, as copies of what there is. */
  async addTokens(from: number, to: number, accessTokensPerUser: number): Promise<void> {
    const database = new pg.Client({ ...this.#connection, database: 'dc_us' });
    await database.connect();
    /** Copies the row of a table that `where` finds, with other values in some columns, for each row of `source`. */
    const copy = async (
      table: string,
      where: string,
      source: { readonly text: string; readonly values?: unknown[] },
      other: Readonly<Record<string, string>>,
    ) => {
      const { rows } = await database.query<{ name: string }>(
        'SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1',
        [table],
      );
      const names = rows.map(({ name }) => name);
      await database.query(
        `INSERT INTO ${table} (${names.join(', ')}) OVERRIDING SYSTEM VALUE
         SELECT ${names.map((name) => other[name] ?? `model.${name}`).join(', ')}
         FROM (SELECT * FROM ${table} WHERE ${where} LIMIT 1) AS model, ${source.text}`,
        source.values ?? [],
      );
    };
    for (let first = from; first < to; first += usersPerStatement) {
      const numbers = Array.from({ length: Math.min(to - first, usersPerStatement) }, (_, index) => first + index);
      const users = { text: 'unnest($1::int[]) AS number', values: [numbers] };
      const id = `${firstUserId} + number`;
      const slot = sqlSlotOf(`(${id})`);
      const email = `'user' || number || '@growth.example'`;
      await copy('user_account', 'true', users, { user_id: id, slot, email, email_folded: email });
      await copy('user_grant', 'true', users, { grant_id: id, user_id: id, slot });
      const refreshHashes = numbers.map((user) => sha256(this.refreshTokenOf(user)));
      await copy(
        'refresh_token',
        'true',
        { text: 'unnest($1::int[], $2::bytea[]) AS fresh (number, hash)', values: [numbers, refreshHashes] },
        {
          ...{ token_hash: 'hash', grant_id: id, slot, code_hash: 'NULL', newest_hash: 'NULL' },
          ...{ active_hashes: `'{}'`, active_ends_ms: `'{}'` },
        },
      );
      const places = numbers.flatMap((user, index) =>
        Array.from({ length: accessTokensPerUser }, (_, place) => ({ user, place, refresh: refreshHashes[index] })),
      );
      const hashes = places.map(({ user, place }) => sha256(this.accessTokenOf(user, place)));
      await copy(
        'access_token',
        'refresh_hash IS NOT NULL',
        {
          text: 'unnest($1::int[], $2::bytea[], $3::bytea[]) AS fresh (number, hash, refresh)',
          values: [places.map(({ user }) => user), hashes, places.map(({ refresh }) => refresh)],
        },
        { token_hash: 'hash', refresh_hash: 'refresh', grant_id: id, slot, code_hash: 'NULL' },
      );
    }
    await database.query('VACUUM ANALYZE');
    await database.query('CHECKPOINT');
    await database.end();
  }

  /** What a row of these tables takes on disk, its indexes included. */
  async bytesPerRow(tables: readonly string[]): Promise<Record<string, number>> {
    const database = new pg.Client({ ...this.#connection, database: 'dc_us' });
    await database.connect();
    const sizes: Record<string, number> = {};
    for (const table of tables) {
      const { rows } = await database.query<{ bytes: string }>(
        `SELECT pg_total_relation_size('${table}') / count(*) AS bytes FROM ${table}`,
      );
      sizes[table] = Number(rows[0]?.bytes);
    }
    await database.end();
    return sizes;
  }

  /** The value of a metric without labels, of the platform's one process. */
  async metric(name: string): Promise<number> {
    const { origin, tokenFile } = this.#platform.ready.admin;
    const headers = { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };
    const text = await (await fetch(`${origin}/metrics`, { headers })).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  }

  /** A file of its own folder, which goes with the platform. */
  file(name: string): string {
    return this.#workshop.folder(name);
  }

  /** Makes a new, empty database beside those of the platform, whose name begins with `name`. */
  async database(name: string): Promise<{ host: string; user: string; database: string }> {
    const fresh = `${name}_${randomBytes(4).toString('hex')}`;
    const client = new pg.Client({ ...this.#connection, database: 'postgres' });
    await client.connect();
    await client.query(`CREATE DATABASE ${fresh}`);
    await client.end();
    return { ...this.#connection, database: fresh };
  }

  /** The leads as the API answers them one by one. */
  async leads(): Promise<Readonly<Record<string, unknown>>[]> {
    const headers = { authorization: `Zoho-oauthtoken ${this.accessTokens[0]}` };
    const origin = this.#platform.ready.dataCenters.us?.api;
    const read = async (id: string) => {
      const answer = (await (await fetch(`${origin}/crm/v8/Leads/${id}`, { headers })).json()) as {
        data: Record<string, unknown>[];
      };
      return answer.data[0] ?? {};
    };
    return Promise.all(this.leadIds.map(read));
  }

  get #connection() {
    return { host: join(this.#platform.dataDirectory, 'postgres', 'socket'), user: 'grantway' };
  }

  async close(): Promise<void> {
    const { code, stderr } = await this.#platform.end('SIGINT');
    await this.#workshop[Symbol.asyncDispose]();
    // What the inspector of Node tells is no fault.
    const told = stderr.replace(/^Debugger attached\.\n/gm, '').trim();
    if (code !== 0 || told !== '') throw new Error(`the platform ended with ${code}: ${stderr}`);
  }

  async #fill(): Promise<void> {
    for (const code of await this.makeCodes(refreshTokenCount)) {
      const body = new URLSearchParams({ grant_type: 'authorization_code', ...this.client, code });
      const url = `${this.#platform.ready.dataCenters.us?.accounts}/oauth/v2/token`;
      const tokens = (await post(url, {}, body)) as { access_token: string; refresh_token: string };
      this.accessTokens.push(tokens.access_token);
      this.refreshTokens.push(tokens.refresh_token);
    }
    const data = Array.from({ length: leadCount }, (_, index) => sampleLead(index));
    const authorization = `Zoho-oauthtoken ${this.accessTokens[0]}`;
    const url = `${this.#platform.ready.dataCenters.us?.api}/crm/v8/Leads`;
    const made = (await post(url, { authorization }, JSON.stringify({ data }))) as {
      data: { details: { id: string } }[];
    };
    this.leadIds = made.data.map(({ details }) => details.id);
  }

  async #selfClientCode(clientId: string): Promise<string> {
    const { origin, tokenFile } = this.#platform.ready.admin;
    const headers = { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };
    const fields = { dataCenter: 'us', clientId, scope: 'ZohoCRM.modules.ALL', minutes: 10 };
    return ((await post(`${origin}/self-client-codes`, headers, JSON.stringify(fields))) as { code: string }).code;
  }
}

async function runCommand(workshop: Workshop, platform: PlatformProcess, args: readonly string[]) {
  const { code, stdout, stderr } = await workshop.run([...args, '--json', '--data', platform.dataDirectory]);
  if (code !== 0) throw new Error(`grantway ${args.join(' ')}: ${stdout}${stderr}`);
  return JSON.parse(stdout);
}

/** What the API is sent to insert a lead. */
export function sampleLead(index: number): Readonly<Record<string, unknown>> {
  return {
    ...{ Last_Name: `Lead ${index}`, First_Name: 'Sample', Company: 'Acme', Email: `lead${index}@acme.example` },
    ...{ Phone: '+1 555 0100', Lead_Source: 'Advertisement', No_of_Employees: 12, Annual_Revenue: 1234.5 },
  };
}

async function post(url: string, headers: Record<string, string>, body: string | URLSearchParams): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  if (!response.ok || text.includes('"error"')) throw new Error(`${url}: ${response.status} ${text.slice(0, 500)}`);
  return JSON.parse(text);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** A port that nobody listens at now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(origin: string | undefined): number {
  return Number(new URL(origin ?? '').port);
}
