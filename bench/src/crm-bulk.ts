import { ZipFile } from 'yazl';
import type { CrmBenchPlatform, Tenant } from './crm-platform.ts';

const pollMs = 20;
const writtenRows = 25_000;

interface Job {
  readonly state?: string;
  readonly status?: string;
  readonly result?: { readonly count: number };
}

/** Rows a second of one bulk read, from the call that makes it to the state COMPLETED. */
export async function measureRead(platform: CrmBenchPlatform, tenant: Tenant): Promise<number> {
  const fields = ['Last_Name', 'First_Name', 'Company', 'Email', 'Phone', 'Lead_Source', 'Annual_Revenue'];
  const began = performance.now();
  const answer = (await post(platform, tenant, 'read', { query: { module: { api_name: 'Leads' }, fields } })) as {
    data: { details: { id: string } }[];
  };
  const job = await ended(platform, tenant, `read/${answer.data[0]?.details.id}`);
  return ((job.result?.count ?? 0) * 1000) / (performance.now() - began);
}

/** The same of a bulk write, whose upload does not count. */
export async function measureWrite(platform: CrmBenchPlatform, tenant: Tenant): Promise<number> {
  const rows = Array.from({ length: writtenRows }, (_, index) => `Bulk${index},Acme,bulk${index}@acme.example`);
  const file_id = await upload(platform, tenant, `Last_Name,Company,Email\n${rows.join('\n')}\n`);
  const began = performance.now();
  const resource = [{ type: 'data', module: { api_name: 'Leads' }, file_id }];
  const answer = (await post(platform, tenant, 'write', { operation: 'insert', resource })) as {
    details: { id: string };
  };
  await ended(platform, tenant, `write/${answer.details.id}`);
  return (writtenRows * 1000) / (performance.now() - began);
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
