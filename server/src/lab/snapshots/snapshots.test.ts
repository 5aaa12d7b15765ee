import { afterAll, beforeAll, expect, test } from 'vitest';
import { readContent } from '../../database/content.ts';
import { labUser, startLabStage } from '../testing/lab-stage.ts';

let stage: Awaited<ReturnType<typeof startLabStage>>;
beforeAll(async () => {
  stage = await startLabStage({ dataCenters: ['us', 'eu'] });
});
afterAll(() => stage.platform.stop());

const names = async (accessToken: string) => {
  const answer = await stage.call(accessToken, 'Leads?fields=Last_Name');
  if (answer.status === 204) return [];
  const { data } = (await answer.json()) as { data: { Last_Name: string }[] };
  return data.map((lead) => lead.Last_Name).sort();
};
const insert = async (accessToken: string, name: string) => {
  const answer = await stage.call(accessToken, 'Leads', { data: [{ Last_Name: name }] });
  expect([name, answer.status]).toEqual([name, 201]);
};

test('a state is brought back to the last row, from memory as from its copy', async () => {
  const { lab, platform, exchange } = stage;
  const databases = [platform.admin.directory, ...[...platform.dataCenters.values()].map(({ database }) => database)];
  // The rows of a table in any order; the clock's own fact tells the real time of the restoring.
  const all = async () => {
    for (const { events } of platform.dataCenters.values()) await events.flush();
    const contents = await Promise.all(databases.map((database) => readContent(database)));
    return contents.flatMap(({ tables, sequences }) => [
      ...tables.map(({ shape, rows }) => [
        shape.name,
        JSON.parse(rows)
          .map((row: unknown) => JSON.stringify(row))
          .sort(),
      ]),
      ...sequences,
    ]);
  };
  await lab.snapshots.save('exact');
  const before = await all();
  const change = async () => {
    const { access_token } = await exchange();
    await insert(access_token, 'Changed');
    await platform.addUser('us', 'changed@us.example');
    expect(await all()).not.toEqual(before);
  };
  await change();
  await lab.snapshots.restore('exact');
  expect(await all()).toEqual(before);
  await change();
  await lab.snapshots.restore('exact', { fromCopy: true });
  expect(await all()).toEqual(before);
});

test('a snapshot brings back records, tokens, clients, users and the clock of all data centres', async () => {
  const { lab, platform, exchange, call } = stage;
  const before = await exchange();
  await insert(before.access_token, 'Saved');
  await lab.clock.advance('5m');
  expect(await lab.snapshots.save('first')).toEqual({ name: 'first', took_ms: expect.any(Number) });
  expect(lab.snapshots.list().at(-1)).toMatchObject({ name: 'first', offset_ms: 300_000, data_centers: ['us', 'eu'] });

  await insert(before.access_token, 'Later');
  const after = await exchange();
  await platform.addUser('eu', 'berta@eu.example');
  const client = await platform.addClient({ type: 'server', owner: labUser });
  await lab.clock.advance('2h');
  expect((await call(before.access_token, 'Leads?fields=Last_Name')).status).toBe(401);

  expect(await lab.snapshots.restore('first')).toEqual({ name: 'first', took_ms: expect.any(Number) });
  expect(await lab.clock.show()).toMatchObject({ offset_ms: 300_000 });
  expect(await names(before.access_token)).toEqual(['Saved']);
  expect((await call(after.access_token, 'Leads?fields=Last_Name')).status).toBe(401);
  expect(await platform.admin.clients.find(client.client_id)).toBeUndefined();
  expect((await stage.refresh(before.refresh_token)).status).toBe(200);
  // The name is free again, ids do not clash, and events are recorded.
  await platform.addUser('eu', 'berta@eu.example');
  await insert(before.access_token, 'Again');
  expect(await names(before.access_token)).toEqual(['Again', 'Saved']);

  // Any number of times.
  await lab.snapshots.restore('first');
  expect(await names(before.access_token)).toEqual(['Saved']);
});

test('restoring lifts what the clock was refused for', async () => {
  const { lab, exchange } = stage;
  await lab.snapshots.save('before');
  await lab.clock.advance('1d');
  await exchange();
  await expect(lab.clock.reset()).rejects.toThrow('data was committed at');
  await lab.snapshots.restore('before');
  expect((await lab.clock.set(new Date(Date.now() + 600_000).toISOString())).offset_ms).toBeGreaterThan(500_000);
});

test('requests that come while a state is restored wait, and none fails', async () => {
  const { lab, exchange } = stage;
  const tokens = await exchange();
  await lab.snapshots.save('busy');
  let done = false;
  const statuses = new Set<number>();
  const client = async () => {
    while (!done) {
      statuses.add((await stage.call(tokens.access_token, 'Leads?fields=Last_Name')).status);
      statuses.add((await stage.refresh(tokens.refresh_token)).status);
      statuses.add((await stage.call(tokens.access_token, 'Leads', { data: [{ Last_Name: 'Busy' }] })).status);
    }
  };
  const clients = [client(), client(), client()];
  await lab.snapshots.restore('busy');
  await lab.snapshots.restore('busy');
  done = true;
  await Promise.all(clients);
  expect([...statuses].filter((status) => status >= 400)).toEqual([]);
});

test('unknown names, names that cannot be, and other data centres are refused', async () => {
  const { admin } = stage;
  expect((await admin('POST', '/lab/snapshots/nowhere/restore')).status).toBe(404);
  expect((await admin('DELETE', '/lab/snapshots/nowhere')).status).toBe(404);
  expect((await admin('PUT', '/lab/snapshots/a%20b')).status).toBe(400);
});

test('a deleted snapshot is gone with its databases', async () => {
  const { lab, platform } = stage;
  for (const { name } of lab.snapshots.list()) await lab.snapshots.delete(name);
  expect(lab.snapshots.list()).toEqual([]);
  await lab.snapshots.settled();
  const [live] = await platform.admin.directory.query<{ name: string }>({ text: 'SELECT current_database() AS name' });
  const left = await platform.admin.directory.query({
    text: 'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
    values: [`${live?.name}_lab_`],
  });
  expect(left).toEqual([]);
});
