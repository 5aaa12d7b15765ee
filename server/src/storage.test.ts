import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from './database/embedded/cluster.ts';
import { freshBasePort } from './testing/base-port.ts';
import {
  type CommandResult,
  isAlive,
  type PlatformProcess,
  postmasterPid,
  until,
  Workshop,
} from './testing/platform-process.ts';

const isRoot = process.getuid?.() === 0;

/** Exactly one line on standard error, and nothing that looks like a stack. */
function onlyLine({ stderr }: CommandResult): string {
  const lines = stderr.trimEnd().split('\n');
  expect(lines, stderr).toHaveLength(1);
  expect(lines[0]).toMatch(/^grantway: /);
  return lines[0] as string;
}

async function createUser(shop: Workshop, { dataDirectory }: PlatformProcess, email: string): Promise<CommandResult> {
  const user = ['--dc', 'us', '--email', email, '--password', 'correct horse'];
  return shop.run(['user', 'create', '--json', '--data', dataDirectory, ...user]);
}

async function makeUser(shop: Workshop, platform: PlatformProcess, email: string): Promise<void> {
  const result = await createUser(shop, platform, email);
  expect(result, result.stdout + result.stderr).toMatchObject({ code: 0, stderr: '' });
}

/** The e-mail address is taken: so the user that was made before is there. */
async function expectUser(shop: Workshop, platform: PlatformProcess, email: string): Promise<void> {
  const { code, stdout } = await createUser(shop, platform, email);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'CONFLICT' } });
  expect(code).toBe(1);
}

// Side by side: each test has processes and a folder of its own, and mostly waits for them.
describe.concurrent('start and stop', () => {
  test('prints one ready line; Ctrl-C ends everything, PostgreSQL too, and gives the lock back', async () => {
    await using shop = new Workshop();
    const platform = await shop.start({ dataDirectory: shop.folder('data'), dataCenters: 'us,cn' });
    const { basePort, dataDirectory } = platform;
    const origins = (first: number) => ({
      accounts: `http://localhost:${first}`,
      api: `http://localhost:${first + 1}`,
      sandboxApi: `http://localhost:${first + 2}`,
      developerApi: `http://localhost:${first + 3}`,
      console: `http://localhost:${first + 4}`,
      content: `http://localhost:${first + 5}`,
    });
    const tokenFile = join(dataDirectory, 'admin-token');
    expect(platform.ready).toEqual({
      ready: true,
      dataCenters: { us: origins(basePort), cn: origins(basePort + 40) },
      admin: { origin: `http://127.0.0.1:${basePort + 99}`, tokenFile },
    });
    for (const file of ['admin-token', 'secret-key', 'platform.lock', 'platform.json'])
      expect(statSync(join(dataDirectory, file)).mode & 0o777, file).toBe(0o600);

    const postgres = postmasterPid(dataDirectory) as number;
    const begunAt = Date.now();
    const { code, stdout, stderr } = await platform.end('SIGINT');
    expect({ code, lines: stdout.trimEnd().split('\n').length, stderr }).toEqual({ code: 0, lines: 1, stderr: '' });
    expect(Date.now() - begunAt).toBeLessThan(10_000);
    expect(isAlive(postgres)).toBe(false);
    for (const file of ['platform.lock', 'platform.json']) expect(existsSync(join(dataDirectory, file))).toBe(false);
  });

  test('Ctrl-C while it is still starting ends it as well', async () => {
    await using shop = new Workshop();
    const dataDirectory = shop.folder('data');
    const starting = shop.begin({ dataDirectory });
    await until(() => postmasterPid(dataDirectory) !== undefined, 'PostgreSQL is being started', 60);
    const { code } = await starting.end('SIGINT');
    expect(code).toBe(0);
    expect(existsSync(join(dataDirectory, 'platform.lock'))).toBe(false);
    await until(() => postmasterPid(dataDirectory) === undefined, 'PostgreSQL is gone');
  });

  test('a second start on the same data says what to do; the first one is not disturbed', async () => {
    await using shop = new Workshop();
    const platform = await shop.start({ dataDirectory: shop.folder('data') });
    const second = await shop.run(['start', '--data', platform.dataDirectory, '--base-port', String(freshBasePort())]);
    expect(second.code).toBe(1);
    expect(onlyLine(second)).toMatch(/in use by the platform with process id \d+; stop it, or choose .* with --data$/);
    await makeUser(shop, platform, 'still@here.example');
  });

  test('a port in use is named with the remedy, and nothing keeps running', async () => {
    await using shop = new Workshop();
    const basePort = freshBasePort();
    const holder = createServer().listen(basePort + 1, '127.0.0.1');
    const dataDirectory = shop.folder('data');
    const base = ['--base-port', String(basePort), '--data-centers', 'us'];
    const result = await shop.run(['start', '--data', dataDirectory, '--no-demo', ...base]);
    holder.close();
    expect(result.code).toBe(1);
    expect(onlyLine(result)).toMatch(/port \d+ \(.+\) is in use; .* --base-port$/);
    expect(postmasterPid(dataDirectory)).toBeUndefined();
    expect(existsSync(join(dataDirectory, 'platform.lock'))).toBe(false);
  });
});

