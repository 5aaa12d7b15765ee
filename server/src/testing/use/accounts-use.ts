import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { anna, callback, chandra, type StandardStage } from '../../accounts/standard/testing/standard-stage.ts';
import type { ClientWithSecrets } from '../../admin/clients.ts';
import { authorize, type HttpBrowser, type Page, signIn } from '../http-browser.ts';
import { testPassword } from '../test-platform.ts';

const crmScope =
  'ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.users.ALL,ZohoCRM.files.ALL,ZohoCRM.bulk.ALL,ZohoCRM.notifications.ALL,' +
  'ZohoCRM.send_mail.ALL,ZohoCRM.share.ALL,ZohoCRM.change_owner.ALL,ZohoCRM.mass_delete.ALL,ZohoCRM.mass_update.ALL,ZohoCRM.org.ALL';
const provider = 'corp';

type Clients = Readonly<Record<'web' | 'page' | 'device' | 'strict' | 'lasting', ClientWithSecrets>>;

/**
 * What people and apps do with an accounts server every day, through its pages and endpoints: each call of `day` does the
 * same, and leaves no user, client or grant behind that was not there after the first.
 */
export class AccountsUse {
  readonly #stage: StandardStage;
  readonly #clients: Clients;
  /** A family of refresh tokens that lives on from day to day, by its newest. */
  #newest = '';

  private constructor(stage: StandardStage, clients: Clients) {
    this.#stage = stage;
    this.#clients = clients;
  }

  static async begin(stage: StandardStage): Promise<AccountsUse> {
    const compatible = { standards: { profile: 'compatible' as const } };
    const use = new AccountsUse(stage, {
      web: await stage.client('server', compatible),
      page: await stage.client('browser', compatible),
      device: await stage.client('device', compatible),
      strict: await stage.client('server'),
      lasting: await stage.client('server'),
    });
    await use.#addProvider();
    use.#newest = (await stage.tokens(use.#clients.lasting)).refresh_token ?? '';
    return use;
  }

  /** @returns an access token for the CRM that lives for an hour. */
  async day(): Promise<string> {
    const browser = this.#stage.browser();
    const token = await this.#signInOfAnApp(browser);
    await this.#tokensOfAPage(browser);
    await this.#strictClient(browser);
    await this.#device(browser);
    await this.#hop();
    await this.#console(browser);
    await this.#mistakes();
    await this.#toProvider();
    await browser.get(`${this.#accounts}/account/security`);
    return token;
  }

