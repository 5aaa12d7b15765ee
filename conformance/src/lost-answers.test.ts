import * as sdk from '@zohocrm/typescript-sdk-8.0';
import * as openid from 'openid-client';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { NativeClient } from '../../sdk/native/src/index.ts';
import { memoryStorage } from '../../sdk/native/src/testing/phone.ts';
import { CrmClient, DataCenters, OAuthClient } from '../../sdk/node/src/index.ts';
import type { ClientWithSecrets } from '../../server/src/admin/clients.ts';
import type { Lab } from '../../server/src/lab/lab.ts';
import { authorize, HttpBrowser } from '../../server/src/testing/http-browser.ts';
import { testPassword } from '../../server/src/testing/test-platform.ts';
import { answerOf, bodyOf, type Place, record, records } from './sdk-session.ts';
import { openSdkStage, type SdkStage } from './sdk-stage.ts';

/**
 * What clients do when the platform did the work and its answer was lost, and when an hour goes by. The tables of
 * docs/lab.md say the same.
 */
const scopes = 'ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.users.READ,ZohoCRM.org.READ';
const redirectUri = 'https://app.example.com/callback';
let stage: SdkStage;
let lab: Lab;
let place: Place;
let phone: ClientWithSecrets;
beforeAll(async () => {
  stage = await openSdkStage({ lab: true });
  lab = stage.platform.lab as Lab;
  place = stage.place('in');
  phone = await stage.platform.addClient({ type: 'mobile', owner: stage.email, dataCenter: 'in' });
});
afterAll(() => stage?.close());
afterEach(() => {
  vi.useRealTimers();
  lab.faults.removeAll();
});

const token = '/oauth/v2/token';

/** The next answer of the endpoint is lost. @returns how many calls it got, the first included. */
async function loseAnswer(endpoint: string): Promise<() => unknown> {
  const component = endpoint.startsWith('/crm') ? 'api' : 'accounts';
  const { fault_id } = await lab.faults.add({
    dataCenter: 'in',
    component,
    endpoint,
    method: 'POST',
    nth: 1,
    cut: 'after',
  });
  return () => lab.faults.list().find((each) => each.fault_id === fault_id)?.calls;
}

/** How many leads have the name, whoever asks. */
async function countLeads(name: string): Promise<number | undefined> {
  const order = { dataCenter: 'in', clientId: phone.client_id, environment: 'production' };
  const { access_token } = await lab.grants.tokens({
    ...order,
    scope: 'ZohoCRM.modules.ALL,ZohoSearch.securesearch.READ',
  });
  const headers = { authorization: `Zoho-oauthtoken ${access_token}` };
  const answer = await fetch(`${place.api}/crm/v8/Leads?fields=Last_Name`, { headers });
  const { data } = (await answer.json()) as { data: { Last_Name: string }[] };
  return data.filter(({ Last_Name }) => Last_Name === name).length;
}

/** An hour goes by here and on the machine of the app. */
async function anHourLater(): Promise<void> {
  const { now } = await lab.clock.advance('61m');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(now) });
}

describe('the TypeScript SDK 8.0 of the original', () => {
  const organization = () => answerOf(new sdk.Org.OrgOperations().getOrganization());

  test('exchange: it fails, and the code is used', async () => {
    const calls = await loseAnswer(token);
    await expect(stage.connected('exchange', scopes)).rejects.toBeDefined();
    expect(calls()).toBe(1);
  });

  test('refresh: the call fails, and the next one refreshes anew', async () => {
    const folder = await stage.connected('refresh', scopes);
    folder.expireTokens();
    const calls = await loseAnswer(token);
    await expect(organization()).rejects.toBeDefined();
    expect(calls()).toBe(1);
    expect((await organization()).status).toBe(200);
    expect(calls()).toBe(2);
  });

  test('insert: it fails, and the record is there; another try makes a second one', async () => {
    await stage.connected('insert', scopes);
    const insert = () => answerOf(records('Leads').createRecords(bodyOf(record({ Last_Name: 'Vendor' }))));
    await loseAnswer('/crm/v8/Leads');
    await expect(insert()).rejects.toBeDefined();
    expect(await countLeads('Vendor')).toBe(1);
    expect((await insert()).status).toBe(201);
    expect(await countLeads('Vendor')).toBe(2);
  });

  test('61 minutes: it renews by the clock of its machine, and only by that', async () => {
    const folder = await stage.connected('hour', scopes);
    const [before] = folder.tokens();
    await lab.clock.advance('61m');
    expect(await organization()).toMatchObject({ status: 401, value: { code: 'INVALID_TOKEN' } });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_660_000 });
    expect((await organization()).status).toBe(200);
    expect(folder.tokens()[0]?.access_token).not.toBe(before?.access_token);
    expect(folder.tokens()[0]?.refresh_token).toBe(before?.refresh_token);
  });
});

