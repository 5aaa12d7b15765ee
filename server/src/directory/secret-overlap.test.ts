import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeClient, rotateClientSecret } from '../admin/clients.ts';
import { listEvents } from '../inspector/events.ts';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';

let platform: TestPlatform;
const owner = 'anna@us.example';
const hourMs = 3_600_000;

beforeAll(async () => {
  platform = await startTestPlatform({ dataCenters: ['us', 'eu', 'in'] });
  await platform.addUser('us', owner);
});
afterAll(() => platform.stop());

/** Whether the token endpoint of a data centre takes the secret: then it looks at the code. */
async function accepts(clientId: string, secret: string | undefined, dataCenter = 'us'): Promise<boolean> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: clientId,
    client_secret: secret ?? '',
    redirect_uri: 'https://app.example.com/callback',
    code: 'x',
  });
  const accounts = platform.topology.find(dataCenter)?.origins.accounts;
  const answer = await (await fetch(`${accounts}/oauth/v2/token`, { method: 'POST', body })).json();
  const { error } = answer as { error: string };
  expect(['invalid_code', 'invalid_client_secret']).toContain(error);
  return error === 'invalid_code';
}

const list = (clientId: string) => platform.admin.clients.secrets.list(clientId);
const rotate = (clientId: string, dataCenter: string | undefined, overlapSeconds: number) =>
  rotateClientSecret(platform.admin, clientId, dataCenter, overlapSeconds);

describe('a secret that is replaced', () => {
  test('stays valid for the overlap and no longer, and the event says that it was replaced', async () => {
    const { client_id: id, client_secret: first } = await platform.addClient({ type: 'server', owner });
    const { client_secret: second } = await rotate(id, undefined, 3600);
    expect([await accepts(id, first), await accepts(id, second)]).toEqual([true, true]);
    platform.clock.advance(3599);
    expect(await accepts(id, first)).toBe(true);
    platform.clock.advance(1);
    expect([await accepts(id, first), await accepts(id, second)]).toEqual([false, true]);
    const us = platform.dataCenters.get('us');
    await us?.events.flush();
    const [event] = us ? await listEvents(us.database, { limit: 1, outcome: 'SecretWrong', clientId: id }) : [];
    expect(event?.detail).toMatchObject({ replaced: true, endedAt: new Date(platform.clock.nowMs()).toISOString() });
    expect(await list(id)).toMatchObject([{ dataCenter: 'us', endsAtMs: null }]);
  });

  test('ends at once without an overlap, and when the next one is replaced', async () => {
    const { client_id: id, client_secret: first } = await platform.addClient({ type: 'server', owner });
    const { client_secret: second } = await rotate(id, undefined, 604_800);
    const { client_secret: third } = await rotate(id, undefined, 86_400);
    expect(await Promise.all([first, second, third].map((each) => accepts(id, each)))).toEqual([false, true, true]);
    const { client_secret: fourth } = await rotate(id, undefined, 0);
    expect(await Promise.all([second, third, fourth].map((each) => accepts(id, each)))).toEqual([false, false, true]);
  });

  test('is of one data centre only, or of all', async () => {
    const { client_id: id, secrets } = await platform.addClient({ type: 'server', owner, enabledDataCenters: ['eu'] });
    await rotate(id, 'eu', 3600);
    expect((await list(id)).map(({ dataCenter }) => dataCenter)).toEqual(['eu', 'eu', 'us']);
    expect(await accepts(id, secrets.eu, 'eu')).toBe(true);
    expect(await accepts(id, secrets.us, 'eu')).toBe(false);
  });

  test('is told again while it lasts, and only one of the offered times is taken', async () => {
    const { client_id: id, client_secret: first } = await platform.addClient({ type: 'server', owner });
    const { client_secret: second } = await rotate(id, 'us', 86_400);
    const told = await Promise.all(
      (await list(id)).map(({ secretId }) => platform.admin.clients.secrets.tell(id, secretId)),
    );
    expect(told).toEqual([{ secret: second }, { secret: first }]);
    await expect(rotate(id, 'us', 5)).rejects.toThrow('0, 3600, 86400, 604800; 5 came');
  });
});

