import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type PlatformProcess, postmasterPid, Workshop } from '../../server/src/testing/platform-process.ts';
import { unlimited } from '../../server/src/testing/unlimited.ts';

const scope = 'ZohoCRM.modules.ALL,ZohoCRM.bulk.ALL,ZohoCRM.coql.READ,ZohoSearch.securesearch.READ';
const firstSequence = 20_000_001;
const rowsPerStatement = 20_000;
const smallOrganizationLeads = 20;
const leadsOfCompany = 20;

/** An organization with so many leads, and what calls it. */
export interface Tenant {
  readonly leads: number;
  readonly zgid: string;
  readonly token: string;
  readonly dataSpace: number;
}

/** A real platform in a process of its own, with organizations of different sizes in one data centre. */
export class CrmBenchPlatform {
  readonly #workshop: Workshop;
  readonly #platform: PlatformProcess;
  readonly #database: pg.Client;

  private constructor(workshop: Workshop, platform: PlatformProcess, database: pg.Client) {
    this.#workshop = workshop;
    this.#platform = platform;
    this.#database = database;
  }

  static async start(): Promise<CrmBenchPlatform> {
    const workshop = new Workshop();
    try {
      const config = workshop.folder('config.json');
      writeFileSync(config, JSON.stringify({ limits: unlimited, recordEvents: 'failures' }));
      const args = ['--no-demo', '--config', config];
      const platform = await workshop.start({
        dataDirectory: workshop.folder('data'),
        args,
        ...(process.env.BENCH_NODE_OPTIONS && { env: { NODE_OPTIONS: process.env.BENCH_NODE_OPTIONS } }),
      });
      const host = join(platform.dataDirectory, 'postgres', 'socket');
      const database = new pg.Client({ host, user: 'grantway', database: 'dc_us' });
      await database.connect();
      return new CrmBenchPlatform(workshop, platform, database);
    } catch (error) {
      await workshop[Symbol.asyncDispose]();
      throw error;
    }
  }

  get api(): string {
    return this.#platform.ready.dataCenters.us?.api as string;
  }

  get content(): string {
    return this.#platform.ready.dataCenters.us?.content as string;
  }

