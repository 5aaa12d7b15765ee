import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientWithSecrets } from '../../admin/clients.ts';
import { type Answer, DeviceStage, definedOf, type Parameters } from './testing/device-flow.ts';

let stage: DeviceStage;
let web: ClientWithSecrets;

beforeAll(async () => {
  stage = await DeviceStage.start();
  web = await stage.platform.addClient({ type: 'server', owner: 'anna@us.example' });
});
afterAll(() => stage?.platform.stop());

const unknownId = '1004.NOBODYNOBODYNOBODYNOBODYNOBODY';
const credential = /^1004\.[0-9a-f]{32}\.[0-9a-f]{32}$/;

function expectError(answer: Answer, status: number, error: string): void {
  expect([answer.status, answer.text]).toEqual([status, `{"error":"${error}"}`]);
  expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.getSetCookie()).toEqual([]);
}

describe('POST /oauth/v3/device/code (reference §6.1)', () => {
  const ask = (more: Parameters, dataCenter = 'us', init: RequestInit = {}) =>
    stage.post('/oauth/v3/device/code', stage.requestParameters(more), dataCenter, init);

  test('the answer: names, order, milliseconds, prefix', async () => {
    const { json, status, headers } = await ask({});
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(Object.keys(json)).toEqual([
      'user_code',
      'device_code',
      'verification_url',
      'verification_uri_complete',
      'expires_in',
      'interval',
    ]);
    expect(json.user_code).toMatch(/^[C-X2-9]{4}-[C-X2-9]{4}$/);
    expect(json.device_code).toMatch(credential);
    expect(json.verification_url).toBe(`${stage.accounts()}/oauth/v3/device`);
    expect(json.verification_uri_complete).toBe(`${json.verification_url}?user_code=${json.user_code}`);
    expect([json.expires_in, json.interval]).toEqual([300_000, 5000]);
  });

  test('query, urlencoded, multipart, and JSON type with an empty body are the same (§2.1)', async () => {
    const fields = definedOf(stage.requestParameters());
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    const path = `/oauth/v3/device/code?${new URLSearchParams(fields)}`;
    const answers = [
      await ask({}),
      await stage.post('/oauth/v3/device/code', {}, 'us', { body: form }),
      await stage.post(path, {}, 'us', { body: null }),
      await stage.post(path, {}, 'us', { body: '', headers: { 'content-type': 'application/json' } }),
    ];
    for (const { json } of answers) expect(json.device_code).toMatch(credential);
  });

  test('a data centre that the client is enabled for issues codes too', async () => {
    const { json } = await ask({}, 'eu');
    expect(json.verification_url).toBe(`${stage.accounts('eu')}/oauth/v3/device`);
  });

  test.each<[string, Parameters, string, number, string, string]>([
    ['no grant_type', { grant_type: undefined }, 'us', 400, 'invalid_request', 'GrantTypeMissing'],
    ['grant_type of the poll', { grant_type: 'device_token' }, 'us', 200, 'invalid_client', 'GrantTypeUnknown'],
    ['no client_id', { client_id: undefined }, 'us', 200, 'invalid_client', 'ClientIdMissing'],
    ['unknown client', { client_id: unknownId }, 'us', 200, 'invalid_client', 'ClientUnknown'],
    ['wrong data centre', {}, 'cn', 200, 'invalid_client', 'ClientNotEnabled'],
    ['no scope', { scope: undefined }, 'us', 200, 'invalid_scope', 'ScopeMissing'],
    ['empty scope', { scope: ' , ' }, 'us', 200, 'invalid_scope', 'ScopeMissing'],
    ['unknown scope', { scope: 'ZohoCRM.users.READ,Nope.x' }, 'us', 200, 'invalid_scope', 'ScopeUnknown'],
  ])('refused: %s', async (_name, change, dataCenter, status, error, outcome) => {
    expectError(await ask(change, dataCenter), status, error);
    expect((await stage.lastEvent('device-request', dataCenter))?.outcome).toBe(outcome);
  });

  test('refused: a client of another type (§9.2), another method', async () => {
    expectError(await ask({ client_id: web.client_id }), 200, 'invalid_client');
    expect(await stage.lastEvent('device-request')).toMatchObject({
      outcome: 'GrantTypeNotAllowed',
      detail: { clientType: 'Server-based', expected: 'Non-browser' },
    });
    const response = await fetch(`${stage.accounts()}/oauth/v3/device/code`);
    expect([response.status, await response.text()]).toEqual([400, '{"error":"invalid_request"}']);
  });
});

