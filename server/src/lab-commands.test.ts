import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandsOn } from './testing/commands.ts';
import { type PlatformProcess, throwaway, Workshop } from './testing/platform-process.ts';

const shop = new Workshop();
let platform: PlatformProcess;
const start = (args: readonly string[]) =>
  shop.start({
    ...{ dataDirectory: shop.folder('platform'), dataCenters: 'us,eu', settings: throwaway },
    args: ['--no-demo', ...args],
  });

beforeAll(async () => {
  platform = await start(['--lab']);
});
afterAll(() => shop[Symbol.asyncDispose]());

const { run, json, failure } = commandsOn(shop, () => platform.dataDirectory);

describe('the clock', () => {
  test('is shown, moved, and told in words', async () => {
    const reading = await json('lab clock show');
    expect(Object.keys(reading)).toEqual(['now', 'real', 'offset_ms', 'speed', 'effects']);
    expect(await json('lab clock advance 61m')).toMatchObject({ offset_ms: 3_660_000, speed: 1 });
    expect((await run('lab clock show')).stdout).toMatch(/^offset_ms {2}3660000$/m);
    expect(await failure(2, 'lab clock advance soon')).toMatchObject({ code: 'USAGE' });
    expect(await failure(2, 'lab clock speed fast')).toMatchObject({ code: 'USAGE' });
  });

  test('goes on where it was when the platform is started again, without the lab, too', async () => {
    await json('user create --dc us --email a@us.example --last-name A --password', 'correct horse');
    await platform.end('SIGTERM');
    platform = await start([]);
    for (const command of ['lab clock show', 'lab clock reset']) {
      expect((await failure(1, command)).message).toContain('--lab');
    }
    await json('user create --dc us --email b@us.example --last-name B --password', 'correct horse');
    const [event] = await json('event list --dc us --kind user --limit 1');
    expect(event.atMs - Date.now()).toBeGreaterThan(3_600_000);
    await platform.end('SIGTERM');
    platform = await start(['--lab']);
    const { offset_ms } = await json('lab clock show');
    expect(Math.abs(offset_ms - 3_660_000)).toBeLessThan(1000);
    const { message } = await failure(1, 'lab clock reset');
    expect(message).toMatch(/data was committed at \d{4}-\d\d-\d\dT/);
  });
});

describe('faults', () => {
  test('are added, met, listed and removed', async () => {
    const rule = 'lab fault add --dc us --component api --endpoint /crm/v8/Leads --nth 1 --status 418';
    const { fault_id } = await json(rule, '--body', '{"code":"TEAPOT"}');
    const answer = await fetch(`${platform.ready.dataCenters.us?.api}/crm/v8/Leads`);
    expect([answer.status, await answer.json()]).toEqual([418, { code: 'TEAPOT' }]);
    const { faults } = await json('lab fault list');
    expect(faults).toMatchObject([{ fault_id, action: 'status', calls: 1, injected: 1 }]);
    const [event] = await json('event list --dc us --outcome FaultInjected');
    expect(event).toMatchObject({ kind: 'fault', requestId: answer.headers.get('x-request-id') });
    expect(event.detail).toMatchObject({ injected: true });
    expect(await json(`lab fault remove ${fault_id}`)).toEqual({ removed: 1 });
    expect((await failure(1, `lab fault remove ${fault_id}`)).message).toContain(fault_id);
    await json('lab fault add --dc us --down');
    await json('lab fault add --dc eu --component accounts --cut after --times 2');
    expect(await json('lab fault remove --all')).toEqual({ removed: 2 });
  });

  test('that nobody can mean are refused', async () => {
    for (const more of ['', ' --down --throttle', ' --component console --down', ' --latency long']) {
      expect(await failure(2, `lab fault add --dc us${more}`)).toMatchObject({ code: 'USAGE' });
    }
    expect((await failure(1, 'lab fault add --dc xx --down')).message).toContain('"xx"');
    expect(await failure(2, 'lab fault add --down')).toMatchObject({ code: 'USAGE' });
    expect(await failure(2, 'lab fault add --dc us --status 500 --body', '{')).toMatchObject({ code: 'USAGE' });
    await failure(2, 'lab fault remove');
  });
});

