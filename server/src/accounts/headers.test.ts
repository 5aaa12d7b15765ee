import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HttpBrowser, signIn } from '../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../testing/test-platform.ts';

let platform: TestPlatform;
let origin: string;
const email = 'anna@us.example';

beforeAll(async () => {
  platform = await startTestPlatform();
  origin = platform.topology.find('us')?.origins.accounts ?? '';
  await platform.addUser('us', email);
});
afterAll(() => platform.stop());

async function signedIn(): Promise<HttpBrowser> {
  const browser = new HttpBrowser(platform.basePort);
  await signIn(browser, await browser.get(`${origin}/`), email, testPassword);
  return browser;
}

/** A request as bytes, because clients of libraries join or refuse what is sent here. */
function raw(target: string, head: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(target);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(`${head.join('\r\n')}\r\n\r\n`));
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('end', () => resolve(text)).on('error', reject);
  });
}

describe('two Authorization or Host headers are refused, whichever of them is right', () => {
  test.each<[string, string, string, RegExp]>([
    ['token endpoint', 'accounts', 'POST /oauth/v2/token', /\{"error":"invalid_request"\}/],
    ['revocation', 'accounts', 'POST /oauth/v2/revoke/token', /\{"error":"invalid_request"\}/],
    ['introspection', 'accounts', 'POST /oauth/v2/introspect', /\{"error":"invalid_request"\}/],
    ['userinfo', 'accounts', 'GET /oauth/v2/userinfo', /\{"error":"invalid_request"\}/],
    ['CRM', 'api', 'GET /crm/v8/Leads?fields=id', /INVALID_REQUEST.*expected one (Authorization|Host) header/],
    ['upload', 'content', 'POST /crm/v8/upload', /INVALID_REQUEST.*expected one (Authorization|Host) header/],
    ['admin API', 'admin', 'GET /clients', /expected one (Authorization|Host) header/],
  ])('%s', async (_name, service, line, body) => {
    const origins = platform.topology.find('us')?.origins as unknown as Record<string, string>;
    const target = service === 'admin' ? platform.adminOrigin : (origins[service] ?? '');
    const { host } = new URL(target);
    const right = service === 'admin' ? platform.admin.adminToken : `1000.${'a'.repeat(32)}.${'b'.repeat(32)}`;
    const good = [`Host: ${host}`, `Authorization: Bearer ${right}`];
    for (const twice of ['authorization: Bearer wrong', 'host: other.example']) {
      for (const headers of [
        [...good, twice],
        [twice, ...good],
      ]) {
        const answer = await raw(target, [`${line} HTTP/1.1`, ...headers, 'Connection: close', 'Content-Length: 0']);
        expect(answer).toMatch(/^HTTP\/1\.1 400 /);
        expect(answer).toMatch(body);
      }
    }
  });
});

describe('windows of other sites (COR-06)', () => {
  const policy = async (path: string, browser = new HttpBrowser(platform.basePort)) =>
    (await browser.get(`${origin}${path}`)).headers.get('cross-origin-opener-policy');

  test('pages of our own share none', async () => {
    const browser = await signedIn();
    for (const path of ['/', '/account/apps', '/account/password', '/oauth/v3/device', '/nowhere']) {
      expect(await policy(path, browser), path).toBe('same-origin');
    }
    expect(await policy('/signin')).toBe('same-origin');
  });

  test("steps of an app's request keep the tie that browser SDKs watch", async () => {
    const client = await platform.addClient({ type: 'browser', owner: email });
    const query = new URLSearchParams({
      client_id: client.client_id,
      response_type: 'token',
      redirect_uri: 'https://app.example.com/callback',
      scope: 'email',
    });
    const path = `/oauth/v2/auth?${query}`;
    expect(await policy(path)).toBe('unsafe-none');
    expect(await policy(path, await signedIn())).toBe('unsafe-none');
    expect(await policy('/oauth/v2/auth')).toBe('unsafe-none');
  });
});
