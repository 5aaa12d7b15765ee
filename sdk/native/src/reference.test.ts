import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../server/src/testing/platform-process.ts';
import { readEntries } from '../../../tools/reference/entries.ts';
import type * as sdk from './index.ts';
import { clientOf, inBrowser, memoryStorage, type Scene, startScene } from './testing/phone.ts';

/**
 * Every public function has an example, and every example compiles and runs as it stands against a live platform, but for
 * addresses. What only a framework has is given: the calls that the adapters make of it.
 */
const packageRoot = join(import.meta.dirname, '..');
// Beside the sources, so that packages are found.
const folder = mkdtempSync(join(packageRoot, '.snippets-'));
let scene: Scene;

const items = readEntries('native').flatMap((entry) => entry.items);
const examples = items.flatMap(({ name, example, members }) => [
  ...(example ? [{ name, code: example }] : []),
  ...members.flatMap((member) => (member.example ? [{ name: `${name}.${member.name}`, code: member.example }] : [])),
]);

beforeAll(async () => {
  scene = await startScene();
});
afterAll(async () => {
  await scene?.stop();
  rmSync(folder, { recursive: true });
});

test('every public function has an example', () => {
  const without = items.flatMap(({ name, kind, example, members }) => {
    if (kind === 'function') return example ? [] : [name];
    if (kind !== 'class') return [];
    const methods = members.filter(
      ({ signature }) => /^(async )?\w+[<(]/.test(signature) && !/^constructor/.test(signature),
    );
    return methods.filter((method) => !method.example).map((method) => `${name}.${method.name}`);
  });
  expect(without).toEqual([]);
});

/** What examples name without making it, with the types that they have in an app. */
const types = {
  client: 'sdk.NativeClient',
  session: 'sdk.Session',
  controller: 'AbortController',
  myDataCenter: 'sdk.DataCenter',
  clientId: 'string',
  redirectUri: 'string',
  scopes: 'string[]',
  dataCenters: 'sdk.DataCenters',
  secureStorage: 'sdk.SecureStorage',
  crypto: 'sdk.CryptoHooks',
  path: 'string',
  Crypto: 'ExpoCrypto',
  SecureStore: 'ExpoSecureStore',
  WebBrowser: 'ExpoWebBrowser',
  Linking: 'ReactNativeLinking & { getInitialURL(): Promise<string | null> }',
  App: 'CapacitorApp',
  Browser: 'CapacitorBrowser',
  app: 'ElectronApp & { getPath(name: string): string }',
  shell: 'ElectronShell',
  safeStorage: 'ElectronSafeStorage',
  window: 'PageWindow',
  location: 'PageWindow["location"] & { readonly origin: string }',
} as const;
type Given = Readonly<Record<keyof typeof types, unknown>>;

/** All examples as functions of what they name. */
function writeExamples(): string {
  const accounts = scene.dataCenters.get('us').accounts;
  const replaced = (code: string) =>
    code.replaceAll('http://localhost:8000', accounts).replaceAll(/^import \* as \w+ from 'expo-.*\n/gm, '');
  const functions = examples.map(({ name, code }) => {
    // Not what stands in a text, and not what it makes itself.
    const own = replaced(code).replaceAll(/'[^']*'/g, "''");
    const named = Object.keys(types).filter(
      (each) => new RegExp(`(?<![\\w.])${each}\\b(?!:)`).test(own) && !new RegExp(`(const|[{,]) ${each} =`).test(own),
    );
    const given = named.length === 0 ? '_: Given' : `{ ${named.join(', ')} }: Given`;
    return `  ${JSON.stringify(name)}: async (${given}) => {\n${replaced(code)}\n},`;
  });
  const file = join(folder, 'examples.ts');
  writeFileSync(
    file,
    `
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as sdk from '../src/index.ts';
import { type CapacitorApp, type CapacitorBrowser, capacitor } from '../src/adapters/capacitor.ts';
import { fileStorage, loopbackRedirect, openSystemBrowser } from '../src/adapters/command-line.ts';
import { type ElectronApp, type ElectronSafeStorage, type ElectronShell, electron } from '../src/adapters/electron.ts';
import { type ExpoCrypto, type ExpoSecureStore, type ExpoWebBrowser, expo } from '../src/adapters/expo.ts';
import { type ReactNativeLinking, reactNative } from '../src/adapters/react-native.ts';
import { type PageWindow, web } from '../src/adapters/web.ts';
const { DataCenters, discoverDataCenters, GrantwayError, NativeClient, zohoDataCenters } = sdk;
const console = { error: (..._: unknown[]) => {} };
interface Given { ${Object.entries(types)
      .map(([name, type]) => `readonly ${name}: ${type};`)
      .join(' ')} }
export const examples: Readonly<Record<string, (given: Given) => Promise<void>>> = {
${functions.join('\n')}
};
`,
  );
  return file;
}

/** Fresh ones for each example, because some end what they are given. */
async function givenFor(name: string): Promise<Given> {
  const client = clientOf(scene, 'in');
  const session = name.startsWith('NativeClient') ? undefined : await client.signIn();
  const storage = memoryStorage();
  const page = { href: 'http://127.0.0.1/', origin: 'http://127.0.0.1', assign: () => {} };
  return {
    ...{ client, session, controller: new AbortController(), clientId: scene.clientId },
    ...{ redirectUri: 'com.example.app:/callback', scopes: ['ZohoCRM.modules.ALL'], dataCenters: scene.dataCenters },
    myDataCenter: { id: 'own', domain: '.own', accounts: 'https://accounts.example.com', api: {} },
    secureStorage: storage satisfies sdk.SecureStorage,
    crypto: {
      getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => globalThis.crypto.getRandomValues(bytes),
      sha256: async (bytes: Uint8Array<ArrayBuffer>) =>
        new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes)),
    },
    path: join(folder, 'session.json'),
    Crypto: {
      getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => globalThis.crypto.getRandomValues(bytes),
      digest: (_: never, data: Uint8Array<ArrayBuffer>) => globalThis.crypto.subtle.digest('SHA-256', data),
    },
    SecureStore: { getItemAsync: async () => null, setItemAsync: async () => {}, deleteItemAsync: async () => {} },
    WebBrowser: { openAuthSessionAsync: async () => ({ type: 'cancel' }) },
    Linking: {
      openURL: async () => {},
      addEventListener: () => ({ remove: () => {} }),
      getInitialURL: async () => null,
    },
    App: { addListener: async () => ({ remove: async () => {} }) },
    Browser: { open: async () => {}, close: async () => {}, addListener: async () => ({ remove: async () => {} }) },
    app: { getPath: () => folder, on: () => {}, removeListener: () => {} },
    shell: { openExternal: async () => {} },
    safeStorage: {
      isEncryptionAvailable: () => true,
      encryptString: (text: string) => Buffer.from(text),
      decryptString: (bytes: Buffer) => bytes.toString(),
    },
    window: {
      location: page,
      history: { replaceState: () => {} },
      localStorage: { getItem: () => null, setItem: () => {}, removeItem: () => {} },
    },
    location: page,
  };
}

