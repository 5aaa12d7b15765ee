import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientWithSecrets } from '../../admin/clients.ts';
import { authorize } from '../../testing/http-browser.ts';
import { testPassword } from '../../testing/test-platform.ts';
import { anna, callback, chandra, StandardStage } from './testing/standard-stage.ts';

let stage: StandardStage;
let web: ClientWithSecrets;

beforeAll(async () => {
  stage = await StandardStage.start();
  web = await stage.client('server');
});
afterAll(() => stage.platform.stop());

async function push(more: Record<string, string> = {}, client = web) {
  const { searchParams } = new URL(stage.authUrl(client, more));
  const { status, json } = await stage.post('par', { ...Object.fromEntries(searchParams), ...stage.own(client) });
  return { status, json, requestUri: String(json.request_uri) };
}

const addressOf = (request_uri: string, client_id = web.client_id) =>
  `${stage.issuer()}/authorize?${new URLSearchParams({ client_id, request_uri })}`;
const walk = (address: string, email = anna) => authorize(stage.browser(), address, { email, password: testPassword });

describe('a pushed authorization request (PAR-01)', () => {
  test('is answered like any other, and shows nothing of itself in the browser', async () => {
    const { status, json, requestUri } = await push({ state: 'pushed', scope: 'openid email' });
    expect([status, json.expires_in]).toEqual([201, 60]);
    const back = new URL(await walk(addressOf(requestUri)));
    expect(back.searchParams.get('state')).toBe('pushed');
    const form = stage.codeForm(back.searchParams);
    const tokens = await stage.post('token', { ...form, ...stage.own(web) });
    expect([tokens.status, tokens.json.scope]).toEqual([200, 'openid email']);
    expect(decodeURIComponent(addressOf(requestUri))).not.toContain(callback);
  });

  test('is kept over the hop, with what it demands of the sign-in', async () => {
    const { requestUri } = await push({ prompt: 'login', max_age: '60' });
    const back = new URL(await walk(addressOf(requestUri), chandra));
    expect(back.searchParams.get('iss')).toBe(stage.issuer('in'));
    const form = stage.codeForm(back.searchParams);
    expect((await stage.post('token', { ...form, ...stage.own(web, 'in') }, {}, 'in')).status).toBe(200);
  });

  test.each([
    ['counts once', async (uri: string) => void (await stage.browser().get(addressOf(uri)))],
    ['ends after a minute', async () => void stage.platform.clock.advance(61)],
  ])('%s', async (_name, before) => {
    const { requestUri } = await push();
    await before(requestUri);
    const page = await stage.browser().get(addressOf(requestUri));
    expect([page.status, page.leftTo]).toEqual([400, undefined]);
  });

  test('of many browsers that come with it at once, one is served', async () => {
    const { requestUri } = await push();
    const pages = await Promise.all(Array.from({ length: 8 }, () => stage.browser().get(addressOf(requestUri))));
    expect(pages.filter(({ html }) => html.includes('name="email"'))).toHaveLength(1);
    expect(pages.filter(({ status, leftTo }) => status === 400 && leftTo === undefined)).toHaveLength(7);
  });

  test('belongs to its client and its data centre, and cannot be changed', async () => {
    const { requestUri } = await push();
    const other = await stage.client('server');
    const page = await stage.browser().get(addressOf(requestUri, other.client_id));
    expect([page.status, page.leftTo]).toEqual([400, undefined]);
    const elsewhere = addressOf(requestUri).replace(stage.issuer(), stage.issuer('in'));
    expect((await stage.browser().get(elsewhere)).status).toBe(400);
    const changed = await stage.browser().get(addressOf(`${requestUri.slice(0, -4)}AAAA`));
    expect(changed.status).toBe(400);
    // Nothing beside it has a say.
    const widened = `${addressOf(requestUri)}&scope=openid+ZohoCRM.modules.ALL&state=other`;
    const back = new URL(await walk(widened));
    expect(back.searchParams.get('state')).not.toBe('other');
  });

  test('is refused at once where it would be in the browser, and unless its client proves itself', async () => {
    for (const [more, error] of [
      [{ scope: 'nonsense' }, 'invalid_scope'],
      [{ redirect_uri: 'https://evil.test/' }, 'invalid_grant'],
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ code_challenge: '' }, 'invalid_request'],
      [{ request_uri: 'urn:x' }, 'request_uri_not_supported'],
    ] as const) {
      const { status, json } = await push(more);
      expect([status, json.error]).toEqual([400, error]);
    }
    const nobody = await push({}, { ...web, client_secret: '' });
    expect([nobody.status, nobody.json.error]).toEqual([401, 'invalid_client']);
  });
});
