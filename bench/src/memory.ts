import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { measure, request } from './load.ts';
import { BenchPlatform } from './platform.ts';

const usage = `Usage: npm run bench:memory -- [options]

What the memory of a process comes to when more and more distinct clients, tokens, origins and addresses come: they are
presented in four equal parts, and the least that the heap comes to is told for each. What is bounded stops growing.

  --clients N       distinct ones of each sort (default 100000)
  --connections N   connections (default 16)
  --json            one JSON document on standard output
`;
const parts = 4;
const form = { 'content-type': 'application/x-www-form-urlencoded' };
/** While a part is presented the heap is read so often; the least is what is left after a collection. */
const readEveryMs = 250;

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
  const bench = await BenchPlatform.start('all', { trustProxy: true, logLevel: 'warn' });
  const rows: { readonly clients: number; readonly heapMegabytes: number; readonly residentMegabytes: number }[] = [];
  const faults: string[] = [];
  try {
    for (let part = 0; part < parts; part++) {
      const from = Math.floor((clients / parts) * part);
      const to = Math.floor((clients / parts) * (part + 1));
      const leastHeap = watchHeap(bench);
      for (const sort of sorts(bench)) {
        let number = from;
        const next = () => (number < to ? sort.request(number++) : undefined);
        const load = { ...sort, connections, warmUpSeconds: 0, seconds: 3_600, next };
        const { errors, firstError } = await measure(load);
        if (errors > 0) faults.push(`${sort.name}: ${errors} errors, first: ${firstError}`);
      }
      const row = { clients: to, heapMegabytes: await leastHeap(), residentMegabytes: await resident(bench) };
      process.stderr.write(`${to} of each: heap ${row.heapMegabytes} MB, resident ${row.residentMegabytes} MB\n`);
      rows.push(row);
    }
  } finally {
    await bench.close();
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ rows })}\n`);
  for (const fault of faults) process.stderr.write(`FAILED: ${fault}\n`);
  return faults.length === 0 ? 0 : 1;
}

/** Requests of the client with a number that nobody else has, as nobody knows it. */
function sorts({ accountsPort, apiPort }: BenchPlatform) {
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

/** Reads the heap from now on. What it gives ends that, and tells the least in megabytes. */
function watchHeap(bench: BenchPlatform): () => Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  let ended = false;
  const read = async () => {
    while (!ended) {
      least = Math.min(least, await bench.metric('nodejs_heap_size_used_bytes'));
      await delay(readEveryMs);
    }
  };
  const running = read();
  return async () => {
    ended = true;
    await running;
    return Math.round(least / 1e6);
  };
}

async function resident(bench: BenchPlatform): Promise<number> {
  return Math.round((await bench.metric('process_resident_memory_bytes')) / 1e6);
}