/** The system's browser: it notes where it was sent, and the user there allows what is asked. */
function putBrowser(): { opened(): string | undefined; forget(): void } {
  const file = join(folder, 'opened');
  const program = join(folder, process.platform === 'darwin' ? 'open' : 'xdg-open');
  writeFileSync(program, `#!/bin/sh\nprintf %s "$1" > '${file}.new' && mv '${file}.new' '${file}'\n`);
  chmodSync(program, 0o755);
  return {
    opened: () => (existsSync(file) ? readFileSync(file, 'utf8') : undefined),
    forget: () => rmSync(file, { force: true }),
  };
}

test('every example compiles and runs', { timeout: 120_000 }, async () => {
  const file = writeExamples();
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const options =
    '--ignoreConfig --noEmit --strict --target esnext --module nodenext --skipLibCheck --allowImportingTsExtensions --types node';
  const args = [compiler, ...options.split(' '), '--typeRoots', join(packageRoot, '../../node_modules/@types'), file];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: packageRoot }).catch((error) => error);
  expect(stdout).toBe('');

  const { examples: run } = (await import(file)) as { examples: Record<string, (given: Given) => Promise<void>> };
  const browser = putBrowser();
  const { PATH, HOME } = process.env;
  process.env.PATH = `${folder}${delimiter}${PATH}`;
  process.env.HOME = folder;
  const failed: string[] = [];
  try {
    for (const { name } of examples) {
      browser.forget();
      let ended = false;
      const running = (run[name]?.(await givenFor(name)) ?? Promise.reject(new Error('is not there')))
        .catch((error: Error) => failed.push(`${name}: ${error.message}`))
        .finally(() => {
          ended = true;
        });
      if (name === 'loopbackRedirect') {
        await until(() => ended || browser.opened() !== undefined, 'the browser is opened', 30);
        const address = browser.opened();
        if (address !== undefined) await fetch(await inBrowser(scene, address, 'in'));
      }
      await running;
      if (name === 'openSystemBrowser') await until(() => browser.opened() !== undefined, 'the browser is opened', 30);
    }
  } finally {
    Object.assign(process.env, { PATH, HOME });
  }
  expect(failed).toEqual([]);
  expect(Object.keys(run)).toHaveLength(examples.length);
  expect(examples.length).toBeGreaterThan(25);
});