  get #accounts(): string {
    return this.#stage.platform.topology.find('us')?.origins.accounts ?? '';
  }

  async #signInOfAnApp(browser: HttpBrowser): Promise<string> {
    const { web } = this.#clients;
    const own = this.#stage.own(web);
    const query = {
      ...{ client_id: web.client_id, response_type: 'code', redirect_uri: callback, scope: crmScope },
      ...{ access_type: 'offline', prompt: 'consent' },
    };
    const address = await authorize(browser, `${this.#accounts}/oauth/v2/auth?${new URLSearchParams(query)}`, user);
    const code = new URL(address).searchParams.get('code') ?? '';
    const exchange = { ...own, grant_type: 'authorization_code', redirect_uri: callback, code };
    const tokens = (await this.#post('/oauth/v2/token', exchange)) as Record<string, string>;
    const refresh = { ...own, refresh_token: tokens.refresh_token ?? '' };
    await this.#post('/oauth/v2/token/scopeenhance', { ...refresh, grant_type: 'update_scopes_token' });
    const renewed = await this.#post('/oauth/v2/token', { ...refresh, grant_type: 'refresh_token' });
    await this.#post('/oauth/v2/token/revoke', { token: tokens.access_token ?? '' });
    if (typeof renewed.access_token !== 'string') throw new Error(JSON.stringify(renewed));
    return renewed.access_token;
  }

  async #tokensOfAPage(browser: HttpBrowser): Promise<void> {
    const { client_id } = this.#clients.page;
    const query = { client_id, response_type: 'token', redirect_uri: callback, scope: 'ZohoCRM.modules.READ' };
    const url = `${this.#accounts}/oauth/v2/auth?${new URLSearchParams(query)}`;
    await authorize(browser, url, user, { entireSession: true });
  }

  /** Rotation, proofs of possession, sessions that clients are told of. */
  async #strictClient(browser: HttpBrowser): Promise<void> {
    const { lasting, strict } = this.#clients;
    const answer = await this.#stage.answer(strict, {}, { browser });
    const form = { ...this.#stage.own(strict), ...this.#stage.codeForm(answer) };
    const prove = await newProver(`${this.#stage.issuer()}/token`, this.#stage.platform.clock.nowMs());
    const { headers } = await this.#stage.post('token', form, { dpop: await prove() });
    const nonce = headers.get('dpop-nonce') ?? '';
    const { json } = await this.#stage.post('token', form, { dpop: await prove(nonce) });
    if (json.token_type !== 'DPoP') throw new Error(JSON.stringify(json));
    const renewed = await this.#stage.refresh(lasting, this.#newest);
    if (typeof renewed.json.refresh_token !== 'string') throw new Error(JSON.stringify(renewed.json));
    this.#newest = renewed.json.refresh_token;
  }

  async #device(browser: HttpBrowser): Promise<void> {
    const { client_id, secrets } = this.#clients.device;
    const asked = { grant_type: 'device_request', client_id, scope: 'ZohoCRM.modules.ALL', access_type: 'offline' };
    const { user_code, device_code } = await this.#post('/oauth/v3/device/code', asked);
    const poll = () =>
      this.#post('/oauth/v3/device/token', {
        ...{ grant_type: 'device_token', client_id, client_secret: secrets.us ?? '', code: String(device_code) },
      });
    await poll();
    const page = await browser.get(`${this.#accounts}/oauth/v3/device?user_code=${user_code}`);
    await browser.submit(await choose(browser, page), 'decision', { decision: 'accept' });
    this.#stage.platform.clock.advance(6);
    const tokens = await poll();
    if (!('access_token' in tokens)) throw new Error(JSON.stringify(tokens));
  }

  /** A user of another data centre, who is sent there to sign in. */
  async #hop(): Promise<void> {
    const { client_id } = this.#clients.page;
    const query = { client_id, response_type: 'token', redirect_uri: callback, scope: 'ZohoCRM.modules.READ' };
    const url = `${this.#accounts}/oauth/v2/auth?${new URLSearchParams(query)}`;
    await authorize(this.#stage.browser(), url, { email: chandra, password: testPassword });
  }

  async #console(browser: HttpBrowser): Promise<void> {
    const page = await browser.get(`${this.#stage.platform.topology.find('us')?.origins.console}/sign-in?return=/`);
    if (page.status !== 200) throw new Error(`${page.url}: ${page.status}`);
  }

  /** A wrong password, and one that was forgotten. */
  async #mistakes(): Promise<void> {
    const browser = this.#stage.browser();
    await signIn(browser, await browser.get(`${this.#accounts}/signin`), anna, 'not the password');
    const password = await browser.submit(await browser.get(`${this.#accounts}/signin`), 'email', { email: anna });
    const href = /href="(\/signin\/forgot[^"]*)"/.exec(password.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    await browser.submit(await browser.get(`${this.#accounts}${href}`), 'send');
  }

  /** The other data centre's server is the provider; the user turns round on the way there. */
  async #addProvider(): Promise<void> {
    const { adminOrigin, admin } = this.#stage.platform;
    const body = {
      ...{ id: provider, name: 'Corp', issuer: this.#stage.issuer('in') },
      ...{ clientId: this.#clients.strict.client_id, clientSecret: this.#clients.strict.secrets.in },
    };
    const answer = await fetch(`${adminOrigin}/data-centers/us/outside-providers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin.adminToken}` },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }

  async #toProvider(): Promise<void> {
    const url = `${this.#accounts}/signin/with?provider=${provider}`;
    const answer = await fetch(url, { redirect: 'manual' });
    if (answer.status !== 303 && answer.status !== 302) throw new Error(`${answer.status} ${await answer.text()}`);
  }

  async #post(path: string, form: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
    return (await this.#stage.post(path, form)).json;
  }
}

const user = { email: anna, password: testPassword };

async function choose(browser: HttpBrowser, page: Page): Promise<Page> {
  if (!page.html.includes('type="radio"')) return page;
  const organization = /name="organization" value="([^"]+:production)"/.exec(page.html)?.[1] ?? '';
  return browser.submit(page, 'organization', { organization });
}

/** Makes proofs of a new key for one endpoint (RFC 9449 §4.2). */
async function newProver(url: string, nowMs: number): Promise<(nonce?: string) => Promise<string>> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  return (nonce) =>
    new SignJWT({ jti: randomUUID(), htm: 'POST', htu: url, iat: Math.floor(nowMs / 1000), ...(nonce && { nonce }) })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .sign(privateKey);
}
