import { ConfigurationError } from '../../../common/errors.ts';
import type { BrowserHooks, SecureStorage } from '../hooks.ts';
import { fileStorage } from './file-storage.ts';

/** What is used of Electron's `app`. */
export interface ElectronApp {
  on(event: 'open-url', listener: (event: { preventDefault(): void }, url: string) => void): unknown;
  on(event: 'second-instance', listener: (event: unknown, argv: string[]) => void): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the event gives
  removeListener(event: string, listener: (...parameters: any[]) => void): unknown;
}

/** What is used of Electron's `shell`. */
export interface ElectronShell {
  openExternal(url: string): Promise<void>;
}

/** What is used of Electron's `safeStorage`. */
export interface ElectronSafeStorage {
  isEncryptionAvailable(): boolean;
  encryptString(text: string): { toString(encoding: 'base64'): string };
  // biome-ignore lint/suspicious/noExplicitAny: Electron's own Buffer
  decryptString(encrypted: any): string;
}

/**
 * The hooks of an Electron app, for its main process. macOS hands the redirect over by `open-url`, other systems by the
 * arguments of a second instance: call `app.requestSingleInstanceLock()` and `app.setAsDefaultProtocolClient(scheme)`.
 * Tokens lie in `file`, encrypted by the system's keychain.
 *
 * @example
 * const client = new NativeClient({
 *   ...electron({ app, shell, safeStorage, file: join(app.getPath('userData'), 'session.json') }),
 *   clientId, redirectUri, scopes, dataCenters, dataCenter: 'us',
 * });
 */
export function electron({
  app,
  shell,
  safeStorage,
  file,
}: {
  readonly app: ElectronApp;
  readonly shell: ElectronShell;
  readonly safeStorage: ElectronSafeStorage;
  readonly file: string;
}): BrowserHooks & { readonly secureStorage: SecureStorage } {
  return {
    openBrowser: (url) => shell.openExternal(url),
    onRedirect(listener) {
      const opened = (event: { preventDefault(): void }, url: string) => {
        event.preventDefault();
        listener(url);
      };
      const second = (_event: unknown, argv: string[]) => {
        for (const argument of argv) listener(argument);
      };
      app.on('open-url', opened);
      app.on('second-instance', second);
      return () => {
        app.removeListener('open-url', opened);
        app.removeListener('second-instance', second);
      };
    },
    secureStorage: encryptedStorage(safeStorage, fileStorage(file)),
  };
}

function encryptedStorage(safeStorage: ElectronSafeStorage, inner: SecureStorage): SecureStorage {
  const available = () => {
    if (safeStorage.isEncryptionAvailable()) return;
    throw new ConfigurationError('this system has no keychain that Electron can use', {
      code: 'keychain_missing',
      mend: 'Install a keyring (on Linux: gnome-keyring or kwallet), or give a `secureStorage` of your own',
    });
  };
  return {
    async getItem(key) {
      const text = await inner.getItem(key);
      if (text === null) return null;
      available();
      return safeStorage.decryptString(Buffer.from(text, 'base64'));
    },
    setItem(key, value) {
      available();
      return inner.setItem(key, safeStorage.encryptString(value).toString('base64'));
    },
    removeItem: (key) => inner.removeItem(key),
  };
}
