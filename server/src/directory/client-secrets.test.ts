import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeClient, rotateClientSecret } from '../admin/clients.ts';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';

let platform: TestPlatform;
const owner = 'anna@us.example';

beforeAll(async () => {
  platform = await startTestPlatform({ dataCenters: ['us', 'eu', 'in'] });
  await platform.addUser('us', owner);
});
afterAll(() => platform.stop());

const tell = (clientId: string) => platform.admin.clients.secrets.tellNewest(clientId);
const query = (text: string, ...values: unknown[]) => platform.admin.directory.query<{ row: string }>({ text, values });

describe('secrets of clients can be told again', () => {
  test('after registration, for each data centre; after enabling another; after rotating one', async () => {
    const { client_id, secrets } = await platform.addClient({ type: 'server', owner, enabledDataCenters: ['eu'] });
    expect(Object.keys(secrets)).toEqual(['us', 'eu']);
    expect(await tell(client_id)).toEqual(secrets);

    const enabled = await changeClient(platform.admin, client_id, { enable: ['in'] });
    expect(Object.keys(enabled.secrets)).toEqual(['in']);
    expect(await tell(client_id)).toEqual({ ...secrets, ...enabled.secrets });

    const rotated = await rotateClientSecret(platform.admin, client_id, 'eu');
    expect(rotated.secrets.eu).not.toBe(secrets.eu);
    expect(await tell(client_id)).toEqual({ ...secrets, ...enabled.secrets, ...rotated.secrets });
  });

  test('with one secret for all data centres, of one that is enabled later too', async () => {
    const { client_id, client_secret } = await platform.addClient({ type: 'server', owner, sameSecret: true });
    await changeClient(platform.admin, client_id, { enable: ['eu'] });
    expect(await tell(client_id)).toEqual({ us: client_secret, eu: client_secret });
    const rotated = await rotateClientSecret(platform.admin, client_id, 'us');
    expect(await tell(client_id)).toEqual({ us: rotated.client_secret, eu: rotated.client_secret });
  });

  test('they work: what is told is what the token endpoint takes', async () => {
    const { client_id } = await platform.addClient({ type: 'server', owner });
    const accounts = platform.topology.find('us')?.origins.accounts;
    const ask = async (client_secret: string) => {
      const redirect_uri = 'https://app.example.com/callback';
      const grant = { grant_type: 'authorization_code', client_id, client_secret, redirect_uri, code: 'x' };
      const body = new URLSearchParams(grant);
      return (await fetch(`${accounts}/oauth/v2/token`, { method: 'POST', body })).json();
    };
    const { us = '' } = await tell(client_id);
    expect(await ask(us)).toEqual({ error: 'invalid_code' });
    expect(await ask('wrong')).not.toEqual({ error: 'invalid_code' });
  });

  test('nothing of them is readable in the database, and a sealed one opens for its own client only', async () => {
    const [one, other] = [
      await platform.addClient({ type: 'server', owner }),
      await platform.addClient({ type: 'server', owner }),
    ];
    const rows = await query(
      'SELECT c::text || d::text AS row FROM client c JOIN client_data_center d USING (client_id)',
    );
    expect(rows.map(({ row }) => row).join()).not.toContain(one.client_secret);
    await query(
      `UPDATE client_data_center SET sealed_secret =
         (SELECT sealed_secret FROM client_data_center WHERE client_id = $1 AND data_center = 'us') WHERE client_id = $2`,
      one.client_id,
      other.client_id,
    );
    expect(await tell(other.client_id)).toEqual({});
    expect(await tell(one.client_id)).toEqual({ us: one.client_secret });
  });

  test('but not those of a client that wants them shown once, nor those stored before they were sealed', async () => {
    const once = await platform.addClient({ type: 'server', owner, secretsShownOnce: true });
    expect(once.client_secret).toMatch(/^[0-9a-f]{42}$/);
    expect(await tell(once.client_id)).toEqual({});
    await changeClient(platform.admin, once.client_id, { enable: ['eu'] });
    await rotateClientSecret(platform.admin, once.client_id, undefined);
    expect(await tell(once.client_id)).toEqual({});

    const early = await platform.addClient({ type: 'server', owner });
    await query('UPDATE client_data_center SET sealed_secret = NULL WHERE client_id = $1', early.client_id);
    expect(await tell(early.client_id)).toEqual({});
    const { secrets } = await rotateClientSecret(platform.admin, early.client_id, undefined);
    expect(await tell(early.client_id)).toEqual(secrets);
    expect(await tell('1000.NOBODY')).toEqual({});
  });
});