describe('snapshots', () => {
  test('are saved, listed, restored and deleted', async () => {
    const users = async () => (await json('event list --dc us --kind user')).length;
    const saved = await json('lab snapshot save before');
    expect(saved).toEqual({ name: 'before', took_ms: expect.any(Number) });
    const before = await users();
    await json('user create --dc us --email c@us.example --last-name C --password', 'correct horse');
    expect(await users()).toBe(before + 1);
    await json('lab clock advance 10d');
    expect(await json('lab snapshot restore before')).toMatchObject({ name: 'before' });
    expect(await users()).toBe(before);
    expect((await json('lab clock show')).offset_ms).toBeLessThan(86_400_000);
    expect((await json('lab snapshot list')).snapshots).toMatchObject([{ name: 'before', data_centers: ['us', 'eu'] }]);
    // It is still there after a start.
    await platform.end('SIGTERM');
    platform = await start(['--lab']);
    await json('lab snapshot restore before');
    expect(await json('lab snapshot delete before')).toMatchObject({ name: 'before' });
    for (const command of ['restore', 'delete']) {
      expect((await failure(1, `lab snapshot ${command} before`)).message).toContain('no snapshot before');
    }
  });
});

test('a snapshot is exported and imported, and everything goes back to the demo', async () => {
  await json('lab snapshot save travel');
  const file = shop.folder('travel.grantway');
  expect(await json(`lab snapshot export travel ${file}`)).toMatchObject({ name: 'travel', bytes: expect.any(Number) });
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(await json(`lab snapshot import ${file} --name arrived`)).toMatchObject({ name: 'arrived' });
  await json('lab snapshot restore arrived');
  const damaged = shop.folder('damaged.grantway');
  writeFileSync(damaged, readFileSync(file).subarray(0, statSync(file).size - 100));
  expect((await failure(1, `lab snapshot import ${damaged}`)).message).toContain('damaged');
  expect((await failure(1, 'lab snapshot import nowhere.grantway')).message).toContain('nowhere.grantway');
  expect((await failure(1, `lab snapshot export nowhere ${file}`)).message).toContain('no snapshot nowhere');
  expect(await json('lab reset')).toEqual({ took_ms: expect.any(Number) });
  expect((await json('demo')).users).toHaveLength(4);
}, 120_000);

test('fixtures are applied, and a wrong entry is named', async () => {
  const file = shop.folder('fixture.yaml');
  const user = '{ email: fix@us.example, dc: us, password: correct horse, last_name: Fix, organization: Fixed }';
  writeFileSync(file, `organizations: [{ name: Fixed, dc: us }]\nusers: [${user}]\n`);
  const counts = { users: 1, organizations: 1, clients: 0, records: 0 };
  expect(await json(`lab fixture apply ${file}`)).toEqual(counts);
  expect(await json(`lab fixture apply ${file}`)).toEqual(counts);
  writeFileSync(file, 'users: [{ email: fix@us.example, dc: mars }]');
  expect((await failure(1, `lab fixture apply ${file}`)).message).toContain('users[0]');
  expect((await failure(1, 'lab fixture apply nowhere.yaml')).message).toContain('nowhere.yaml');
});

test('a platform in production is not started with the lab (EMU-01)', async () => {
  const config = shop.folder('production.json');
  writeFileSync(config, JSON.stringify({ production: true }));
  const { code, stderr } = await shop.run(['start', '--lab', '--config', config, '--data', shop.folder('production')]);
  expect([code, stderr.trim().split('\n').length]).toEqual([1, 1]);
  expect(stderr).toContain('"production": true');
  expect(stderr).toContain('--lab');
});
