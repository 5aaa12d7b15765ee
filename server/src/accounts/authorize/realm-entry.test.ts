import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientWithSecrets } from '../../admin/clients.ts';
import { authorize, signIn } from '../../testing/http-browser.ts';
import { testPassword } from '../../testing/test-platform.ts';
import { IdentityStage, redirectUri } from '../identity/testing/identity-stage.ts';

/** Clients of `in` and of `cn`, which are not enabled at `us`, the first data centre of the realm. */
let stage: IdentityStage;
let indian: ClientWithSecrets;
let page: ClientWithSecrets;
let chinese: ClientWithSecrets;
const chandra = { email: 'chandra@in.example', password: testPassword };

beforeAll(async () => {
  stage = await IdentityStage.start({ dataCenters: ['us', 'in', 'eu', 'cn'] });
  const { platform } = stage;
  await platform.addUser('in', chandra.email);
  await platform.addUser('eu', 'eva@eu.example');
  await platform.addUser('cn', 'li@cn.example');
  indian = await platform.addClient({ type: 'server', owner: chandra.email, dataCenter: 'in' });
  page = await platform.addClient({ type: 'browser', owner: chandra.email, dataCenter: 'in' });
  chinese = await platform.addClient({ type: 'server', owner: 'li@cn.example', dataCenter: 'cn' });
});
afterAll(() => stage.platform.stop());

const url = (client: ClientWithSecrets, more: Record<string, string> = {}) =>
  stage.authUrl(client, { scope: 'email', state: 's1', ...more });

describe('the first data centre of the realm is an entry for every client of the realm (reference §1.4)', () => {
  test('its users go on to their home, and the event tells which entry was used', async () => {
    const browser = stage.browser();
    const address = await authorize(browser, url(indian), chandra);
    expect(address).toContain('&location=in&');
    expect((await stage.lastEvent('hop', 'us'))?.detail).toEqual({ to: 'in', entry: 'realm' });
    await authorize(stage.browser(), url(stage.web), chandra);
    expect((await stage.lastEvent('hop', 'us'))?.detail).toEqual({ to: 'in', entry: 'client' });
  });

  test('silent renewal finds the way home as well', async () => {
    const browser = stage.browser();
    const implicit = url(page, { response_type: 'token' });
    await authorize(browser, implicit, chandra, { entireSession: true });
    const renewed = await browser.get(implicit.replace('/auth?', '/auth/refresh?'));
    expect(renewed.leftTo).toMatch(/#access_token=.*&location=in&/);
  });

  test('whether the client may serve the user is decided at the home: not here, and not at a third', async () => {
    const browser = stage.browser();
    const here = await signIn(browser, await browser.get(url(indian)), 'anna@us.example', testPassword);
    expect([here.status, here.leftTo]).toEqual([400, undefined]);
    expect(here.html).toContain('content="invalid_client"');
    const event = await stage.lastEvent('authorize');
    expect([event?.outcome, event?.detail.entry]).toEqual(['ClientNotEnabled', 'realm']);
    const consent = `${stage.origin()}/oauth/consent?organization=-:production&continue=`;
    const typed = await browser.get(consent + encodeURIComponent(url(indian).slice(stage.origin().length)));
    expect(typed.html).toContain('content="invalid_client"');
    const refresh = await browser.get(url(page, { response_type: 'token' }).replace('/auth?', '/auth/refresh?'));
    expect(refresh.html).toContain('content="invalid_client"');

    const other = stage.browser();
    const elsewhere = await other.submit(await other.get(url(indian)), 'email', { email: 'eva@eu.example' });
    expect(elsewhere.url.startsWith(stage.origin('eu'))).toBe(true);
    expect(elsewhere.html).toContain('content="invalid_client"');
  });

  test('who is signed in here and at home too goes on to the home', async () => {
    const browser = stage.browser();
    await signIn(browser, await browser.get(`${stage.origin()}/`), 'anna@us.example', testPassword);
    expect((await browser.get(url(indian))).html).toContain('content="invalid_client"');
    await authorize(browser, url(indian, { prompt: 'select_account' }), chandra);
    expect((await browser.get(url(indian))).leftTo).toContain('&location=in&');
  });

  test('only the first, only in its realm, and only for what is otherwise in order', async () => {
    const refused = async (address: string) => (await stage.browser().get(address)).html;
    expect(await refused(url(chinese))).toContain('content="invalid_client"');
    expect(await refused(url(indian).replace(stage.origin(), stage.origin('eu')))).toContain(
      'content="invalid_client"',
    );
    expect(await refused(url(indian).replace(stage.origin(), stage.origin('cn')))).toContain(
      'content="invalid_client"',
    );
    expect(await refused(url(indian, { redirect_uri: `${redirectUri}/` }))).toContain('content="invalid_redirect_uri"');
  });

  test('compatibility.realmEntry off: only where the client is enabled', async () => {
    const narrow = await IdentityStage.start({ settings: { compatibility: { realmEntry: false } } });
    try {
      await narrow.platform.addUser('in', chandra.email);
      const client = await narrow.platform.addClient({ type: 'server', owner: chandra.email, dataCenter: 'in' });
      const answer = await narrow.browser().get(narrow.authUrl(client, { scope: 'email' }));
      expect(answer.html).toContain('content="invalid_client"');
    } finally {
      await narrow.platform.stop();
    }
  });
});
