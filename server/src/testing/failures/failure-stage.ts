import type { ClientWithSecrets } from '../../admin/clients.ts';
import { createSelfClientCode } from '../../admin/self-client-code.ts';
import { listEvents } from '../../inspector/events.ts';
import { type ExplainableEvent, type Explained, explain } from '../../inspector/explain.ts';
import { authorize, HttpBrowser } from '../http-browser.ts';
import { startTestPlatform, type TestPlatform, type TestPlatformOptions, testPassword } from '../test-platform.ts';

export const email = 'anna@us.example';
export const redirectUri = 'https://app.example.com/callback';
export const pageOrigin = 'https://app.example.com';
const crmScope = 'ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.org.READ';

/** Limits that a test can reach. */
export const classicLimits = {
  codesPerUserAndClientPerWindow: 0,
  refreshTokensPerUserAndClientPerWindow: 0,
  accessTokensPerRefreshTokenPerWindow: 3,
  activeAccessTokensPerRefreshToken: 2,
  refreshTokensPerUserAndClient: 2,
  crmCallsPerMinute: 12,
} as const;

/** What a request that fails left behind: where it came to, and its id. */
export interface Provoked {
  readonly dataCenter: string;
  readonly response: Response;
}

/** A platform with a client of each type, and everything an app does wrong with it over HTTP. */
export class FailureStage {
  readonly platform: TestPlatform;
  readonly web: ClientWithSecrets;
  readonly job: ClientWithSecrets;
  readonly page: ClientWithSecrets;
  readonly device: ClientWithSecrets;
  readonly phone: ClientWithSecrets;

  static async start(options: Pick<TestPlatformOptions, 'lab'> = {}): Promise<FailureStage> {
    const settings = { limits: classicLimits };
    const platform = await startTestPlatform({ ...options, dataCenters: ['us', 'eu', 'in'], settings });
    await platform.addUser('us', email);
    const add = (type: string, enabledDataCenters: readonly string[] = [], more = {}) =>
      platform.addClient({ type, owner: email, enabledDataCenters, ...more });
    return new FailureStage(platform, {
      web: await add('server', ['eu']),
      job: await add('self'),
      page: await add('browser', [], { javascriptDomains: [pageOrigin] }),
      device: await add('device', ['eu']),
      phone: await add('mobile'),
    });
  }

  private constructor(
    platform: TestPlatform,
    clients: Pick<FailureStage, 'web' | 'job' | 'page' | 'device' | 'phone'>,
  ) {
    this.platform = platform;
    this.web = clients.web;
    this.job = clients.job;
    this.page = clients.page;
    this.device = clients.device;
    this.phone = clients.phone;
  }

  origin(service: 'accounts' | 'api' | 'sandboxApi' | 'content', dataCenter = 'us'): string {
    return this.platform.topology.find(dataCenter)?.origins[service] ?? '';
  }

  async post(path: string, parameters: Record<string, string>, dataCenter = 'us'): Promise<Provoked> {
    const body = new URLSearchParams(parameters);
    return {
      dataCenter,
      response: await fetch(`${this.origin('accounts', dataCenter)}${path}`, { method: 'POST', body }),
    };
  }

  async token(parameters: Record<string, string>, dataCenter = 'us'): Promise<Provoked> {
    return this.post('/oauth/v2/token', parameters, dataCenter);
  }

  own(client: ClientWithSecrets, dataCenter = 'us'): { client_id: string; client_secret: string } {
    return { client_id: client.client_id, client_secret: client.secrets[dataCenter] ?? client.client_secret };
  }

  authorizationUrl(client: ClientWithSecrets, change: Record<string, string> = {}): string {
    const query = new URLSearchParams({
      client_id: client.client_id,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: crmScope,
      access_type: 'offline',
      prompt: 'consent',
      ...change,
    });
    for (const [name, value] of Object.entries(change)) if (value === '') query.delete(name);
    return `${this.origin('accounts')}/oauth/v2/auth?${query}`;
  }