describe('openid-client 6', () => {
  const connect = async (profile: 'compatible' | 'strict') => {
    const client = await stage.platform.addClient({
      ...{ type: 'server', owner: stage.email, dataCenter: 'in', name: `Standard ${profile}` },
      standards: { profile },
    });
    const issuer = new URL(`${place.accounts}/oauth2`);
    const insecure = { execute: [openid.allowInsecureRequests] };
    const config = await openid.discovery(issuer, client.client_id, client.client_secret, undefined, insecure);
    const signIn = async () => {
      const pkceCodeVerifier = openid.randomPKCECodeVerifier();
      const address = openid.buildAuthorizationUrl(config, {
        ...{ redirect_uri: redirectUri, scope: 'openid offline_access ZohoCRM.users.READ', prompt: 'consent' },
        code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      });
      const user = { email: stage.email, password: testPassword };
      const back = new URL(await authorize(new HttpBrowser(stage.platform.basePort), String(address), user));
      return () => openid.authorizationCodeGrant(config, back, { pkceCodeVerifier });
    };
    return { config, signIn };
  };

  test('exchange: it fails; another try is refused, and the user has to be asked again', async () => {
    const { signIn } = await connect('strict');
    const exchange = await signIn();
    const calls = await loseAnswer('/oauth2/token');
    await expect(exchange()).rejects.toThrow();
    expect(calls()).toBe(1);
    await expect(exchange()).rejects.toMatchObject({ error: 'invalid_grant' });
    expect((await (await signIn())()).refresh_token).toBeDefined();
  });

  test.each(['compatible', 'strict'] as const)(
    'refresh (%s): it fails, and the same token serves again',
    async (profile) => {
      const { config, signIn } = await connect(profile);
      const { refresh_token = '' } = await (await signIn())();
      const calls = await loseAnswer('/oauth2/token');
      await expect(openid.refreshTokenGrant(config, refresh_token)).rejects.toThrow();
      expect(calls()).toBe(1);
      const again = await openid.refreshTokenGrant(config, refresh_token);
      // Strict: a refresh token is replaced by every use, and the old one serves for a short while yet.
      if (profile === 'strict') expect(again.refresh_token).toMatch(/^1000\./);
      const next = await openid.refreshTokenGrant(config, again.refresh_token ?? refresh_token);
      expect(next.access_token).toBeDefined();
    },
  );
});

const dataCenters = () => {
  const { accounts, api, content } = place;
  return DataCenters.of({ in: { accounts, api, content } });
};

describe('@grantway/node', () => {
  const client = () =>
    new OAuthClient({
      ...{ clientId: stage.credentials.clientId, clientSecret: stage.credentials.clientSecret, redirectUri },
      ...{ dataCenters: dataCenters(), dataCenter: 'in' },
    });
  const connect = async () => client().exchange({ code: await stage.newCode(scopes) });

  test('exchange: its second try is refused, because the code is used', async () => {
    const calls = await loseAnswer(token);
    await expect(connect()).rejects.toMatchObject({ code: 'invalid_code' });
    expect(calls()).toBe(2);
    expect(await (await connect()).accessToken()).toMatch(/^1000\./);
  });

  test('refresh after 61 minutes: its second try succeeds, and the call does not see any of it', async () => {
    const crm = new CrmClient(await connect());
    await anHourLater();
    const calls = await loseAnswer(token);
    expect(await crm.users.current()).toMatchObject({ email: stage.email });
    expect(calls()).toBe(2);
  });

  test('61 minutes on the platform only: a refused token is renewed, too', async () => {
    const crm = new CrmClient(await connect());
    await lab.clock.advance('61m');
    expect(await crm.users.current()).toMatchObject({ email: stage.email });
  });

  test('insert: it is not tried again, because a second one would be another record', async () => {
    const crm = new CrmClient(await connect());
    const calls = await loseAnswer('/crm/v8/Leads');
    await expect(crm.records.create('Leads', { Last_Name: 'Node' })).rejects.toMatchObject({ name: 'NetworkError' });
    expect(calls()).toBe(1);
    expect(await countLeads('Node')).toBe(1);
  });
});

describe('@grantway/native', () => {
  const signIn = () => {
    const client = new NativeClient({
      ...{ clientId: phone.client_id, redirectUri, scopes: ['ZohoCRM.modules.ALL', 'ZohoCRM.users.READ'] },
      ...{ dataCenters: dataCenters(), dataCenter: 'in' },
      secureStorage: memoryStorage(),
      openBrowser: (url: string) =>
        authorize(new HttpBrowser(stage.platform.basePort), url, { email: stage.email, password: testPassword }),
    });
    return client.signIn();
  };
  const me = async (session: Awaited<ReturnType<typeof signIn>>) =>
    session.send({ method: 'GET', url: '/crm/v8/users?type=CurrentUser' }).then(({ status }) => status);

  test('exchange: its second try is refused, because the code is used', async () => {
    const calls = await loseAnswer(token);
    await expect(signIn()).rejects.toMatchObject({ code: 'invalid_code' });
    expect(calls()).toBe(2);
    expect(await me(await signIn())).toBe(200);
  });

  test('refresh after 61 minutes: its second try succeeds', async () => {
    const session = await signIn();
    await anHourLater();
    const calls = await loseAnswer(token);
    expect(await me(session)).toBe(200);
    expect(calls()).toBe(2);
  });

  test('insert: it is not tried again', async () => {
    const session = await signIn();
    const calls = await loseAnswer('/crm/v8/Leads');
    const json = { data: [{ Last_Name: 'Native' }] };
    await expect(session.json({ url: '/crm/v8/Leads', json })).rejects.toMatchObject({ name: 'NetworkError' });
    expect(calls()).toBe(1);
    expect(await countLeads('Native')).toBe(1);
  });
});
