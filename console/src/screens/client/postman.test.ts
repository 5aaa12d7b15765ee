import { expect, test } from 'vitest';
import type { Client, DataCenterInfo } from '../../../../server/src/console/wire.ts';
import { postmanCollection } from './postman.ts';

const home = { accounts: 'http://localhost:8000', api: 'http://localhost:8001' } as DataCenterInfo;
const values = { scope: 'ZohoCRM.modules.ALL', redirectUri: '', offline: true, prompt: true, state: '' };
const collectionOf = (type: Client['type'], redirectUri = '') =>
  postmanCollection({ clientId: '1000.A', name: 'Sync', type } as Client, home, { ...values, redirectUri });

test.each([
  ['browser', ['Call the API']],
  ['self', ['Exchange the code', 'Renew the access token', 'Call the API', 'Revoke the refresh token']],
  ['server', ['Exchange the code', 'Renew the access token', 'Call the API', 'Revoke the refresh token']],
  ['mobile', ['Exchange the code', 'Renew the access token', 'Call the API', 'Revoke the refresh token']],
  [
    'device',
    [
      'Ask for a device code',
      'Poll for the token',
      'Renew the access token',
      'Call the API',
      'Revoke the refresh token',
    ],
  ],
] as const)('a client of type %s has the calls of its flow, in their order', (type, names) => {
  expect(collectionOf(type).item.map(({ name }) => name)).toEqual(names);
});

test('every variable that a request names is prepared, and the code is left to paste', () => {
  for (const type of ['browser', 'server', 'mobile', 'device', 'self'] as const) {
    const { item, variable } = collectionOf(type, 'https://app.example.com/callback');
    const prepared = Object.fromEntries(variable.map(({ key, value }) => [key, value]));
    for (const [, name = ''] of JSON.stringify(item).matchAll(/\{\{(\w+)\}\}/g)) expect(prepared).toHaveProperty(name);
    expect(prepared).toMatchObject({ client_id: '1000.A', accounts: home.accounts, code: '' });
  }
});

test('clients with redirect URIs name one, mobile clients their verifier and no secret', () => {
  const sent = (type: Client['type'], redirectUri?: string) => JSON.stringify(collectionOf(type, redirectUri).item[0]);
  expect(sent('server', 'https://app.example.com/callback')).toContain('redirect_uri');
  expect(sent('self')).not.toContain('redirect_uri');
  expect(sent('mobile')).toContain('code_verifier');
  expect(sent('mobile')).not.toContain('client_secret');
});