  /** Megabytes that the platform's process holds in memory, without PostgreSQL; undefined where the system does not say. */
  memoryMb(): number | undefined {
    try {
      const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${this.#platform.pid}/status`, 'utf8'))?.[1];
      return Math.round(Number(kilobytes) / 1024);
    } catch {
      return undefined;
    }
  }

  /** The processes that do the work. */
  get pids(): { readonly platform: number; readonly postgres: number } {
    return { platform: this.#platform.pid, postgres: postmasterPid(this.#platform.dataDirectory) as number };
  }

  async tenant(name: string, leads: number, owners?: (dataSpace: number) => string): Promise<Tenant> {
    const email = `${name}@bench.example`;
    const password = randomBytes(12).toString('hex');
    const user = await this.#run('user', 'create', '--dc', 'us', '--email', email, '--password', password);
    const client = await this.#run('client', 'create', '--dc', 'us', '--owner', email, '--type', 'self');
    const token = await this.#tokenOf(client, user.environments.production);
    const { rows } = await this.#database.query<{ data_space: number; user_id: string }>(
      `SELECT space.data_space, person.user_id FROM crm_data_space AS space JOIN crm_user AS person USING (data_space)
       WHERE space.organization_id = $1 AND space.environment = 'production' LIMIT 1`,
      [user.organization_id],
    );
    const { data_space: dataSpace, user_id: owner } = rows[0] as (typeof rows)[number];
    for (let done = 0; done < leads; done += rowsPerStatement) {
      const count = Math.min(rowsPerStatement, leads - done);
      await this.#insertLeads(dataSpace, owners?.(dataSpace) ?? owner, done, count, companiesOf(leads));
    }
    await this.#database.query('UPDATE crm_data_space SET next_sequence = $2 WHERE data_space = $1', [
      dataSpace,
      firstSequence + leads,
    ]);
    return { leads, zgid: user.environments.production, token, dataSpace };
  }

  /** The token of somebody with an account of their own, who becomes a user of the organization, as `as` makes the row. */
  async member(
    name: string,
    { zgid }: Tenant,
    as: (zuid: string) => { text: string; values: unknown[] },
  ): Promise<string> {
    const email = `${name}@bench.example`;
    const password = randomBytes(12).toString('hex');
    const user = await this.#run('user', 'create', '--dc', 'us', '--email', email, '--password', password);
    await this.query(as(user.user_id));
    const client = await this.#run('client', 'create', '--dc', 'us', '--owner', email, '--type', 'self');
    return this.#tokenOf(client, zgid);
  }

  async query({ text, values }: { text: string; values: unknown[] }): Promise<void> {
    await this.#database.query(text, values);
  }

  async #tokenOf(client: { client_id: string; client_secret: string }, organization: string): Promise<string> {
    const { client_id, client_secret } = client;
    const self = ['--dc', 'us', '--client-id', client_id, '--scope', scope, '--organization', organization];
    const { code } = await this.#run('self-client', 'code', ...self);
    const body = new URLSearchParams({ grant_type: 'authorization_code', client_id, client_secret, code });
    const accounts = this.#platform.ready.dataCenters.us?.accounts;
    const answer = await fetch(`${accounts}/oauth/v2/token`, { method: 'POST', body });
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  /** Rows of organizations that are only there, by their numbers: nobody calls them. */
  async fillSmallOrganizations(from: number, to: number): Promise<void> {
    for (let index = from; index < to; index++) {
      await this.#insertLeads(2_000_001 + index, '1', 0, smallOrganizationLeads, 1);
    }
  }

  /** What the database's own housekeeping would have done by and by. */
  async settle(): Promise<void> {
    await this.#database.query('VACUUM ANALYZE crm_record');
    await this.#database.query('CHECKPOINT');
  }

  async close(): Promise<void> {
    await this.#database.end();
    await this.#platform.end('SIGINT');
    await this.#workshop[Symbol.asyncDispose]();
  }

  /** `owner`: an id, or SQL over the number `n` of a lead. */
  async #insertLeads(dataSpace: number, owner: string, from: number, count: number, companies: number): Promise<void> {
    await this.#database.query(
      `INSERT INTO crm_record (data_space, module, record_id, version, name, owner_id, created_by, created_at_ms,
                               modified_by, modified_at_ms, activity_at_ms, converted, data)
       SELECT $1::integer, 2175, $1::bigint * 1000000000000 + ${firstSequence} + n, 1, 'Sample Lead' || n, ${owner},
              ${owner}, at, ${owner}, at, at, false,
              jsonb_build_object('First_Name', 'Sample', 'Last_Name', 'Lead' || n, 'Full_Name', 'Sample Lead' || n,
                'Company', 'Company' || n % $4::integer, 'Email', 'lead' || n || '@acme.example', 'Phone', '+1 555 0100',
                'Lead_Source', (ARRAY['Advertisement', 'Cold Call', 'Partner', 'Trade Show', 'Web Research'])[1 + n % 5],
                'No_of_Employees', n % 900, 'Annual_Revenue', n::bigint * 7919 % 1000000)
       FROM generate_series($2::integer, $2::integer + $3::integer - 1) AS n,
            LATERAL (SELECT 1760000000000 + n::bigint * 1000 AS at) AS moment`,
      [dataSpace, from, count, companies],
    );
  }

  // biome-ignore lint/suspicious/noExplicitAny: each command answers with a document of its own
  async #run(...args: string[]): Promise<any> {
    const more = ['--json', '--data', this.#platform.dataDirectory];
    const { code, stdout, stderr } = await this.#workshop.run([...args, ...more]);
    if (code !== 0) throw new Error(`grantway ${args.join(' ')}: ${stdout}${stderr}`);
    return JSON.parse(stdout);
  }
}

/** Companies of an organization's leads: each has as many of them, however large the organization is. */
export function companiesOf(leads: number): number {
  return leads / leadsOfCompany;
}

export function leadId({ dataSpace, leads }: Tenant, random: number): string {
  return `${dataSpace}${String(firstSequence + Math.floor(random * leads)).padStart(12, '0')}`;
}
