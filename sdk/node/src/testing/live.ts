/** A real platform for tests: users in two data centres, clients of each type, and every token request counted. */

import { authorize, HttpBrowser, signIn } from '../../../../server/src/testing/http-browser.ts';
import { RunningClock } from '../../../../server/src/testing/running-clock.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../../../../server/src/testing/test-platform.ts';
import { unlimited } from '../../../../server/src/testing/unlimited.ts';
import { DataCenters, type NamedOrigins, OAuthClient, type OAuthClientOptions, type Session } from '../index.ts';

export const allScopes = [
  'ZohoCRM.modules.ALL',
  'ZohoCRM.settings.ALL',
  'ZohoCRM.users.ALL',
  'ZohoCRM.org.ALL',
  'ZohoCRM.coql.READ',
  'ZohoCRM.bulk.ALL',
  'ZohoCRM.files.ALL',
  'ZohoCRM.notifications.ALL',
  'ZohoFiles.files.ALL',
  'ZohoSearch.securesearch.READ',
];
export const redirectUri = 'https://app.example.com/callback';

export interface Live {
  readonly platform: TestPlatform;
  readonly dataCenters: DataCenters;
  readonly server: { readonly client_id: string; readonly secrets: Readonly<Record<string, string>> };
  /** Token requests by `grant_type`, in order; calls of other addresses are in `calls`. */
  readonly tokenRequests: string[];
  readonly calls: string[];
  readonly fetch: typeof globalThis.fetch;
  /** Of the server-based client. */
  oauth(over?: Partial<OAuthClientOptions>): OAuthClient;
  /** The whole way of a user of this data centre, pages included. */
  signIn(oauth: OAuthClient, location: string, options?: SignInOptions): Promise<Session>;
  stop(): Promise<void>;
}

export interface SignInOptions {
  readonly environment?: string;
  readonly key?: string;
  readonly scopes?: readonly string[];
  readonly lookUpUser?: boolean;
}

export const userOf = (location: string) => ({ email: `user@${location}.example`, password: testPassword });

export async function startLive(settings: Readonly<Record<string, unknown>> = {}): Promise<Live> {
  const platform = await startTestPlatform({
    dataCenters: ['us', 'in'],
    clock: new RunningClock(),
    settings: { limits: unlimited, compatibility: { deviceIntervalMs: 100 }, ...settings },
  });
  for (const location of ['us', 'in']) await platform.addUser(location, userOf(location).email);
  const owner = userOf('us').email;
  const server = await platform.addClient({ owner, type: 'server', enabledDataCenters: ['in'] });
  const dataCenters = DataCenters.of(
    Object.fromEntries(['us', 'in'].map((id) => [id, platform.topology.find(id)?.origins as NamedOrigins])),
  );
  const tokenRequests: string[] = [];
  const calls: string[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const grant = init?.body instanceof URLSearchParams ? init.body.get('grant_type') : null;
    if (grant !== null) tokenRequests.push(grant);
    else calls.push(String(input));
    return globalThis.fetch(input, init);
  };
  const live: Live = {
    platform,
    dataCenters,
    server: server as Live['server'],
    tokenRequests,
    calls,
    fetch,
    oauth: (over = {}) =>
      new OAuthClient({
        clientId: server.client_id,
        clientSecret: server.secrets as Record<string, string>,
        redirectUri,
        dataCenters,
        dataCenter: 'us',
        fetch,
        now: () => platform.clock.nowMs(),
        ...over,
      }),
    async signIn(oauth, location, { environment, scopes = allScopes, ...storing } = {}) {
      const request = oauth.authorizationUrl({ scopes, prompt: 'consent' });
      const browser = new HttpBrowser(platform.basePort);
      const address = await authorize(browser, request.url, userOf(location), environment ? { environment } : {});
      const { state, codeVerifier } = request;
      return oauth.exchange(address, { state, codeVerifier, ...storing });
    },
    stop: () => platform.stop(),
  };
  return live;
}

/** The answer's JSON, of a shape that the test knows. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
export async function json(answer: Response): Promise<any> {
  return answer.json();
}

/** A user's way through the pages of a device: signs in, confirms the code, and decides (`accept` or `reject`). */
export async function answerDevice({ platform }: Live, url: string, location: string, decision: string): Promise<void> {
  const browser = new HttpBrowser(platform.basePort);
  const { email, password } = userOf(location);
  let page = await signIn(browser, await browser.get(url), email, password);
  for (let step = 0; step < 4 && !page.html.includes('name="decision"'); step++) {
    page = await browser.submit(page, page.html.includes('type="radio"') ? 'organization' : 'user_code');
  }
  await browser.submit(page, 'decision', { decision });
}
