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
  test.each(services)('the announced origin of %s answers a person with a page', async (service) => {
    const response = await open(`${originOf(dataCenter, service)}/`);
    expect(response.status).toBe(200);
    const page = await response.text();
    expect(page).toContain('<html lang="en">');
    expect(page).toMatch(/<meta name="color-scheme" content="light dark">/);
    expect(page).not.toMatch(/<script|undefined| on\w+=/);
    expect(page).toContain(service === 'accounts' ? `>${dataCenter}</span>` : `<span>${dataCenter}</span>`);
    const { headers } = response;
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*frame-ancestors 'none'/);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
  });
});

describe('programs are answered as ever', () => {
  test.each<[Service, Record<string, string>, string]>([
    ['api', { accept: '*/*' }, 'GET'],
    ['api', { accept: 'application/json' }, 'GET'],
    ['api', { accept }, 'POST'],
    ['sandboxApi', {}, 'GET'],
    ['content', { accept: '*/*' }, 'GET'],
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

describe('the console', () => {
  test('tells how its work is done by command, and leads to the accounts of its data centre', async () => {
    const page = await (await open(`${originOf('eu', 'console')}/?from=a+link`)).text();
    expect(page).toContain('npx grantway client create --help');
    expect(page).toContain(`href="${originOf('eu', 'accounts')}/"`);
  });

  test.each([
    ['GET', '/clients/1000.<b>', 404],
    ['GET', '/%zz', 400],
    ['POST', '/', 404],
  ])('%s %s is a page too: %i', async (method, path, status) => {
    const response = await fetch(`${originOf('us', 'console')}${path}`, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await response.text()).not.toContain('<b>');
  });
});
