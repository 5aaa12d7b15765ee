import { parseArgs } from 'node:util';
import { measureRead, measureWrite } from './crm-bulk.ts';
import { CrmBenchPlatform, type Tenant } from './crm-platform.ts';
import { crmSubjects } from './crm-subjects.ts';
import { measure, summarize } from './load.ts';

const usage = `Usage: npm run bench:crm -- [options]

Calls of an organization with very many leads, beside 1,000 small ones, and of one with 10,000; then bulk read and write.

  --leads N         leads of the large organization (default 1000000)
  --seconds N       time of each measurement (default 5)
  --connections N   connections of each measurement (default 8)
  --json            one JSON document on standard output
`;
const fewLeads = 10_000;
const warmUpSeconds = 1;

const { values } = parseArgs({
  options: {
    leads: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '8' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [leads, seconds, connections] = [values.leads, values.seconds, values.connections].map(Number) as [
  number,
  number,
  number,
];

interface Row {
  readonly name: string;
  readonly leads: number;
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
}

const say = (text: string) => process.stderr.write(`${text}\n`);

async function run(): Promise<number> {
  const platform = await CrmBenchPlatform.start();
  let errors = 0;
  try {
    say(`Filling in ${leads} leads …`);
    const small = await platform.tenant('small', fewLeads);
    await platform.fillSmallOrganizations();
    const large = await platform.tenant('large', leads);
    await platform.settle();
    const rows: Row[] = [];
    const measureTenant = async (tenant: Tenant) => {
      for (const { name, next, expected } of await crmSubjects(platform.api, tenant)) {
        const port = Number(new URL(platform.api).port);
        const result = summarize([await measure({ port, connections, warmUpSeconds, seconds, next, expected })]);
        errors += result.errors;
        if (result.firstError !== undefined) say(`${name}: ${result.firstError}`);
        const { requestsPerSecond, p99Ms } = result;
        rows.push({ name, leads: tenant.leads, requestsPerSecond: round(requestsPerSecond), p99Ms: round(p99Ms) });
        say(
          `${name.padEnd(16)} ${String(tenant.leads).padStart(8)} leads ${round(requestsPerSecond)}/s, p99 ${round(p99Ms)} ms`,
        );
      }
    };
    await measureTenant(small);
    await measureTenant(large);
    const read = { rowsPerSecond: round(await measureRead(platform, large)) };
    const write = { rowsPerSecond: round(await measureWrite(platform, large)) };
    say(`bulk read ${read.rowsPerSecond} rows/s, bulk write ${write.rowsPerSecond} rows/s`);
    if (values.json) process.stdout.write(`${JSON.stringify({ rows, bulk: { read, write } })}\n`);
  } finally {
    await platform.close();
  }
  return errors === 0 ? 0 : 1;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

if (values.help) process.stdout.write(usage);
else if (leads >= fewLeads && seconds > 0 && connections >= 1) process.exitCode = await run();
else {
  process.stderr.write(usage);
  process.exitCode = 2;
}