describe('POST /oauth/v3/device/token (reference §6.3)', () => {
  const someCode = `1004.${'0'.repeat(32)}.${'0'.repeat(32)}`;

  test.each<[string, Parameters, number, string, string]>([
    ['no grant_type', { grant_type: undefined }, 400, 'invalid_request', 'GrantTypeMissing'],
    ['another grant_type', { grant_type: 'authorization_code' }, 200, 'invalid_client', 'GrantTypeUnknown'],
    ['no client_id', { client_id: undefined }, 200, 'invalid_client', 'ClientIdMissing'],
    ['unknown client', { client_id: unknownId }, 200, 'invalid_client', 'ClientUnknown'],
    ['no secret (CLI-02)', { client_secret: undefined }, 200, 'invalid_client_secret', 'SecretMissing'],
    ['wrong secret', { client_secret: 'f'.repeat(42) }, 200, 'invalid_client_secret', 'SecretWrong'],
    ['no code', { code: undefined }, 200, 'invalid_code', 'CodeMissing'],
    ['malformed code', { code: 'x' }, 200, 'invalid_code', 'CodeUnknown'],
    ['unknown code', {}, 200, 'invalid_code', 'CodeUnknown'],
  ])('refused: %s', async (_name, change, status, error, outcome) => {
    const parameters = stage.pollParameters(someCode, 'us', change);
    expectError(await stage.post('/oauth/v3/device/token', parameters), status, error);
    const event = await stage.lastEvent('device-token');
    expect(event?.outcome).toBe(outcome);
    expect(JSON.stringify(event)).not.toContain(someCode);
  });

  test('refused: the secret of another data centre (§9.4), a client of another type, another method', async () => {
    const { eu } = stage.client.secrets;
    const wrong = stage.pollParameters(someCode, 'us', { client_secret: eu });
    expectError(await stage.post('/oauth/v3/device/token', wrong), 200, 'invalid_client_secret');
    expect(await stage.lastEvent('device-token')).toMatchObject({
      outcome: 'SecretOfOtherDataCenter',
      detail: { expectedOf: 'us', cameOf: 'eu' },
    });
    const other = { client_id: web.client_id, client_secret: web.client_secret };
    const ofOther = stage.pollParameters(someCode, 'us', other);
    expectError(await stage.post('/oauth/v3/device/token', ofOther), 200, 'invalid_client');
    const response = await fetch(`${stage.accounts()}/oauth/v3/device/token`);
    expect([response.status, await response.text()]).toEqual([400, '{"error":"invalid_request"}']);
  });

  test('refused: the code of another client, which slows nobody down (DEV-02)', async () => {
    const second = await stage.platform.addClient({ type: 'device', owner: 'anna@us.example' });
    const { deviceCode } = await stage.newCodes();
    stage.platform.clock.advance(6);
    const foreign = { client_id: second.client_id, client_secret: second.client_secret };
    const parameters = stage.pollParameters(deviceCode, 'us', foreign);
    expectError(await stage.post('/oauth/v3/device/token', parameters), 200, 'invalid_code');
    expect((await stage.lastEvent('device-token'))?.outcome).toBe('CodeOfOtherClient');
    expectError(await stage.poll(deviceCode, 0), 200, 'authorization_pending');
  });

  test('the codes are stored as hashes only', async () => {
    const { userCode, deviceCode } = await stage.newCodes();
    const rows = await stage.platform.admin.directory.query({ text: 'SELECT r::text FROM device_request r' });
    const stored = JSON.stringify(rows);
    for (const secret of [userCode, userCode.replace('-', ''), deviceCode]) {
      expect(stored).not.toContain(secret);
      expect(stored).not.toContain(Buffer.from(secret).toString('hex'));
    }
    await stage.lastEvent('device-request');
    const events = await stage.platform.dataCenters
      .get('us')
      ?.database.query({ text: 'SELECT e::text FROM protocol_event e' });
    expect(JSON.stringify(events)).not.toContain(userCode);
    expect(JSON.stringify(events)).not.toContain(deviceCode);
  });

  test('a paste of the device code at /oauth/v2/token is refused, before and after the approval', async () => {
    const { userCode, deviceCode } = await stage.newCodes();
    const parameters = stage.pollParameters(deviceCode, 'us', { grant_type: 'authorization_code' });
    expectError(await stage.post('/oauth/v2/token', parameters), 200, 'invalid_client');
    await stage.answer(userCode);
    expectError(await stage.post('/oauth/v2/token', parameters), 200, 'invalid_client');
    expect((await stage.poll(deviceCode)).json.access_token).toMatch(credential);
  });
});
