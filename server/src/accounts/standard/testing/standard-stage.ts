import { createHash, randomBytes } from 'node:crypto';
import type { ClientWithSecrets } from '../../../admin/clients.ts';
import { authorize, HttpBrowser } from '../../../testing/http-browser.ts';
import {
  startTestPlatform,
  type TestPlatform,
  type TestPlatformOptions,
  testPassword,
} from '../../../testing/test-platform.ts';

export const callback = 'https://app.example.com/callback';
export const anna = 'anna@us.example';
export const chandra = 'chandra@in.example';

type Fields = Readonly<Record<string, string>>;
export interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown>;
  readonly headers: Headers;
}

/** A verifier with its S256 challenge, as clients make them (RFC 7636 §4.1, §4.2). */
export function proofKey(): { readonly verifier: string; readonly challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** Two data centres with a user each, and what clients of the standard dialect do with them. */
export class StandardStage {
  readonly platform: TestPlatform;
  readonly #verifiers = new Map<string, string>();

  private constructor(platform: TestPlatform) {
    this.platform = platform;
  }

  static async start(options: TestPlatformOptions = {}): Promise<StandardStage> {
    const platform = await startTestPlatform({
      dataCenters: ['us', 'in'],
      ...options,
      settings: {
        ...options.settings,
        limits: {
          codesPerUserAndClientPerWindow: 0,
          refreshTokensPerUserAndClientPerWindow: 0,
          ...(options.settings?.limits as object),
        },
      },
    });
    await platform.addUser('us', anna);
    await platform.addUser('in', chandra);
    return new StandardStage(platform);
  }

  issuer(dataCenter = 'us'): string {
    return `${this.platform.topology.find(dataCenter)?.origins.accounts}/oauth2`;
  }

  /** A client that is enabled in both data centres; strict unless said otherwise. */
  client(type: string, more: Partial<Parameters<TestPlatform['addClient']>[0]> = {}): Promise<ClientWithSecrets> {
    const enabledDataCenters = type === 'self' ? [] : ['in'];
    return this.platform.addClient({
      type,
      owner: anna,
      enabledDataCenters,
      standards: { profile: 'strict' },
      ...more,
    });
  }

  authUrl(client: ClientWithSecrets, more: Fields = {}, dataCenter = 'us'): string {
    const { verifier, challenge } = proofKey();
    const state = more.state ?? randomBytes(8).toString('hex');
    this.#verifiers.set(state, verifier);
    const query = new URLSearchParams({
      client_id: client.client_id,
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid offline_access',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      state,
      ...more,
    });
    for (const [name, value] of Object.entries(more)) if (value === '') query.delete(name);
    return `${this.issuer(dataCenter)}/authorize?${query}`;
  }

  browser(): HttpBrowser {
    return new HttpBrowser(this.platform.basePort);
  }

  /** The parameters that the client is sent, after the whole way through the pages. */
  async answer(
    client: ClientWithSecrets,
    more: Fields = {},
    { email = anna, browser = this.browser(), decision = 'accept' as 'accept' | 'reject' } = {},
  ): Promise<URLSearchParams> {
    const address = await authorize(
      browser,
      this.authUrl(client, more),
      { email, password: testPassword },
      { decision },
    );
    const url = new URL(address);
    return url.hash ? new URLSearchParams(url.hash.slice(1)) : url.searchParams;
  }

  /** What a code's exchange sends, beside the client's credentials. */
  codeForm(answer: URLSearchParams): Fields {
    return {
      grant_type: 'authorization_code',
      code: answer.get('code') ?? '',
      redirect_uri: callback,
      code_verifier: this.#verifiers.get(answer.get('state') ?? '') ?? '',
    };
  }

  own(client: ClientWithSecrets, dataCenter?: string): Record<string, string> {
    const secret = dataCenter === undefined ? client.client_secret : client.secrets[dataCenter];
    return { client_id: client.client_id, ...(secret && { client_secret: secret }) };
  }

  /** The answer of the token endpoint to a whole authorization. */
  async tokens(
    client: ClientWithSecrets,
    more: Fields = {},
    browser = this.browser(),
  ): Promise<Record<string, string>> {
    const answer = await this.answer(client, more, { browser });
    const { json } = await this.post('token', { ...this.own(client), ...this.codeForm(answer) });
    return json as Record<string, string>;
  }

  refresh(client: ClientWithSecrets, token: string | undefined, more: Fields = {}): Promise<Answer> {
    return this.post('token', {
      ...this.own(client),
      grant_type: 'refresh_token',
      refresh_token: token ?? '',
      ...more,
    });
  }

  async post(name: string, form: Fields | URLSearchParams, headers: Fields = {}, dataCenter = 'us'): Promise<Answer> {
    const url = name.startsWith('/')
      ? `${this.issuer(dataCenter).replace('/oauth2', '')}${name}`
      : `${this.issuer(dataCenter)}/${name}`;
    return read(await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers }));
  }

  async get(url: string, headers: Fields = {}): Promise<Answer> {
    return read(await fetch(url.startsWith('http') ? url : `${this.issuer()}/${url}`, { headers }));
  }

  userInfo(token: string | undefined, headers: Fields = {}): Promise<Answer> {
    return this.get('userinfo', { authorization: `Bearer ${token}`, ...headers });
  }
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  return {
    status: response.status,
    json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    headers: response.headers,
  };
}
