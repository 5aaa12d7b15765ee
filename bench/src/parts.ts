import { parseArgs } from 'node:util';
import { cpuTimeUs, familyCpuTimeUs } from './cpu-time.ts';
import { measure, summarize } from './load.ts';
import { BenchPlatform } from './platform.ts';
import { type Profile, Profiler, timeByPart } from './profile.ts';
import type { MakeSubject, Subject } from './subject.ts';
import { subjects } from './subjects.ts';

const usage = `Usage: npm run bench:parts -- [options]

Where the processor time of a request goes: what the platform's process and PostgreSQL take for each, without a profiler,
and then how the platform's share is made up. Processor time says more than rates where others use the machine as well.
With --beside the sources of another checkout are measured in turn with these.

  --only NAMES       subjects of npm run bench (default lead-read,refresh,code)
  --connections L    numbers of connections, separated by commas (default 1,16,64)
  --seconds N        time of each slice (default 1)
  --slices N         slices of each (default 4)
  --beside FOLDER    another checkout, with its packages
  --functions N      the N dearest functions of each profile as well
  --no-profile       processor time alone
`;
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'lead-read,refresh,code' },
    connections: { type: 'string', default: '1,16,64' },
    seconds: { type: 'string', default: '1' },
    slices: { type: 'string', default: '4' },
    beside: { type: 'string' },
    functions: { type: 'string', default: '0' },
    'no-profile': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const names = values.only.split(',');
const connections = values.connections.split(',').map(Number);
const [seconds, slices, functions] = [values.seconds, values.slices, values.functions].map(Number) as [
  number,
  number,
  number,
];
/** More than any machine takes in a second. */
const codesPerSecond = 10_000;

/** One checkout that is measured. */
interface Variant {
  readonly label: string;
  readonly bench: BenchPlatform;
  readonly running: Subject[];
}

const sound =
  seconds > 0 && slices > 0 && names.every((name) => name in subjects) && connections.every((each) => each > 0);
if (values.help) process.stdout.write(usage);
else if (sound) await run();
else {
  process.stderr.write(usage);
  process.exitCode = 2;
}

async function run(): Promise<void> {
  const variants: Variant[] = [];
  try {
    for (const folder of [undefined, values.beside].slice(0, values.beside === undefined ? 1 : 2)) {
      const bench = await BenchPlatform.start('none', {}, { checkout: folder, inspected: true });
      const running: Subject[] = [];
      for (const name of names) running.push(await (subjects[name] as MakeSubject)(async () => bench));
      variants.push({ label: folder ?? 'these sources', bench, running });
    }
    for (const [index, name] of names.entries())
      for (const count of connections) await compare(variants, index, name, count);
  } finally {
    for (const { bench, running } of variants) {
      for (const subject of running) await subject.close();
      await bench.close();
    }
  }
}

async function compare(variants: readonly Variant[], index: number, name: string, count: number): Promise<void> {
  const taken = variants.map(() => ({
    requests: 0,
    platformUs: 0,
    postgresUs: 0,
    statements: 0,
    p50Ms: [] as number[],
  }));
  // The first slice is not counted.
  for (let turn = -1; turn < slices; turn++) {
    for (const [place, variant] of variants.entries()) {
      await prepare(variant, index);
      const slice = await drive(variant, index, count);
      if (turn < 0) continue;
      const sum = taken[place] as (typeof taken)[number];
      sum.requests += slice.requests;
      sum.platformUs += slice.platformUs;
      sum.postgresUs += slice.postgresUs;
      sum.p50Ms.push(slice.p50Ms);
    }
  }
  for (const [place, variant] of variants.entries()) {
    const { requests, platformUs, postgresUs, p50Ms } = taken[place] as (typeof taken)[number];
    const [platform, postgres] = [platformUs / requests, postgresUs / requests];
    const median = p50Ms.sort((a, b) => a - b)[Math.floor(p50Ms.length / 2)] as number;
    process.stdout.write(
      `${name} at ${count}, ${variant.label}: platform ${platform.toFixed(1)} µs, PostgreSQL ${postgres.toFixed(1)} µs a request (${requests} requests, half within ${median.toFixed(3)} ms)\n`,
    );
    if (values['no-profile']) continue;
    const profiler = await Profiler.connect(variant.bench.inspectorPort as number);
    await prepare(variant, index);
    const profile = await profiler.take(() => drive(variant, index, count));
    profiler.close();
    print(profile, platform);
  }
}

async function prepare({ running }: Variant, index: number): Promise<void> {
  await running[index]?.prepare?.(Math.ceil(codesPerSecond * seconds));
}

async function drive({ bench, running }: Variant, index: number, count: number) {
  const subject = running[index] as Subject;
  const before = [cpuTimeUs(bench.pids.platform), familyCpuTimeUs(bench.pids.postgres)] as const;
  const slice = await measure({ ...subject, warmUpSeconds: 0, seconds, connections: count });
  const { errors, firstError, p50Ms } = summarize([slice]);
  if (errors > 0) throw new Error(`${subject.name} at ${count}: ${errors} errors, first: ${firstError}`);
  return {
    requests: slice.latenciesMs.length,
    platformUs: cpuTimeUs(bench.pids.platform) - before[0],
    postgresUs: familyCpuTimeUs(bench.pids.postgres) - before[1],
    p50Ms,
  };
}

function print(profile: Profile, platformUs: number): void {
  const show = (times: Map<string, number>, most: number) => {
    const total = [...times.values()].reduce((sum, each) => sum + each, 0);
    for (const [part, time] of [...times].sort(([, a], [, b]) => b - a).slice(0, most)) {
      const share = time / total;
      process.stdout.write(
        `  ${(share * 100).toFixed(1).padStart(5)} % ${(share * platformUs).toFixed(1).padStart(6)} µs  ${part}\n`,
      );
    }
  };
  show(timeByPart(profile), 30);
  if (functions > 0) show(timeByPart(profile, true), functions);
}
