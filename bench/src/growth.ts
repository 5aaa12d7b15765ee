import { parseArgs } from 'node:util';
import { measure, request, type Slice, summarize } from './load.ts';
import { BenchPlatform } from './platform.ts';

const usage = `Usage: npm run bench:growth -- [options]

What refresh, code exchange and introspection cost with few tokens stored and with a hundred times as many, and the
bytes that each row takes. Of each user there are one refresh token and ten access tokens.

  --tokens N        access tokens of the large measurement (default 10000000)
  --seconds N       time of each measurement (default 8)
  --connections N   connections of each measurement (default 16)
  --json            one JSON document on standard output
`;
const growth = 100;
const accessTokensPerUser = 10;
const operations = ['refresh', 'code', 'introspect'] as const;
const form = { 'content-type': 'application/x-www-form-urlencoded' };
/** More than any machine takes in a second. */
const codesPerSecond = 10_000;

const { values } = parseArgs({
  options: {
    tokens: { type: 'string', default: '10000000' },
    seconds: { type: 'string', default: '8' },
    connections: { type: 'string', default: '16' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [tokens, seconds, connections] = [values.tokens, values.seconds, values.connections].map(Number) as [
  number,
  number,
  number,
];
const say = (text: string) => process.stderr.write(`${text}\n`);

interface Row {
  readonly name: string;
  readonly tokens: number;
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
}

if (values.help) process.stdout.write(usage);
else if (tokens >= growth * accessTokensPerUser && seconds > 0 && connections >= 1) process.exitCode = await run();
else {
  process.stderr.write(usage);
  process.exitCode = 2;
}

async function run(): Promise<number> {
  const bench = await BenchPlatform.start('none');
  const faults: string[] = [];
  try {
    const rows: Row[] = [];
    let users = 0;
    for (const count of [tokens / growth, tokens]) {
      const wanted = Math.floor(count / accessTokensPerUser);
      say(`Filling in ${count} access tokens of ${wanted} users …`);
      await bench.addTokens(users, wanted, accessTokensPerUser);
      users = wanted;
      // A process that has just begun answers more slowly, whatever is stored.
      if (count < tokens) for (const name of operations) await measureOne(bench, name, users);
      for (const name of operations) {
        const { requestsPerSecond, p99Ms, errors, firstError } = summarize([await measureOne(bench, name, users)]);
        if (errors > 0) faults.push(`${name} with ${count} tokens: ${errors} errors, first: ${firstError}`);
        const row = {
          name,
          tokens: count,
          requestsPerSecond: Math.round(requestsPerSecond),
          p99Ms: Math.round(p99Ms * 100) / 100,
        };
        say(`${row.name} with ${row.tokens}: ${row.requestsPerSecond} requests per second, p99 ${row.p99Ms} ms`);
        rows.push(row);
      }
    }
    const bytes = await bench.bytesPerRow(['user_account', 'user_grant', 'refresh_token', 'access_token']);
    if (values.json) process.stdout.write(`${JSON.stringify({ rows, bytesPerRow: bytes })}\n`);
    else print(rows, bytes);
  } finally {
    await bench.close();
  }
  for (const fault of faults) say(`FAILED: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

async function measureOne(bench: BenchPlatform, name: (typeof operations)[number], users: number): Promise<Slice> {
  const post = (path: string, parameters: Readonly<Record<string, string>>) =>
    request('POST', path, form, new URLSearchParams({ ...bench.client, ...parameters }).toString());
  const time = { warmUpSeconds: seconds / 4, seconds };
  const codes = name === 'code' ? await bench.makeCodes(Math.ceil(codesPerSecond * seconds * 1.25)) : [];
  // Each time another user, far from the one before: what is stored near one another is of no help.
  let turn = 0;
  const someUser = () => (turn++ * 7919) % users;
  const next = {
    refresh: () =>
      post('/oauth/v2/token', { grant_type: 'refresh_token', refresh_token: bench.refreshTokenOf(someUser()) }),
    code: () => {
      const code = codes.pop();
      return code && post('/oauth/v2/token', { grant_type: 'authorization_code', code });
    },
    // More tokens in turn than any memory of the server keeps, with few of them stored as well.
    introspect: () => {
      const place = (turn++ * 7919) % (users * accessTokensPerUser);
      const token = bench.accessTokenOf(Math.floor(place / accessTokensPerUser), place % accessTokensPerUser);
      return post('/oauth/v2/introspect', { token });
    },
  };
  const expected = name === 'introspect' ? '"active":true' : '"access_token"';
  return measure({ port: bench.accountsPort, connections, ...time, next: next[name], expected });
}

function print(rows: readonly Row[], bytes: Readonly<Record<string, number>>): void {
  const few = rows.slice(0, rows.length / 2);
  for (const [index, { name, requestsPerSecond, tokens: count }] of few.entries()) {
    const many = rows[few.length + index] as Row;
    const cost = (requestsPerSecond / many.requestsPerSecond).toFixed(2);
    process.stdout.write(
      `${name.padEnd(12)} ${requestsPerSecond}/s with ${count} tokens, ${many.requestsPerSecond}/s with ${many.tokens}: ${cost} times the cost\n`,
    );
  }
  for (const [table, size] of Object.entries(bytes)) process.stdout.write(`${table.padEnd(14)} ${size} bytes a row\n`);
}
