import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { measure, request } from './load.ts';
import { BenchPlatform } from './platform.ts';
import { Profiler } from './profile.ts';

const usage = `Usage: npm run bench:memory -- [options]

What the memory of a process comes to when more and more distinct users, clients, tokens, origins and addresses come:
they are presented in four equal parts, and after each of them the heap is told after a whole collection. What is
bounded stops growing.

  --clients N       distinct ones of each sort (default 100000)
  --connections N   connections (default 16)
  --json            one JSON document on standard output
`;
const parts = 4;
const form = { 'content-type': 'application/x-www-form-urlencoded' };

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '100000' },
    connections: { type: 'string', default: '16' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [clients, connections] = [values.clients, values.connections].map(Number) as [number, number];

if (values.help) process.stdout.write(usage);
else if (clients >= parts && connections >= 1) process.exitCode = await run();
else {
  process.stderr.write(usage);
  process.exitCode = 2;
}

async function run(): Promise<number> {
  const bench = await BenchPlatform.start('all', { trustProxy: true, logLevel: 'warn' }, { inspected: true });
  const profiler = await Profiler.connect(bench.inspectorPort as number);
  const rows: { readonly clients: number; readonly heapMegabytes: number; readonly residentMegabytes: number }[] = [];
  const faults: string[] = [];
  try {
    await bench.addTokens(0, clients, 1);
    for (let part = 0; part < parts; part++) {
      const from = Math.floor((clients / parts) * part);
      const to = Math.floor((clients / parts) * (part + 1));
      for (const sort of sorts(bench)) {
        let number = from;
        const next = () => (number < to ? sort.request(number++) : undefined);
        const load = { ...sort, connections, warmUpSeconds: 0, seconds: 3_600, next };
        const { errors, firstError } = await measure(load);
        if (errors > 0) faults.push(`${sort.name}: ${errors} errors, first: ${firstError}`);
      }
      const heapMegabytes = Math.round((await profiler.heapBytes()) / 1e5) / 10;
      const row = { clients: to, heapMegabytes, residentMegabytes: await resident(bench) };
      process.stderr.write(`${to} of each: heap ${row.heapMegabytes} MB, resident ${row.residentMegabytes} MB\n`);
      rows.push(row);
    }
  } finally {
    profiler.close();
    await bench.close();
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ rows })}\n`);
  for (const fault of faults) process.stderr.write(`FAILED: ${fault}\n`);
  return faults.length === 0 ? 0 : 1;
}

/** Requests of the client with a number that nobody else has, as nobody knows it; and of users with tokens. */
function sorts(bench: BenchPlatform) {
  const { accountsPort, apiPort } = bench;
  const hex = (seed: string) => createHash('md5').update(seed).digest('hex');
  const address = (number: number) => `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
  const headers = (number: number) => ({
    origin: `https://app${number}.example`,
    'x-forwarded-for': address(number),
    'user-agent': `agent ${number}`,
  });
  return [
    {
      ...{ name: 'token requests', port: accountsPort, expected: '"error"' },
      request: (number: number) => {
        const body = new URLSearchParams({
          grant_type: 'refresh_token',
          client_id: `1000.${hex(`c${number}`).toUpperCase()}`,
        });
        return request('POST', '/oauth/v2/token', { ...form, ...headers(number) }, body.toString());
      },
    },
    {
      ...{ name: 'renewals of users', port: accountsPort, expected: '"access_token"' },
      request: (number: number) => {
        const parameters = { grant_type: 'refresh_token', refresh_token: bench.refreshTokenOf(number) };
        const body = new URLSearchParams({ ...bench.client, ...parameters });
        return request('POST', '/oauth/v2/token', { ...form, ...headers(number) }, body.toString());
      },
    },
    {
      // They own a token and are users of no organization.
      ...{ name: 'calls of users', port: apiPort, expected: '', refusal: 401 },
      request: (number: number) => {
        const authorization = `Zoho-oauthtoken ${bench.accessTokenOf(number, 0)}`;
        return request('GET', '/crm/v8/Leads?fields=Last_Name', { ...headers(number), authorization });
      },
    },
    {
      ...{ name: 'calls', port: apiPort, expected: '', refusal: 401 },
      request: (number: number) => {
        const authorization = `Zoho-oauthtoken 1000.${hex(`a${number}`)}.${hex(`b${number}`)}`;
        return request('GET', '/crm/v8/Leads?fields=Last_Name', { ...headers(number), authorization });
      },
    },
    {
      ...{ name: 'preflights', port: apiPort, expected: '', refusal: 403 },
      request: (number: number) =>
        request('OPTIONS', '/crm/v8/Leads', { ...headers(number), 'access-control-request-method': 'GET' }),
    },
  ];
}

async function resident(bench: BenchPlatform): Promise<number> {
  return Math.round((await bench.metric('process_resident_memory_bytes')) / 1e6);
}
