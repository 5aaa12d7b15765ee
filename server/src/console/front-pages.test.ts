import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Service, services } from '../config/data-centers.ts';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform({ dataCenters: ['us', 'eu'] });
});
afterAll(() => platform.stop());

const originOf = (dataCenter: string, service: Service) => platform.topology.find(dataCenter)?.origins[service] ?? '';
/** As Chromium asks for an address that somebody opens. */
const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8';
const open = (address: string) => fetch(address, { headers: { accept } });

describe.each(['us', 'eu'])('data centre %s', (dataCenter) => {
  test.each(services.filter((service) => service !== 'console'))(
    'the announced origin of %s answers a person with a page',
    async (service) => {
      const response = await open(`${originOf(dataCenter, service)}/`);
      expect(response.status).toBe(200);
      const page = await response.text();
      expect(page).toContain('<html lang="en">');
      expect(page).toMatch(/<meta name="color-scheme" content="light dark">/);
      expect(page).not.toMatch(/<script|undefined| on\w+=/);
      expect(page).toContain(service === 'accounts' ? `>${dataCenter}</span>` : `<span>${dataCenter}</span>`);
      // A person finds the console from everywhere; the accounts page is the one to sign in until somebody is.
      if (service !== 'accounts') expect(page).toContain(`href="${originOf(dataCenter, 'console')}/"`);
      const { headers } = response;
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*frame-ancestors 'none'/);
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
    },
  );
});

describe('who takes any type gets the page', () => {
  test.each<[Service, string]>([
    ['api', '*/*'],
    ['developerApi', 'text/*'],
    ['sandboxApi', ''],
    ['content', '*/*;q=0.8'],
  ])('%s Accept: %s', async (service, types) => {
    const response = await fetch(`${originOf('us', service)}/`, { headers: { accept: types } });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<html lang="en">');
  });
});

describe('programs are answered as ever', () => {
  test.each<[Service, Record<string, string>, string]>([
    ['api', { accept: 'application/json' }, 'GET'],
    ['api', { accept: 'application/json, text/plain, */*' }, 'GET'],
    ['api', { accept: 'text/html;q=0' }, 'GET'],
    ['api', { accept: '*/*', authorization: 'Zoho-oauthtoken 1000.aa.bb' }, 'GET'],
    ['api', { accept }, 'POST'],
    ['sandboxApi', { accept: 'application/json' }, 'GET'],
    ['content', { accept: 'application/json' }, 'GET'],
  ])('%s %j %s', async (service, headers, method) => {
    const response = await fetch(`${originOf('us', service)}/`, { method, headers });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'INVALID_URL_PATTERN' });
  });

  test('a browser that opens another address of the API gets the refusal of the wire', async () => {
    const response = await open(`${originOf('us', 'api')}/crm/v8/Leads`);
    expect([response.status, await response.json()]).toMatchObject([401, { code: 'AUTHENTICATION_FAILURE' }]);
  });
});

describe('HEAD is answered as GET is, without the body', () => {
  test.each<[Service, string]>([
    ['accounts', '/'],
    ['accounts', '/signin'],
    ['accounts', '/signout'],
    ['accounts', '/developerconsole'],
    ['accounts', '/account/apps'],
    ['accounts', '/assets/accounts.css'],
    ['accounts', '/oauth/v2/auth?client_id=1000.NONE'],
    ['accounts', '/oauth/v3/device'],
    ['accounts', '/oauth/serverinfo'],
    ['accounts', '/oauth/v2/keys'],
    ['accounts', '/oauth/v2/userinfo'],
    ['accounts', '/.well-known/openid-configuration'],
    ['accounts', '/.well-known/oauth-authorization-server'],
    ['accounts', '/no-such-page'],
    ['api', '/'],
    ['api', '/crm/v8/openapi.json'],
    ['api', '/crm/v8/openapi.html'],
    ['api', '/crm/v8/openapi-call.js'],
    ['sandboxApi', '/'],
    ['content', '/'],
    ['console', '/'],
    ['console', '/applications'],
    ['console', '/mark.svg'],
    ['console', '/api/openapi.json'],
    ['console', '/api/clients'],
  ])('%s %s', async (service, path) => {
    const ask = (method: string) =>
      fetch(`${originOf('us', service)}${path}`, { method, headers: { accept }, redirect: 'manual' });
    const [get, head] = await Promise.all([ask('GET'), ask('HEAD')]);
    expect(await head.text()).toBe('');
    expect(head.status).toBe(get.status);
    // Each answer has its own id, nonce and cookie.
    const told = ({ headers }: Response) =>
      Object.fromEntries(
        [...headers]
          .filter(([name]) => !['date', 'x-request-id', 'set-cookie', 'connection', 'keep-alive'].includes(name))
          .map(([name, value]) => [name, value.replace(/'nonce-[^']*'|(?<=token=)[^&]*/g, '')]),
      );
    expect(told(head)).toEqual(told(get));
  });

  test('it opens no stream and makes no call of the CRM', async () => {
    const paths = ['/api/records/stream', '/api/administration/events/stream', '/api/crm/production/1/Leads'];
    const answers = paths.map((path) => fetch(`${originOf('us', 'console')}${path}`, { method: 'HEAD' }));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([404, 404, 404]);
    const call = await fetch(`${originOf('us', 'api')}/crm/v8/Leads`, { method: 'HEAD' });
    expect(call.status).toBe(400);
  });
});

describe('the console', () => {
  test('answers every address of a screen with its one document, under a policy without unsafe sources', async () => {
    for (const path of ['/?from=a+link', '/applications', '/clients/1000.%3Cb%3E']) {
      const response = await open(`${originOf('eu', 'console')}${path}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'nonce-[\w-]{22}'; .*frame-ancestors 'none'/);
      expect(policy).not.toContain('unsafe');
      expect(response.headers.get('x-frame-options')).toBe('DENY');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.text()).toContain('<div id="console"></div>');
    }
  });

  test('sends its files compressed to who takes that', async () => {
    const origin = originOf('eu', 'console');
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(await (await open(`${origin}/`)).text())?.[1];
    const read = (encoding: string) => fetch(`${origin}${script}`, { headers: { 'accept-encoding': encoding } });
    const [packed, plain] = await Promise.all([read('gzip'), read('identity')]);
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(packed.headers.get('vary')).toMatch(/accept-encoding/i);
    expect(packed.headers.get('content-type')).toMatch(/^(application|text)\/javascript/);
    expect(packed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(plain.headers.get('content-encoding')).toBe(null);
    expect(Number(packed.headers.get('content-length'))).toBeLessThan(Number(plain.headers.get('content-length')) / 2);
    expect(await packed.text()).toBe(await plain.text());
  });

  test.each([
    ['GET', '/%zz', 400],
    ['POST', '/', 404],
    ['GET', '/api/<b>', 404],
  ])('%s %s is refused: %i', async (method, path, status) => {
    const response = await fetch(`${originOf('us', 'console')}${path}`, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toMatchObject({ error: { code: expect.stringMatching(/^[A-Z_]+$/) } });
  });
});