describe.concurrent('kill -9', () => {
  test('of the platform: PostgreSQL ends by itself, in order; the next start takes the lock over', async () => {
    await using shop = new Workshop();
    const dataDirectory = shop.folder('data');
    const killed = await shop.start({ dataDirectory });
    await makeUser(shop, killed, 'anna@us.example');
    const orphan = postmasterPid(dataDirectory) as number;
    await killed.end('SIGKILL');
    await until(() => !isAlive(orphan) && postmasterPid(dataDirectory) === undefined, 'PostgreSQL notices and ends');
    expect(readdirSync(join(dataDirectory, 'postgres', 'socket'))).toEqual([]);
    const away = await createUser(shop, killed, 'nobody@us.example');
    expect(away.code).toBe(1);
    expect(JSON.parse(away.stdout).error.message).toMatch(/no platform answers at .*; it has ended; start it again/);

    const { basePort } = killed;
    const platform = await shop.start({ dataDirectory, basePort });
    expect(isAlive(orphan)).toBe(false);
    await expectUser(shop, platform, 'anna@us.example');
  });

  test('of the platform and the supervisor: the next start ends the orphaned PostgreSQL', async () => {
    await using shop = new Workshop();
    const dataDirectory = shop.folder('data');
    const killed = await shop.start({ dataDirectory });
    await makeUser(shop, killed, 'anna@us.example');
    const orphan = postmasterPid(dataDirectory) as number;
    for (const pid of supervisorsOf(orphan)) process.kill(pid, 'SIGKILL');
    process.kill(killed.pid, 'SIGKILL');
    await killed.end('SIGKILL');
    expect(isAlive(orphan)).toBe(true);
    const platform = await shop.start({ dataDirectory, basePort: killed.basePort });
    expect(isAlive(orphan)).toBe(false);
    await expectUser(shop, platform, 'anna@us.example');
  });

  test('of the supervisor: the running platform ends what it left and starts PostgreSQL again', async () => {
    await using shop = new Workshop();
    const platform = await shop.start({ dataDirectory: shop.folder('data') });
    const first = postmasterPid(platform.dataDirectory) as number;
    for (const pid of supervisorsOf(first)) process.kill(pid, 'SIGKILL');
    await until(async () => {
      const now = postmasterPid(platform.dataDirectory);
      return now !== undefined && now !== first && !isAlive(first);
    }, 'another PostgreSQL');
    await until(
      async () => (await createUser(shop, platform, 'bert@us.example')).stdout.includes('user_id'),
      'users can be created',
    );
    expect((await platform.end('SIGINT')).code).toBe(0);
    expect(postmasterPid(platform.dataDirectory)).toBeUndefined();
  });

  test('of platform and PostgreSQL together: the next start recovers', async () => {
    await using shop = new Workshop();
    const dataDirectory = shop.folder('data');
    const killed = await shop.start({ dataDirectory });
    await makeUser(shop, killed, 'anna@us.example');
    const postgres = postmasterPid(dataDirectory) as number;
    process.kill(postgres, 'SIGKILL');
    await killed.end('SIGKILL');
    const platform = await shop.start({ dataDirectory, basePort: killed.basePort });
    await expectUser(shop, platform, 'anna@us.example');
  });

  test('of PostgreSQL: the running platform starts it again', async () => {
    await using shop = new Workshop();
    const platform = await shop.start({ dataDirectory: shop.folder('data') });
    await makeUser(shop, platform, 'anna@us.example');
    const first = postmasterPid(platform.dataDirectory) as number;
    process.kill(first, 'SIGKILL');
    await until(async () => {
      const now = postmasterPid(platform.dataDirectory);
      if (now === undefined || now === first) return false;
      return (await createUser(shop, platform, 'bert@us.example')).stdout.includes('user_id');
    }, 'users can be created again');
    await expectUser(shop, platform, 'anna@us.example');
    expect((await platform.end('SIGINT')).code).toBe(0);
  });

  test('a process that happens to have the old process id is left alone', async () => {
    await using shop = new Workshop();
    const dataDirectory = shop.folder('data');
    const first = await shop.start({ dataDirectory });
    await first.end('SIGINT');
    const pidFile = join(dataDirectory, 'postgres', 'cluster', 'postmaster.pid');
    const { uid, gid } = statSync(dirname(pidFile));
    const stranger = spawn('sleep', ['60'], { ...(isRoot && { uid, gid }), stdio: 'ignore' });
    const { pid } = stranger;
    writeFileSync(join(dataDirectory, 'platform.lock'), JSON.stringify({ pid, started: '1' }));
    writeFileSync(pidFile, `${pid}\n${dirname(pidFile)}\n`);
    const second = await shop.start({ dataDirectory, basePort: first.basePort });
    await makeUser(shop, second, 'anna@us.example');
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    stranger.kill();
  });
});

