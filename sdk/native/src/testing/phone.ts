import { authorize, HttpBrowser } from '../../../../server/src/testing/http-browser.ts';
import { RunningClock } from '../../../../server/src/testing/running-clock.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../../../../server/src/testing/test-platform.ts';
import { unlimited } from '../../../../server/src/testing/unlimited.ts';
import { DataCenters, NativeClient, type NativeClientOptions, type SecureStorage } from '../index.ts';

export const redirectUri = 'com.example.app:/callback';
const dataCenterIds = ['us', 'in', 'cn'];

/** A platform with a mobile client and a user in each data centre; every request that the SDK makes is noted. */
export interface Scene {
  readonly platform: TestPlatform;
  readonly dataCenters: DataCenters;
  readonly clientId: string;
  /** Requests of accounts servers and APIs, as `in POST /oauth/v2/token refresh_token`. */
  readonly requests: string[];
  readonly fetch: typeof globalThis.fetch;
  stop(): Promise<void>;
}

export async function startScene(): Promise<Scene> {
  const platform = await startTestPlatform({
    dataCenters: dataCenterIds,
    clock: new RunningClock(),
    settings: { limits: unlimited },
  });
  for (const id of dataCenterIds) await platform.addUser(id, emailOf(id));
  const { client_id: clientId } = await platform.addClient({
    owner: emailOf('us'),
    type: 'mobile',
    enabledDataCenters: ['in', 'cn'],
    redirectUris: [redirectUri, 'http://127.0.0.1/callback'],
  });
  const table = Object.fromEntries(platform.topology.dataCenters.map(({ id, origins }) => [id, origins]));
  const dataCenters = DataCenters.of(table);
  const requests: string[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { origin, pathname } = new URL(String(input));
    const place = dataCenters.byAccounts(origin)?.id ?? dataCenters.byApi(origin)?.dataCenter.id ?? origin;
    const grant = init?.body instanceof URLSearchParams ? init.body.get('grant_type') : null;
    requests.push([place, init?.method, pathname, grant].filter(Boolean).join(' '));
    return globalThis.fetch(input, init);
  };
  return { platform, dataCenters, clientId, requests, fetch, stop: () => platform.stop() };
}

export const emailOf = (dataCenter: string) => `user@${dataCenter}.example`;

/** A storage whose content a test sees, and that outlives the client. */
export function memoryStorage(): SecureStorage & { readonly items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

/** What the user does in the browser: the address that the accounts server sends the browser back to. */
export function inBrowser(
  scene: Scene,
  url: string,
  dataCenter: string,
  choice: Parameters<typeof authorize>[3] = {},
): Promise<string> {
  const user = { email: emailOf(dataCenter), password: testPassword };
  return authorize(new HttpBrowser(scene.platform.basePort), url, user, choice);
}

/** A client of the scene whose user lives at `dataCenter`. */
export function clientOf(scene: Scene, dataCenter: string, over: Partial<NativeClientOptions> = {}): NativeClient {
  return new NativeClient({
    clientId: scene.clientId,
    redirectUri,
    scopes: ['ZohoCRM.modules.ALL', 'ZohoCRM.users.READ'],
    dataCenters: scene.dataCenters,
    dataCenter: 'us',
    fetch: scene.fetch,
    now: () => scene.platform.clock.nowMs(),
    secureStorage: memoryStorage(),
    openBrowser: (url) => inBrowser(scene, url, dataCenter),
    ...over,
  });
}
