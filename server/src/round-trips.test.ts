import { afterAll, beforeAll, expect, test } from 'vitest';
import { authorize, HttpBrowser } from './testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from './testing/test-platform.ts';

/** What the hot paths of a whole platform cost in statements, counted where they are sent. */
const email = 'anna@us.example';
const redirectUri = 'https://app.example.com/callback';
let platform: TestPlatform;
let own: { client_id: string; client_secret: string };
let accounts: string;
let api: string;

beforeAll(async () => {
  const limits = { codesPerUserAndClientPerWindow: 0, accessTokensPerRefreshTokenPerWindow: 0 };
  platform = await startTestPlatform({ settings: { recordEvents: 'failures', limits } });
  await platform.addUser('us', email);
  const { client_id, client_secret } = await platform.addClient({ type: 'server', owner: email });
  own = { client_id, client_secret };
  accounts = platform.topology.find('us')?.origins.accounts ?? '';
  api = platform.topology.find('us')?.origins.api ?? '';
});
afterAll(() => platform.stop());

async function newCode(): Promise<string> {
  const query = new URLSearchParams({
    client_id: own.client_id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'ZohoCRM.modules.ALL',
    access_type: 'offline',
    prompt: 'consent',
  });
  const user = { email, password: testPassword };
  const address = await authorize(new HttpBrowser(platform.basePort), `${accounts}/oauth/v2/auth?${query}`, user);
  return new URL(address).searchParams.get('code') ?? '';
}

async function token(parameters: Record<string, string>): Promise<Record<string, string>> {
  const body = new URLSearchParams({ ...own, ...parameters });
  return (await (await fetch(`${accounts}/oauth/v2/token`, { method: 'POST', body })).json()) as Record<string, string>;
}

const exchange = (code: string) => token({ grant_type: 'authorization_code', redirect_uri: redirectUri, code });
const refresh = (refreshToken: string) => token({ grant_type: 'refresh_token', refresh_token: refreshToken });

/**
 * Statements to the data centre's database and to the directory while `work` runs: the fewest of three times, because
 * now and then something in the background asks a database at the same moment.
 */
async function counted(work: () => Promise<unknown>): Promise<number> {
  let fewest = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 3; turn++) fewest = Math.min(fewest, await countedOnce(work));
  return fewest;
}

async function countedOnce(work: () => Promise<unknown>): Promise<number> {
  const databases = [platform.dataCenters.get('us')?.database, platform.admin.directory];
  const total = () => databases.reduce((sum, database) => sum + (database?.roundTrips ?? 0), 0);
  const before = total();
  await work();
  return total() - before;
}

test('a code exchange is two statements, a refresh one; those of many at once are shared', async () => {
  // The first one also reads the client, which stays in memory.
  const { refresh_token: refreshToken = '' } = await exchange(await newCode());
  // That a secret was used is written down once a minute, behind the requests.
  await platform.admin.clients.storeSecretUses();
  const codes = [await newCode(), await newCode(), await newCode()];
  expect(await counted(() => exchange(codes.pop() ?? ''))).toBe(2);
  expect(await counted(() => refresh(refreshToken))).toBe(1);
  // How many share one depends on how they arrive; it is never more than one for each.
  expect(await counted(() => Promise.all(Array.from({ length: 40 }, () => refresh(refreshToken))))).toBeLessThanOrEqual(
    40,
  );
});

test('a record read with a token that is known is one statement', async () => {
  const { access_token: access = '' } = await exchange(await newCode());
  const headers = { authorization: `Zoho-oauthtoken ${access}` };
  const created = await fetch(`${api}/crm/v8/Leads`, {
    method: 'POST',
    headers,
    body: '{"data":[{"Last_Name":"Daly"}]}',
  });
  const { data } = (await created.json()) as { data: { details: { id: string } }[] };
  const read = async () => {
    const response = await fetch(`${api}/crm/v8/Leads/${data[0]?.details.id}`, { headers });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
  };
  await read();
  expect(await counted(read)).toBe(1);
  expect(await counted(() => Promise.all(Array.from({ length: 40 }, read)))).toBeLessThanOrEqual(40);
});