describe.concurrent('paths', () => {
  test('spaces, quotes and letters beyond ASCII', async () => {
    await using shop = new Workshop();
    const platform = await shop.start({ dataDirectory: shop.folder(`my "grantway's" dátä 数据`) });
    await makeUser(shop, platform, 'anna@us.example');
    expect((await platform.end('SIGINT')).code).toBe(0);
  });

  test('a path too long for a unix socket', async () => {
    await using shop = new Workshop();
    const platform = await shop.start({ dataDirectory: shop.folder(join('a'.repeat(120), 'b'.repeat(120), 'data')) });
    await makeUser(shop, platform, 'anna@us.example');
    expect((await platform.end('SIGINT')).code).toBe(0);
  });

  test.runIf(isRoot)('as root, under a folder that no other user can enter', async () => {
    await using shop = new Workshop();
    const closed = shop.folder('closed');
    mkdirSync(closed);
    chmodSync(closed, 0o700);
    const platform = await shop.start({ dataDirectory: join(closed, 'data') });
    await makeUser(shop, platform, 'anna@us.example');
    expect((await platform.end('SIGINT')).code).toBe(0);
  });

  test('a data directory that cannot be written is named', async () => {
    await using shop = new Workshop();
    const file = shop.folder('file');
    writeFileSync(file, '');
    // Below /proc nobody makes a folder, and the system says of its parent that it is not there.
    const nowhere = process.platform === 'linux' ? ['/proc/grantway/data'] : [];
    for (const dataDirectory of [file, join(file, 'data'), ...nowhere]) {
      const result = await shop.run(['start', '--data', dataDirectory]);
      expect(result.code).toBe(1);
      expect(onlyLine(result)).toContain(dataDirectory);
    }
  });

  test('a folder with files of something else is left as it is', async () => {
    await using shop = new Workshop();
    const folder = shop.folder('letters');
    mkdirSync(folder);
    writeFileSync(join(folder, 'letter.txt'), 'Dear …');
    const refused = await shop.run(['start', '--data', folder]);
    expect(refused.code).toBe(1);
    expect(onlyLine(refused)).toMatch(/letters has files of something else in it \(letter\.txt\); choose one/);
    expect(readdirSync(folder)).toEqual(['letter.txt']);
  });

  test.runIf(isRoot && checkoutIsOpen())('as an ordinary user', async () => {
    await using shop = new Workshop();
    chmodSync(shop.path, 0o755);
    const home = shop.folder('home');
    mkdirSync(home);
    const identity = nobody();
    chownSync(home, identity.uid, identity.gid);
    const platform = await shop.start({ dataDirectory: join(home, 'data'), identity });
    const { uid } = statSync(join(platform.dataDirectory, 'postgres', 'cluster'));
    expect(uid).toBe(identity.uid);
    expect((await platform.end('SIGINT')).code).toBe(0);

    const refused = await shop.run(['start', '--data', '/root-only/data'], { identity });
    expect(refused.code).toBe(1);
    expect(onlyLine(refused)).toContain('/root-only');
  });
});