test('each secret shows when it was made and last used', async () => {
  const madeMs = platform.clock.nowMs();
  const { client_id: id, client_secret: first } = await platform.addClient({ type: 'server', owner });
  expect(await list(id)).toMatchObject([{ createdAtMs: madeMs, usedAtMs: null, tellable: true }]);
  platform.clock.advance(3600);
  await rotate(id, undefined, 86_400);
  await accepts(id, first);
  await accepts(id, 'wrong');
  await platform.admin.clients.storeSecretUses();
  expect(await list(id)).toMatchObject([
    { createdAtMs: madeMs + hourMs, usedAtMs: null, endsAtMs: null },
    { createdAtMs: madeMs, usedAtMs: madeMs + hourMs, endsAtMs: madeMs + hourMs + 24 * hourMs },
  ]);
});

describe('the same secret for all data centres', () => {
  test('can be chosen later: the one of the registering data centre, the others end after the overlap', async () => {
    const { client_id: id, secrets } = await platform.addClient({ type: 'server', owner, enabledDataCenters: ['eu'] });
    await changeClient(platform.admin, id, { sameSecret: true, overlapSeconds: 3600 });
    expect(await platform.admin.clients.secrets.tellNewest(id)).toEqual({ us: secrets.us, eu: secrets.us });
    expect([await accepts(id, secrets.us, 'eu'), await accepts(id, secrets.eu, 'eu')]).toEqual([true, true]);
    platform.clock.advance(3600);
    expect([await accepts(id, secrets.us, 'eu'), await accepts(id, secrets.eu, 'eu')]).toEqual([true, false]);
    await changeClient(platform.admin, id, { enable: ['in'] });
    expect(await accepts(id, secrets.us, 'in')).toBe(true);
  });

  test('can be taken back: the others get secrets of their own', async () => {
    const registration = { type: 'server', owner, enabledDataCenters: ['eu'], sameSecret: true };
    const { client_id: id, client_secret: shared } = await platform.addClient(registration);
    const { secrets } = await changeClient(platform.admin, id, { sameSecret: false, overlapSeconds: 0 });
    expect(Object.keys(secrets)).toEqual(['eu']);
    expect([await accepts(id, shared), await accepts(id, shared, 'eu')]).toEqual([true, false]);
    expect(await accepts(id, secrets.eu, 'eu')).toBe(true);
  });
});

test('"show once" may be chosen later, and what could tell the secrets is gone', async () => {
  const { client_id: id, client_secret: first } = await platform.addClient({ type: 'server', owner });
  await rotate(id, undefined, 86_400);
  await changeClient(platform.admin, id, { secretsShownOnce: true });
  expect((await list(id)).map(({ tellable }) => tellable)).toEqual([false, false]);
  expect(await accepts(id, first)).toBe(true);
  await changeClient(platform.admin, id, { secretsShownOnce: false });
  const { secrets } = await rotate(id, undefined, 0);
  expect(await platform.admin.clients.secrets.tellNewest(id)).toEqual(secrets);
});

test('two changes at the same time keep both', async () => {
  const { client_id: id } = await platform.addClient({ type: 'server', owner });
  const uris = ['https://app.example.com/other'];
  await Promise.all([
    changeClient(platform.admin, id, { name: 'Renamed' }),
    changeClient(platform.admin, id, { redirectUris: uris }),
    changeClient(platform.admin, id, { enable: ['eu'] }),
    changeClient(platform.admin, id, { enable: ['eu', 'in'] }),
  ]);
  const client = await platform.admin.clients.find(id);
  expect(client).toMatchObject({ name: 'Renamed', redirectUris: uris });
  expect([...(client?.dataCenters.keys() ?? [])]).toEqual(['eu', 'in', 'us']);
});
