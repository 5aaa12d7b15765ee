import { parseArgs } from 'node:util';
import { type BulkMeasurement, measureReads, measureWrites } from './crm-bulk.ts';
import { CrmBenchPlatform, type Tenant } from './crm-platform.ts';
import { sharedSubjects, sharedTenants, sharing } from './crm-sharing.ts';
import { type CrmSubject, crmSubjects } from './crm-subjects.ts';
import { type Measurement, measure, type Slice, summarize } from './load.ts';

const usage = `Usage: npm run bench:crm -- [options]

Calls of an organization with 10,000 leads beside few small ones and beside a hundred times as many; then of this
organization and of one with very many leads, in turn; then bulk reads of 200,000 leads and bulk writes of 25,000.

  --leads N         leads of the large organization (default 1000000)
  --organizations N small organizations in the end (default 10000)
  --seconds N       time of each measurement (default 5)
  --connections N   connections of each measurement (default 8)
  --sharing         only an organization with sharing rules: a user who sees little beside an administrator
  --bulk            only bulk jobs, in the large organization
  --json            one JSON document on standard output
`;
const fewLeads = 10_000;
const growth = 100;
/** A measurement is cut up, so that what else the machine does for a while falls on both organizations alike. */
const slices = 4;

const { values } = parseArgs({
  options: {
    leads: { type: 'string', default: '1000000' },
    organizations: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '8' },
    sharing: { type: 'boolean', default: false },
    bulk: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [leads, organizations, seconds, connections] = [
  values.leads,
  values.organizations,
  values.seconds,
  values.connections,
].map(Number) as [number, number, number, number];

interface Row {
  readonly name: string;
  readonly leads: number;
  readonly organizations: number;
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
    const port = Number(new URL(platform.api).port);
    const few = await crmSubjects(platform.api, small);
    const before = Math.floor(organizations / growth);
    await platform.fillSmallOrganizations(0, before);
    await platform.settle();
    const rows: Row[] = [];
    // A process that has just begun answers more slowly, whatever is stored.
    for (const subject of few) await measured(port, subject);
    const beside: Measurement[] = [];
    for (const subject of few) beside.push(await measured(port, subject));
    await platform.fillSmallOrganizations(before, organizations);
    await platform.settle();
    say(`Beside ${before} organizations, and beside ${organizations}:`);
    for (const [index, subject] of few.entries()) {
      const pair = [beside[index], await measured(port, subject)] as [Measurement, Measurement];
      for (const [which, { requestsPerSecond, p99Ms, errors: wrong, firstError }] of pair.entries()) {
        errors += wrong;
        if (firstError !== undefined) say(`${subject.name}: ${firstError}`);
        const sizes = { leads: small.leads, organizations: which === 0 ? before : organizations };
        rows.push({ name: subject.name, ...sizes, requestsPerSecond: round(requestsPerSecond), p99Ms: round(p99Ms) });
      }
      say(line(subject.name, pair));
    }
    const large = await platform.tenant('large', leads);
    await platform.settle();
    const many = await crmSubjects(platform.api, large);
    say(`With ${small.leads} leads, and with ${large.leads}:`);
    for (const [index, { name }] of few.entries()) {
      const results = await compared(port, [few[index], many[index]] as [CrmSubject, CrmSubject]);
      for (const [which, { requestsPerSecond, p99Ms, errors: wrong, firstError }] of results.entries()) {
        errors += wrong;
        if (firstError !== undefined) say(`${name}: ${firstError}`);
        const tenant = which === 0 ? small : large;
        const sizes = { leads: tenant.leads, organizations };
        rows.push({ name, ...sizes, requestsPerSecond: round(requestsPerSecond), p99Ms: round(p99Ms) });
      }
      say(line(name, results));
    }
    const bulk = await bulkJobs(platform, large);
    if (values.json) process.stdout.write(`${JSON.stringify({ rows, bulk })}\n`);
  } finally {
    await platform.close();
  }
  return errors === 0 ? 0 : 1;
}

/** Bulk jobs alone. */
async function runBulk(): Promise<number> {
  const platform = await CrmBenchPlatform.start();
  try {
    say(`Filling in ${leads} leads …`);
    const large = await platform.tenant('large', leads);
    await platform.settle();
    const bulk = await bulkJobs(platform, large);
    if (values.json) process.stdout.write(`${JSON.stringify({ bulk })}\n`);
  } finally {
    await platform.close();
  }
  return 0;
}

async function bulkJobs(platform: CrmBenchPlatform, tenant: Tenant) {
  const read = await measureReads(platform, tenant);
  say(bulkLine('bulk read', read));
  const write = await measureWrites(platform, tenant);
  say(bulkLine('bulk write', write));
  return { read: rounded(read), write: rounded(write) };
}

/** Measures a subject alone. */
async function measured(port: number, { next, expected }: CrmSubject): Promise<Measurement> {
  return summarize([await measure({ port, connections, warmUpSeconds: seconds / 4, seconds, next, expected })]);
}

/** Measures two subjects in turn. */
async function compared(port: number, pair: readonly [CrmSubject, CrmSubject]): Promise<[Measurement, Measurement]> {
  const taken: [Slice[], Slice[]] = [[], []];
  for (let turn = 0; turn < slices; turn++) {
    for (const [which, { next, expected }] of pair.entries()) {
      const time = { warmUpSeconds: seconds / slices / 4, seconds: seconds / slices };
      taken[which]?.push(await measure({ port, connections, ...time, next, expected }));
    }
  }
  return taken.map(summarize) as [Measurement, Measurement];
}

/** Lists and searches of an administrator, and of a user who sees what 21 of 1,000 users own. */
async function runSharing(): Promise<number> {
  const platform = await CrmBenchPlatform.start();
  let errors = 0;
  try {
    say(`Filling in ${leads} leads of ${sharing.users} users …`);
    const { administrator, limited } = await sharedTenants(platform, leads);
    await platform.settle();
    const port = Number(new URL(platform.api).port);
    const [all, some] = [sharedSubjects(administrator), sharedSubjects(limited)];
    const rows: object[] = [];
    for (const [index, { name }] of all.entries()) {
      const results = await compared(port, [all[index], some[index]] as [CrmSubject, CrmSubject]);
      for (const { errors: wrong, firstError } of results) {
        errors += wrong;
        if (firstError !== undefined) say(`${name}: ${firstError}`);
      }
      const [{ requestsPerSecond: ofAll }, { requestsPerSecond: ofSome }] = results;
      rows.push({ name, leads, administrator: round(ofAll), limited: round(ofSome), ratio: round(ofAll / ofSome) });
      say(line(name, results));
    }
    if (values.json) process.stdout.write(`${JSON.stringify({ rows })}\n`);
  } finally {
    await platform.close();
  }
  return errors === 0 ? 0 : 1;
}

function line(name: string, [few, many]: [Measurement, Measurement]): string {
  const ratio = (few.requestsPerSecond / many.requestsPerSecond).toFixed(2);
  const shown = ({ requestsPerSecond, p99Ms }: Measurement) =>
    `${String(round(requestsPerSecond)).padStart(8)}/s p99 ${String(round(p99Ms)).padStart(7)} ms`;
  return `${name.padEnd(20)} ${shown(few)}  ${shown(many)}  ratio ${ratio}`;
}

function bulkLine(name: string, measured: BulkMeasurement): string {
  const { coldRowsPerSecond, rowsPerSecond, cpuMicroseconds, memoryMb } = measured;
  const [cold, warm] = [coldRowsPerSecond, rowsPerSecond].map(Math.round);
  return `${name.padEnd(20)} ${cold} rows/s at first, ${warm} then; processor time a row ${cpuMicroseconds.platform} µs, PostgreSQL ${cpuMicroseconds.database} µs; memory after each job ${memoryMb.join(' ')} MB`;
}

function rounded(measured: BulkMeasurement): BulkMeasurement {
  const [coldRowsPerSecond, rowsPerSecond] = [measured.coldRowsPerSecond, measured.rowsPerSecond].map(round);
  return { ...measured, coldRowsPerSecond, rowsPerSecond } as BulkMeasurement;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

if (values.help) process.stdout.write(usage);
else if (leads >= fewLeads && organizations >= growth && seconds > 0 && connections >= 1)
  process.exitCode = await (values.bulk ? runBulk() : values.sharing ? runSharing() : run());
else {
  process.stderr.write(usage);
  process.exitCode = 2;
}
