import type { ClientWithSecrets } from '../../../admin/clients.ts';
import type { EventKind } from '../../../inspector/event-kinds.ts';
import { listEvents, type RecordedEvent } from '../../../inspector/events.ts';
import { authorize, HttpBrowser } from '../../../testing/http-browser.ts';
import {
  startTestPlatform,
  type TestPlatform,
  type TestPlatformOptions,
  testPassword,
} from '../../../testing/test-platform.ts';

export const redirectUri = 'https://app.example.com/callback';
export const user = { email: 'anna@us.example', password: testPassword };

type Json = Record<string, unknown>;
export interface JsonAnswer {
  readonly status: number;
  readonly text: string;
  readonly json: Json;
  readonly headers: Headers;
}

/** A platform with a user and a server-based client, and the ways to tokens that identity tests walk. */
export class IdentityStage {
  readonly platform: TestPlatform;
  readonly userId: string;
  readonly web: ClientWithSecrets;

  private constructor(platform: TestPlatform, userId: string, web: ClientWithSecrets) {
    this.platform = platform;
    this.userId = userId;
    this.web = web;
  }

  static async start(options: TestPlatformOptions = {}): Promise<IdentityStage> {
    const platform = await startTestPlatform({ dataCenters: ['us', 'in'], ...options });
    const { userId } = await platform.addUser('us', user.email);
    const web = await platform.addClient({ type: 'server', owner: user.email, enabledDataCenters: ['in'] });
    return new IdentityStage(platform, userId, web);
  }

  origin(dataCenter = 'us'): string {
    return this.platform.topology.find(dataCenter)?.origins.accounts ?? '';
  }

  browser(): HttpBrowser {
    return new HttpBrowser(this.platform.basePort);
  }

  authUrl(client: ClientWithSecrets, more: Readonly<Record<string, string>> = {}, path = '/oauth/v2/auth'): string {
    const parameters = { client_id: client.client_id, response_type: 'code', redirect_uri: redirectUri, ...more };
    return `${this.origin()}${path}?${new URLSearchParams(parameters)}`;
  }

  /** A code, made with a sign-in and consent of its own. */
  async code(more: Readonly<Record<string, string>>, client = this.web): Promise<string> {
    const address = await authorize(this.browser(), this.authUrl(client, { prompt: 'consent', ...more }), user);
    return new URL(address).searchParams.get('code') ?? '';
  }

  exchange(code: string, client = this.web, more: Readonly<Record<string, string>> = {}): Promise<JsonAnswer> {
    return this.post('/oauth/v2/token', {
      grant_type: 'authorization_code',
      client_id: client.client_id,
      client_secret: client.client_secret,
      redirect_uri: redirectUri,
      code,
      ...more,
    });
  }

  /** The answer of the token endpoint to a whole authorization for `scope`. */
  async tokens(scope: string, more: Readonly<Record<string, string>> = {}): Promise<Record<string, string>> {
    const { json } = await this.exchange(await this.code({ scope, ...more }));
    return json as Record<string, string>;
  }

  async post(
    path: string,
    parameters: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
    dataCenter = 'us',
  ): Promise<JsonAnswer> {
    const body = new URLSearchParams(parameters);
    return read(await fetch(`${this.origin(dataCenter)}${path}`, { method: 'POST', body, headers }));
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}, dataCenter = 'us'): Promise<JsonAnswer> {
    return read(await fetch(`${this.origin(dataCenter)}${path}`, { headers }));
  }

  /** The newest event of a kind. */
  async lastEvent(kind: EventKind, dataCenter = 'us'): Promise<RecordedEvent | undefined> {
    const running = this.platform.dataCenters.get(dataCenter);
    if (!running) return undefined;
    await running.events.flush();
    return (await listEvents(running.database, { limit: 1, kind }))[0];
  }
}

async function read(response: Response): Promise<JsonAnswer> {
  const text = await response.text();
  return { status: response.status, text, json: JSON.parse(text) as Json, headers: response.headers };
}
