import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf, inBrowser, memoryStorage, redirectUri, type Scene, startScene } from '../testing/phone.ts';
import { capacitor } from './capacitor.ts';
import { fileStorage, loopbackRedirect } from './command-line.ts';
import { electron } from './electron.ts';
import { expo } from './expo.ts';
import { reactNative } from './react-native.ts';
import { web } from './web.ts';

/** Each adapter over a stand-in of its framework's own interface, against the platform: the frameworks need devices. */
let scene: Scene;
const directory = mkdtempSync(join(tmpdir(), 'grantway-native-'));
beforeAll(async () => {
  scene = await startScene();
});
afterAll(async () => {
  await scene?.stop();
  rmSync(directory, { recursive: true });
});

const foreign = `${redirectUri}?state=foreign&code=1.a.b`;

describe('Expo', () => {
  test('the sign-in sheet gives the address; the keychain keeps the session', async () => {
    const kept = memoryStorage();
    const hooks = expo({
      WebBrowser: {
        openAuthSessionAsync: async (url, redirect) => {
          expect(redirect).toBe(redirectUri);
          return { type: 'success', url: await inBrowser(scene, url, 'in') };
        },
      },
      SecureStore: {
        getItemAsync: async (key) => kept.items.get(key) ?? null,
        // The keychain takes letters, digits, dots, hyphens and underscores only.
        setItemAsync: async (key, value) =>
          void (/^[\w.-]+$/.test(key) ? kept.items.set(key, value) : expect.fail(key)),
        deleteItemAsync: async (key) => void kept.items.delete(key),
      },
      Crypto: {
        getRandomValues: (bytes) => crypto.getRandomValues(bytes),
        digest: (algorithm, data) => crypto.subtle.digest(algorithm, data),
      },
    });
    const session = await clientOf(scene, 'in', hooks).signIn();
    expect(session.dataCenter.id).toBe('in');
    expect((await clientOf(scene, 'in', hooks).restore())?.dataCenter.id).toBe('in');
    await session.signOut();
    expect(kept.items.size).toBe(0);
  });

  test('a closed sheet is told, an aborted sign-in closes it', async () => {
    let dismiss = () => {};
    const WebBrowser = {
      openAuthSessionAsync: () =>
        new Promise<{ type: string }>((resolve) => {
          dismiss = () => resolve({ type: 'cancel' });
        }),
      dismissAuthSession: () => dismiss(),
    };
    const { openBrowser } = expo({ WebBrowser, SecureStore: {} as never, Crypto: {} as never });
    const controller = new AbortController();
    const opened = openBrowser('https://a.test', { redirectUri, signal: controller.signal });
    controller.abort();
    expect(await opened).toBeNull();
  });
});

test('React Native: the redirect comes as an event, and foreign ones end nothing', async () => {
  const events = new EventEmitter();
  const Linking = {
    openURL: async (url: string) => {
      const address = await inBrowser(scene, url, 'us');
      for (const each of ['com.example.app:/settings', foreign, address]) events.emit('url', { url: each });
    },
    addEventListener: (type: 'url', listener: (event: { url: string }) => void) => {
      events.on(type, listener);
      return { remove: () => events.off(type, listener) };
    },
  };
  const session = await clientOf(scene, 'us', reactNative({ Linking })).signIn();
  expect(session.dataCenter.id).toBe('us');
  expect(events.listenerCount('url')).toBe(0);
});

test('Capacitor: the redirect closes the browser, in whichever order the system tells it', async () => {
  const events = new EventEmitter();
  // biome-ignore lint/suspicious/noExplicitAny: whatever the event gives
  const listen = async (event: string, listener: (...given: any[]) => void) => {
    events.on(event, listener);
    return { remove: async () => void events.off(event, listener) };
  };
  const Browser = {
    open: async ({ url }: { url: string }) => {
      const address = await inBrowser(scene, url, 'in');
      events.emit('browserFinished');
      events.emit('appUrlOpen', { url: address });
    },
    close: async () => {},
    addListener: listen,
  };
  const session = await clientOf(scene, 'in', capacitor({ App: { addListener: listen }, Browser })).signIn();
  expect(session.dataCenter.id).toBe('in');
  await expect.poll(() => events.eventNames().map(String)).not.toContain('appUrlOpen');

  const closed = { ...Browser, open: async () => void events.emit('browserFinished') };
  const client = clientOf(scene, 'in', capacitor({ App: { addListener: listen }, Browser: closed }));
  await expect(client.signIn()).rejects.toMatchObject({ code: 'browser_closed' });
});

