import type { ClientWithSecrets } from '../../../admin/clients.ts';
import type { EventKind } from '../../../inspector/event-kinds.ts';
import { listEvents } from '../../../inspector/events.ts';
import { HttpBrowser, type Page, signIn } from '../../../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../../../testing/test-platform.ts';

export type Parameters = Record<string, string | undefined>;

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: Record<string, unknown>;
  readonly headers: Headers;
}

const users = { us: 'anna@us.example', eu: 'eva@eu.example', cn: 'li@cn.example' };

/** A platform with a user in each of us, eu and cn, and a device client of us that is enabled in eu and in. */
export class DeviceStage {
  readonly platform: TestPlatform;
  readonly client: ClientWithSecrets;

  /** @param dataCenters Those that the test needs, `us` among them. */
  static async start(
    settings: Readonly<Record<string, unknown>> = {},
    dataCenters: readonly string[] = ['us', 'eu', 'in', 'cn'],
  ): Promise<DeviceStage> {
    const platform = await startTestPlatform({ dataCenters, settings });
    for (const [dataCenter, email] of Object.entries(users)) {
      if (dataCenters.includes(dataCenter)) await platform.addUser(dataCenter, email);
    }
    const enabledDataCenters = ['eu', 'in'].filter((dataCenter) => dataCenters.includes(dataCenter));
    const client = await platform.addClient({ type: 'device', owner: users.us, enabledDataCenters });
    return new DeviceStage(platform, client);
  }

  private constructor(platform: TestPlatform, client: ClientWithSecrets) {
    this.platform = platform;
    this.client = client;
  }

  accounts(dataCenter = 'us'): string {
    return this.platform.topology.find(dataCenter)?.origins.accounts ?? '';
  }

  async post(path: string, parameters: Parameters, dataCenter = 'us', init: RequestInit = {}): Promise<Answer> {
    const body = new URLSearchParams(definedOf(parameters));
    const response = await fetch(`${this.accounts(dataCenter)}${path}`, { method: 'POST', body, ...init });
    const text = await response.text();
    return { status: response.status, text, json: JSON.parse(text), headers: response.headers };
  }

  requestParameters(more: Parameters = {}): Parameters {
    const scope = 'ZohoCRM.modules.ALL,ZohoCRM.users.READ';
    const { client_id } = this.client;
    return { grant_type: 'device_request', client_id, scope, access_type: 'offline', ...more };
  }

  /** A new pair of codes; ten approvals in ten minutes are allowed, the tests make more. */
  async newCodes(more: Parameters = {}): Promise<{ userCode: string; deviceCode: string }> {
    this.platform.clock.advance(61);
    const { json } = await this.post('/oauth/v3/device/code', this.requestParameters(more));
    return { userCode: String(json.user_code), deviceCode: String(json.device_code) };
  }

  pollParameters(deviceCode: string, dataCenter = 'us', more: Parameters = {}): Parameters {
    const { client_id, secrets } = this.client;
    return {
      grant_type: 'device_token',
      client_id,
      client_secret: secrets[dataCenter],
      code: deviceCode,
      ...more,
    };
  }

  /** Asks for the token `afterSeconds` later. */
  poll(deviceCode: string, afterSeconds = 6, dataCenter = 'us'): Promise<Answer> {
    this.platform.clock.advance(afterSeconds);
    return this.post('/oauth/v3/device/token', this.pollParameters(deviceCode, dataCenter), dataCenter);
  }

  newBrowser(): HttpBrowser {
    return new HttpBrowser(this.platform.basePort);
  }

  async signedIn(email = 'anna@us.example', dataCenter = 'us'): Promise<HttpBrowser> {
    const browser = this.newBrowser();
    await signIn(browser, await browser.get(`${this.accounts(dataCenter)}/`), email, testPassword);
    return browser;
  }

  /** From the address with the code to the last page: sign-in, an organization if asked, the answer. */
  async answer(
    userCode: string,
    choice: { email?: string; decision?: 'accept' | 'reject'; browser?: HttpBrowser; environment?: string } = {},
  ): Promise<Page> {
    const { browser = this.newBrowser(), decision = 'accept', email = 'anna@us.example' } = choice;
    let page = await browser.get(`${this.accounts()}/oauth/v3/device?user_code=${userCode}`);
    if (page.html.includes('name="email"')) page = await signIn(browser, page, email, testPassword);
    page = await this.chooseOrganization(browser, page, choice.environment);
    return browser.submit(page, 'decision', { decision });
  }

  async chooseOrganization(browser: HttpBrowser, page: Page, environment = 'production'): Promise<Page> {
    if (!page.html.includes('type="radio"')) return page;
    const values = [...page.html.matchAll(/name="organization" value="([^"]+)"/g)].map((match) => match[1] ?? '');
    const organization = values.find((value) => value.endsWith(`:${environment}`)) ?? '';
    return browser.submit(page, 'organization', { organization });
  }

  /** What was recorded last in the data centre, of the kind. */
  async lastEvent(kind: EventKind, dataCenter = 'us') {
    const running = this.platform.dataCenters.get(dataCenter);
    if (!running) throw new Error(`no data centre ${dataCenter}`);
    await running.events.flush();
    return (await listEvents(running.database, { limit: 1, kind }))[0];
  }
}

export function definedOf(parameters: Parameters): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}
