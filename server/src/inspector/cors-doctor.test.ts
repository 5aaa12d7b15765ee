import { describe, expect, test } from 'vitest';
import { localDataCenter } from '../config/data-centers.ts';
import type { Client } from '../oauth/client.ts';
import { type CorsQuestion, diagnoseCors } from './cors-doctor.ts';

const origin = 'https://app.example.com';
const dataCenter = localDataCenter('us', 'global', 0, 8000);

function clientWith(change: Partial<Client> = {}): Client {
  return {
    clientId: '1000.CLIENT',
    type: 'browser',
    name: 'Lead desk',
    javascriptDomains: [origin],
    dataCenters: new Map([['us', { enabled: true }]]),
    ...change,
  } as Client;
}

/** Asks with the origins of `others` registered beside those of the client. */
function ask(question: Partial<CorsQuestion> = {}, others: readonly string[] = []) {
  const client = question.client ?? clientWith();
  const registered = [...others, ...(client.dataCenters.get('us')?.enabled ? client.javascriptDomains : [])];
  return diagnoseCors(
    {
      dataCenter,
      environment: 'production',
      client,
      origin,
      method: 'GET',
      headers: [],
      ...question,
    },
    async (came) => registered.includes(came),
  );
}

test('a registered origin: preflight, answer, the line that decides, each header explained', async () => {
  const found = await ask({ method: 'post', headers: ['X-ZOHO-SDK', 'content-type'] });
  expect(found).toMatchObject({
    allowed: true,
    preflight: {
      status: 204,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-headers': 'authorization,content-type,x-zoho-sdk',
      },
    },
    request: { headers: { 'access-control-allow-origin': origin } },
    decidedBy: origin,
    mend: null,
  });
  expect(found.reason).toContain(`"${origin}" of the client "Lead desk" decides`);
  expect(found.headers).toContainEqual(
    expect.objectContaining({ part: 'preflight sent', name: 'access-control-request-method', value: 'POST' }),
  );
  for (const { meaning, name } of found.headers) expect(meaning, name).toMatch(/^[A-Z].*\.$/);
});

test('an origin that nobody registered: the preflight is refused, and the mend names all domains', async () => {
  const found = await ask({ origin: 'https://www.app.example.com:8443' });
  expect(found).toMatchObject({
    allowed: false,
    preflight: { status: 403 },
    request: { headers: {} },
    decidedBy: null,
  });
  expect(found.preflight.headers).not.toHaveProperty('access-control-allow-origin');
  expect(found.reason).toContain(`expected ${origin}; ${origin} differs in scheme, port`);
  expect(found.mend).toContain(`--js-domain ${origin} --js-domain https://www.app.example.com:8443`);
});

test('an origin of another client: the preflight passes, the answer may not be read', async () => {
  const found = await ask({ origin: 'https://other.example' }, ['https://other.example']);
  expect(found).toMatchObject({
    allowed: false,
    preflight: { status: 204, headers: { 'access-control-allow-origin': 'https://other.example' } },
    request: { headers: { vary: 'Origin' } },
  });
  expect(found.request.headers).not.toHaveProperty('access-control-allow-origin');
  expect(found.reason).toContain("not one of the client's JavaScript domains");
});

describe('what decides besides the domains', () => {
  test.each<[string, Partial<CorsQuestion>, RegExp, RegExp]>([
    [
      'a client that is off here',
      { client: clientWith({ dataCenters: new Map() }) },
      /not enabled in us/,
      /--enable-dc us/,
    ],
    [
      'a client without domains',
      { client: clientWith({ type: 'server', javascriptDomains: [] }) },
      /Server-based/,
      /Client-based/,
    ],
    ['an origin with a path', { origin: `${origin}/` }, /is no origin/, new RegExp(`Check with ${origin}\\.`)],
    ['a page from a file', { origin: 'null' }, /nobody's/, /web server/],
    ['a method in small letters', { method: 'patch' }, /the page sends patch/, /as PATCH/],
    ['a method that is not served', { method: 'PURGE' }, /the page sends PURGE/, /GET, POST/],
    ['a header that pages may not set', { headers: ['Cookie'] }, /header cookie/, /Leave the header cookie out/],
    ['a method that pages may not use', { method: 'TRACE' }, /method TRACE/, /another method/],
    ['a header whose name is none', { headers: ['x_under'] }, /sends x_under/, /letters, digits and hyphens/],
  ])('%s', async (_what, question, reason, mend) => {
    const found = await ask(question);
    expect(found.allowed).toBe(false);
    expect(found.reason).toMatch(reason);
    expect(found.mend).toMatch(mend);
  });
});

test("the API's own origin needs nobody's permission", async () => {
  const found = await ask({ origin: dataCenter.origins.api });
  expect(found).toMatchObject({ allowed: true, preflight: { status: null, headers: {} } });
});