test.each(['open-url', 'second-instance'])('Electron: the redirect comes by %s; the file is sealed', async (event) => {
  const app = new EventEmitter();
  const file = join(directory, `${event}.json`);
  const hooks = electron({
    app,
    file,
    shell: {
      openExternal: async (url) => {
        const address = await inBrowser(scene, url, 'us');
        if (event === 'open-url') app.emit(event, { preventDefault: () => {} }, address);
        else app.emit(event, {}, ['/usr/bin/app', '--flag', address]);
      },
    },
    safeStorage: {
      isEncryptionAvailable: () => true,
      encryptString: (text) => Buffer.from([...Buffer.from(text)].map((byte) => byte ^ 0x5a)),
      decryptString: (sealed: Buffer) => Buffer.from([...sealed].map((byte) => byte ^ 0x5a)).toString(),
    },
  });
  const session = await clientOf(scene, 'us', hooks).signIn();
  expect(session.dataCenter.id).toBe('us');
  expect(app.eventNames()).toEqual([]);
  expect(readFileSync(file, 'utf8')).not.toContain('accessToken');
  expect((await clientOf(scene, 'us', hooks).restore())?.dataCenter.id).toBe('us');

  const none = electron({
    app,
    file,
    shell: { openExternal: async () => {} },
    safeStorage: { isEncryptionAvailable: () => false } as never,
  });
  await expect(clientOf(scene, 'us', none).restore()).rejects.toMatchObject({ name: 'StoreError' });
});

test('a page: it leaves, and the next one goes on, with nothing of the code in its address', async () => {
  const kept = memoryStorage();
  const localStorage = { ...kept, getItem: (key: string) => kept.items.get(key) ?? null } as never;
  const page = {
    location: { href: 'http://127.0.0.1/', assign: () => {} },
    history: { replaceState: () => {} },
    localStorage,
  };
  const left = new Promise<string>((resolve) => {
    void clientOf(scene, 'in', web({ ...page, location: { href: '', assign: resolve } })).signIn();
  });
  const address = await inBrowser(scene, await left, 'in');
  let shown = address;
  const { takeRedirect, ...hooks } = web({
    ...page,
    location: { href: address, assign: () => {} },
    history: {
      replaceState: (_data, _unused, url) => {
        shown = url;
      },
    },
  });
  const session = await clientOf(scene, 'in', hooks).resume(takeRedirect());
  expect([session?.dataCenter.id, shown]).toEqual(['in', '/']);
  expect(web(page).takeRedirect()).toBeUndefined();
});

describe('a command line', () => {
  test('any free port; only requests for its own address are heard', async () => {
    const strange: number[] = [];
    const loopback = await loopbackRedirect({
      open: async (url) => {
        const address = await inBrowser(scene, url, 'in');
        const { port } = new URL(address);
        for (const [path, host] of [
          ['/', `127.0.0.1:${port}`],
          [address, `evil.test:${port}`],
        ] as const) {
          strange.push(await statusOf(new URL(path, address), host));
        }
        strange.push((await fetch(`${loopback.redirectUri}?state=foreign&code=1`)).status);
        strange.push((await fetch(address, { method: 'POST' })).status);
        const page = await fetch(address);
        expect(await page.text()).toContain('close this window');
      },
    });
    expect(loopback.redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    const session = await clientOf(scene, 'in', loopback).signIn();
    expect(session.dataCenter.id).toBe('in');
    expect(strange).toEqual([404, 404, 200, 404]);
    await loopback.close();
    await expect(fetch(loopback.redirectUri)).rejects.toThrow();
  });

  test("the file is its owner's alone, and many writers lose nothing", async () => {
    const path = join(directory, 'deep', 'session.json');
    const storage = fileStorage(path);
    expect(await storage.getItem('a')).toBeNull();
    await Promise.all(Array.from({ length: 20 }, (_, index) => storage.setItem(`k${index}`, String(index))));
    await storage.removeItem('k0');
    expect([await storage.getItem('k0'), await storage.getItem('k19')]).toEqual([null, '19']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')))).toHaveLength(19);
  });
});

/** `fetch` sets Host itself. */
async function statusOf(url: URL, host: string): Promise<number> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (answer) => resolve(answer.resume().statusCode ?? 0))
      .once('error', reject)
      .end();
  });
}