describe('PostgreSQL servers of one’s own', () => {
  const shop = new Workshop();
  let server: Cluster;
  const url = (database: string) =>
    `postgres://grantway:sekrit@/${database}?host=${encodeURIComponent(String(server.connection('').host))}`;

  beforeAll(async () => {
    server = await startCluster({ directory: shop.folder('server') });
    for (const database of ['front', 'dc']) await server.ensureDatabase(database);
  });
  afterAll(async () => {
    await server.stop();
    await shop[Symbol.asyncDispose]();
  });

  test('are used instead of the embedded one, by a second platform with the same secret key too', async () => {
    const env = { GRANTWAY_DIRECTORY_URL: url('front'), GRANTWAY_DC_US_URL: url('dc') };
    const first = await shop.start({ dataDirectory: shop.folder('first'), env });
    await makeUser(shop, first, 'anna@us.example');
    expect(existsSync(join(first.dataDirectory, 'postgres'))).toBe(false);

    const other = ['--base-port', String(freshBasePort()), '--data-centers', 'us'];
    const stranger = await shop.run(['start', '--data', shop.folder('stranger'), ...other], { env });
    expect(stranger.code).toBe(1);
    expect(onlyLine(stranger)).toMatch(/another secret key: set GRANTWAY_SECRET_KEY/);

    const GRANTWAY_SECRET_KEY = readFileSync(join(first.dataDirectory, 'secret-key'), 'utf8');
    const second = await shop.start({ dataDirectory: shop.folder('second'), env: { ...env, GRANTWAY_SECRET_KEY } });
    await expectUser(shop, second, 'anna@us.example');
    for (const platform of [first, second]) expect((await platform.end('SIGINT')).code).toBe(0);
  });

  test.each([
    [
      'nothing listens there',
      'postgres://u:sekrit@127.0.0.1:1/dc',
      /cannot reach the database of "us": .*127\.0\.0\.1:1/,
    ],
    ['no such database', 'missing', /database of "us": database "missing" does not exist; create it first/],
    [
      'not a PostgreSQL URL',
      'mysql://u:sekrit@127.0.0.1/dc',
      /the database URL of "us": expected one that begins with postgres:/,
    ],
    ['not a URL', 'postgres://u:sekrit@[oops/dc', /database.* "us"/],
    ['a host that nobody knows', 'postgres://u:sekrit@no-such-host.invalid/dc', /cannot reach the database of "us"/],
  ])('%s: one line, without the password', async (_what, given, expected) => {
    const env = { GRANTWAY_DC_US_URL: given.includes(':') ? given : url(given) };
    const args = ['--base-port', String(freshBasePort()), '--data-centers', 'us', '--no-demo'];
    const result = await shop.run(['start', '--data', shop.folder('faulty'), ...args], { env });
    expect(result.code).toBe(1);
    expect(onlyLine(result)).toMatch(expected);
    expect(result.stderr + result.stdout).not.toContain('sekrit');
    expect(postmasterPid(shop.folder('faulty'))).toBeUndefined();
  });
});

/** The shell that a postmaster runs under, and its watcher. */
function supervisorsOf(postmaster: number): number[] {
  const parentOf = (pid: number) => Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  const shell = parentOf(postmaster);
  const watchers = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ').map(Number);
  return [...watchers.filter((pid) => pid !== postmaster), shell];
}

function nobody(): { uid: number; gid: number } {
  const fields = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith('nobody:'))
    ?.split(':');
  return { uid: Number(fields?.[2]), gid: Number(fields?.[3]) };
}

/** Whether another user can reach this checkout; one who cannot is unable to run the platform. */
function checkoutIsOpen(): boolean {
  if (!isRoot) return false;
  for (let path = fileURLToPath(new URL('./', import.meta.url)); path !== dirname(path); path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) return false;
  }
  return true;
}
