import { parseArgs } from 'node:util';
import { type Measurement, measure, type Slice, summarize } from './load.ts';
import { BenchPlatform } from './platform.ts';
import { counterparts } from './record-subjects.ts';
import type { MakeSubject, Pressure, Subject } from './subject.ts';
import { subjects } from './subjects.ts';

/** One line of the result. */
interface Row {
  readonly name: string;
  readonly connections: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const usage = `Usage: npm run bench -- [options]

Token issue, record reads and inserts of the platform, each beside counterparts on the same machine: a bare Fastify,
oidc-provider in memory, oidc-provider and better-auth's OAuth provider on the same PostgreSQL (their names begin with
"oidc-provider-" and "better-auth-"), and what people write by hand with Fastify and pg on that PostgreSQL; that Fastify
behind the guard of the server SDK. "-inspected" is the same with every protocol event recorded, "sign-in-pressure" is
refresh while 20 whole sign-ins begin in each second; "overload" is refresh with refusals (503) counted apart, for
--connections 2000.

  --seconds N        time of each measurement (default 4), in slices taken in turn, each after a warm-up
  --connections L    numbers of connections, separated by commas (default 1,16,64)
  --only NAMES       ${Object.keys(subjects).join(', ')} (default: all)
  --json             one JSON document {"rows":[…]} on standard output
`;
/** A measurement is cut up, so that what else the machine does for a while falls on all subjects alike. */
const slices = 4;
/** More than any machine answers in a second; what is not used up is left over. */
const codesPerSecond = 15_000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '1,16,64' },
    only: { type: 'string', default: Object.keys(subjects).join(',') },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const connections = values.connections.split(',').map(Number);
const names = values.only.split(',');
const sound =
  seconds > 0 &&
  connections.every((each) => Number.isInteger(each) && each > 0) &&
  names.every((name) => name in subjects);
if (values.help) process.stdout.write(usage);
else if (sound) process.exitCode = await run();
else {
  process.stderr.write(usage);
  process.exitCode = 2;
}

async function run(): Promise<number> {
  const rows: Row[] = [];
  const faults: string[] = [];
  const started = new Map<boolean, Promise<BenchPlatform>>();
  const platform = (inspected = false) => {
    const running = started.get(inspected) ?? BenchPlatform.start(inspected ? 'all' : 'none');
    started.set(inspected, running);
    return running;
  };
  const running: Subject[] = [];
  try {
    for (const name of names) {
      process.stderr.write(`preparing ${name}\n`);
      running.push(await (subjects[name] as MakeSubject)(platform));
    }
    for (const count of connections) {
      const measurable = running.filter(({ onlyAt = count }) => onlyAt === count);
      const taken = new Map<Subject, Slice[]>(measurable.map((subject) => [subject, []]));
      for (let turn = 0; turn < slices; turn++) {
        for (const [subject, done] of taken) done.push(await takeSlice(subject, count, faults));
      }
      for (const [{ name }, done] of taken) {
        const measured = summarize(done);
        rows.push(toRow(name, count, measured));
        const { errors, firstError, refused, requestsPerSecond } = measured;
        if (refused > 0) process.stderr.write(`${name} at ${count}: ${refused} refused\n`);
        if (errors > 0) faults.push(`${name} at ${count}: ${errors} errors, first: ${firstError}`);
        process.stderr.write(`${name} at ${count}: ${Math.round(requestsPerSecond)} requests per second\n`);
      }
    }
  } finally {
    for (const subject of running) await subject.close();
    for (const each of started.values()) await (await each).close();
  }
  rows.sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
  if (values.json) process.stdout.write(`${JSON.stringify({ rows })}\n`);
  else printTable(rows);
  for (const fault of faults) process.stderr.write(`FAILED: ${fault}\n`);
  return faults.length === 0 ? 0 : 1;
}

async function takeSlice(subject: Subject, count: number, faults: string[]): Promise<Slice> {
  const time = { warmUpSeconds: seconds / slices / 4, seconds: seconds / slices };
  await subject.prepare?.(Math.ceil(codesPerSecond * (time.warmUpSeconds + time.seconds)));
  const end = await subject.press?.();
  const slice = await measure({ ...subject, ...time, connections: count });
  if (end) reportPressure(subject, count, await end(), faults);
  return slice;
}

function reportPressure(
  { name }: Subject,
  count: number,
  { failed, firstError, perSecond }: Pressure,
  faults: string[],
) {
  process.stderr.write(`${name} at ${count}: ${perSecond.toFixed(1)} sign-ins per second beside it\n`);
  if (failed > 0) faults.push(`${name} at ${count}: ${failed} sign-ins failed, first: ${firstError}`);
}

function toRow(name: string, count: number, measured: Measurement): Row {
  const round = (value: number) => Math.round(value * 1000) / 1000;
  return {
    name,
    connections: count,
    requestsPerSecond: Math.round(measured.requestsPerSecond),
    p50Ms: round(measured.p50Ms),
    p99Ms: round(measured.p99Ms),
  };
}

function printTable(all: readonly Row[]): void {
  const ratio = (row: Row, name: string) => {
    const other = all.find((each) => each.name === name && each.connections === row.connections);
    return other ? (row.requestsPerSecond / other.requestsPerSecond).toFixed(2) : '-';
  };
  const lines = all.map((row) => [
    ...[row.name, row.connections, row.requestsPerSecond, row.p50Ms.toFixed(2), row.p99Ms.toFixed(2)].map(String),
    ratio(row, 'bare'),
    (counterparts[row.name] ?? [])
      .filter((name) => all.some((each) => each.name === name && each.connections === row.connections))
      .map((name) => `${ratio(row, name)} of ${name}`)
      .join(', ') || '-',
  ]);
  const headings = ['NAME', 'CONNECTIONS', 'REQUESTS/S', 'P50 MS', 'P99 MS', 'OF BARE', 'TIMES ITS COUNTERPARTS'];
  const widths = headings.map((heading, column) =>
    Math.max(...[headings, ...lines].map((line) => line[column]?.length ?? 0), heading.length),
  );
  for (const line of [headings, ...lines]) {
    const cells = line.map((cell, column) =>
      column === 0 || column === headings.length - 1 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
}
