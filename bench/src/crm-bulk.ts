import { ZipFile } from 'yazl';
import { cpuTimeUs, familyCpuTimeUs } from './cpu-time.ts';
import type { CrmBenchPlatform, Tenant } from './crm-platform.ts';

const pollMs = 20;
/** The most rows of a job (crm-api 9). */
const writtenRows = 25_000;
const rowsPerRead = 200_000;
const jobs = 5;

interface Job {
  readonly state?: string;
  readonly status?: string;
  readonly result?: { readonly count: number };
}

export interface BulkMeasurement {
  /** Of the first job, which finds nothing prepared. */
  readonly coldRowsPerSecond: number;
  /** Of the jobs after it. */
  readonly rowsPerSecond: number;
  /** Microseconds of processor time for each row of those: of the platform's process, and of PostgreSQL. */
  readonly cpuMicroseconds: { readonly platform: number; readonly database: number };
  /** Megabytes of the platform's process after each job: it must not grow with what the jobs move. */
  readonly memoryMb: readonly (number | undefined)[];
}

/** Bulk reads of one page after the other, each from the call that makes it to the state COMPLETED. */
export async function measureReads(platform: CrmBenchPlatform, tenant: Tenant): Promise<BulkMeasurement> {
  const fields = ['Last_Name', 'First_Name', 'Company', 'Email', 'Phone', 'Lead_Source', 'Annual_Revenue'];
  return measureJobs(platform, async (index) => {
    const page = 1 + (index % Math.max(1, Math.floor(tenant.leads / rowsPerRead)));
    const query = { module: { api_name: 'Leads' }, fields, page };
    const began = performance.now();
    const answer = (await post(platform, tenant, 'read', { query })) as { data: { details: { id: string } }[] };
    const job = await ended(platform, tenant, `read/${answer.data[0]?.details.id}`);
    return { rows: job.result?.count ?? 0, ms: performance.now() - began };
  });
}

/** The same of bulk writes, whose uploads do not count. */
export async function measureWrites(platform: CrmBenchPlatform, tenant: Tenant): Promise<BulkMeasurement> {
  return measureJobs(platform, async (job) => {
    const row = (_: unknown, index: number) => `Bulk${index},Acme,bulk${job}.${index}@acme.example`;
    const rows = Array.from({ length: writtenRows }, row);
    const file_id = await upload(platform, tenant, `Last_Name,Company,Email\n${rows.join('\n')}\n`);
    const began = performance.now();
    const resource = [{ type: 'data', module: { api_name: 'Leads' }, file_id }];
    const answer = (await post(platform, tenant, 'write', { operation: 'insert', resource })) as {
      details: { id: string };
    };
    await ended(platform, tenant, `write/${answer.details.id}`);
    return { rows: writtenRows, ms: performance.now() - began };
  });
}

/** Runs one job after the other. */
async function measureJobs(
  platform: CrmBenchPlatform,
  run: (index: number) => Promise<{ rows: number; ms: number }>,
): Promise<BulkMeasurement> {
  const memoryMb: (number | undefined)[] = [];
  const cpuTimes = () => ({
    platform: cpuTimeUs(platform.pids.platform),
    database: familyCpuTimeUs(platform.pids.postgres),
  });
  let before = cpuTimes();
  let [rows, ms, coldRowsPerSecond] = [0, 0, 0];
  for (let index = 0; index <= jobs; index++) {
    const done = await run(index);
    memoryMb.push(platform.memoryMb());
    if (index === 0) {
      coldRowsPerSecond = (done.rows * 1000) / done.ms;
      before = cpuTimes();
      continue;
    }
    rows += done.rows;
    ms += done.ms;
  }
  const after = cpuTimes();
  const each = (process: keyof typeof after) => Math.round(((after[process] - before[process]) * 10) / rows) / 10;
  const cpuMicroseconds = { platform: each('platform'), database: each('database') };
  return { cpuMicroseconds, coldRowsPerSecond, rowsPerSecond: (rows * 1000) / ms, memoryMb };
}

async function upload(platform: CrmBenchPlatform, tenant: Tenant, csv: string): Promise<string> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(csv), 'leads.csv');
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  const body = new FormData();
  body.set('file', new Blob([Buffer.concat(chunks)]), 'leads.zip');
  const headers = { ...authorization(tenant), feature: 'bulk-write', 'x-crm-org': tenant.zgid };
  const answer = await fetch(`${platform.content}/crm/v8/upload`, { method: 'POST', headers, body });
  return ((await answer.json()) as { details: { file_id: string } }).details.file_id;
}

async function ended(platform: CrmBenchPlatform, tenant: Tenant, path: string): Promise<Job> {
  for (;;) {
    const answer = await fetch(`${platform.api}/crm/bulk/v8/${path}`, { headers: authorization(tenant) });
    const body = (await answer.json()) as Job & { data?: Job[] };
    const job = body.data?.[0] ?? body;
    const state = job.state ?? job.status;
    if (state === 'COMPLETED') return job;
    if (state === 'FAILURE' || state === 'FAILED') throw new Error(`a bulk job failed: ${JSON.stringify(job)}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function post(platform: CrmBenchPlatform, tenant: Tenant, path: string, body: object): Promise<unknown> {
  const headers = { ...authorization(tenant), 'content-type': 'application/json' };
  const answer = await fetch(`${platform.api}/crm/bulk/v8/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  return answer.json();
}

function authorization({ token }: Tenant): Record<string, string> {
  return { authorization: `Zoho-oauthtoken ${token}` };
}