  /** A browser at the authorization endpoint, as far as the first page. */
  async visit(client: ClientWithSecrets, change: Record<string, string> = {}): Promise<Provoked> {
    return { dataCenter: 'us', response: await fetch(this.authorizationUrl(client, change), { redirect: 'manual' }) };
  }

  /** A code of the redirect flow, for the user of the stage. */
  async code(client = this.web, change: Record<string, string> = {}, environment = 'production'): Promise<string> {
    const browser = new HttpBrowser(this.platform.basePort);
    const user = { email, password: testPassword };
    const address = await authorize(browser, this.authorizationUrl(client, change), user, { environment });
    return (
      new URL(address.replace('#', '?')).searchParams.get(change.response_type === 'token' ? 'access_token' : 'code') ??
      ''
    );
  }

  exchange(code: string, change: Record<string, string> = {}, dataCenter = 'us'): Promise<Provoked> {
    const parameters = { grant_type: 'authorization_code', redirect_uri: redirectUri, code };
    return this.token({ ...this.own(this.web, dataCenter), ...parameters, ...change }, dataCenter);
  }

  refresh(refreshToken: string, change: Record<string, string> = {}, dataCenter = 'us'): Promise<Provoked> {
    const parameters = { grant_type: 'refresh_token', refresh_token: refreshToken };
    return this.token({ ...this.own(this.job, dataCenter), ...parameters, ...change }, dataCenter);
  }

  /** Tokens of the self client: the quick way to some that work. */
  async tokens(scope = crmScope): Promise<{ access: string; refresh: string }> {
    const request = { dataCenter: 'us', clientId: this.job.client_id, scope, minutes: 3, environment: 'production' };
    const { code } = await createSelfClientCode(this.platform.admin, {
      ...request,
      organizationId: undefined,
      description: '',
    });
    const { response } = await this.token({ ...this.own(this.job), grant_type: 'authorization_code', code });
    const answer = (await response.json()) as { access_token: string; refresh_token: string };
    return { access: answer.access_token, refresh: answer.refresh_token };
  }

  /** The code of a device that asked at us. */
  async deviceCode(): Promise<string> {
    const parameters = { client_id: this.device.client_id, grant_type: 'device_request', scope: crmScope };
    const { response } = await this.post('/oauth/v3/device/code', parameters);
    return ((await response.json()) as { device_code: string }).device_code;
  }

  poll(deviceCode: string, dataCenter = 'us'): Promise<Provoked> {
    const parameters = { grant_type: 'device_token', code: deviceCode };
    return this.post('/oauth/v3/device/token', { ...this.own(this.device, dataCenter), ...parameters }, dataCenter);
  }

  async call(
    path: string,
    token: string | undefined,
    {
      at = 'api',
      dataCenter = 'us',
      ...init
    }: RequestInit & { at?: 'api' | 'sandboxApi' | 'content'; dataCenter?: string } = {},
  ): Promise<Provoked> {
    const headers = { ...(token === undefined ? {} : { authorization: `Zoho-oauthtoken ${token}` }), ...init.headers };
    return { dataCenter, response: await fetch(`${this.origin(at, dataCenter)}${path}`, { ...init, headers }) };
  }

  /** The event of the request, and its explanation. */
  async explanationOf({ dataCenter, response }: Provoked): Promise<{ event: ExplainableEvent; explained: Explained }> {
    const running = this.platform.dataCenters.get(dataCenter);
    const requestId = response.headers.get('x-request-id');
    if (!running || requestId === null) throw new Error(`no data centre ${dataCenter}, or no request id`);
    await running.events.flush();
    const events = await listEvents(running.database, { limit: 20, failed: true });
    const found = events.find((event) => event.requestId === requestId);
    if (!found) throw new Error(`no failed event of ${requestId}: ${JSON.stringify(events.slice(0, 3))}`);
    const event = { ...found, dataCenter };
    return { event, explained: explain(event) };
  }
}
