import type { CryptoHooks } from '../../../common/oauth/pkce.ts';
import type { BrowserHooks, SecureStorage } from '../hooks.ts';

/** What is used of `expo-web-browser`. */
export interface ExpoWebBrowser {
  openAuthSessionAsync(
    url: string,
    redirectUrl?: string | null,
  ): Promise<{ readonly type: string; readonly url?: string }>;
  dismissAuthSession?(): void;
}

/** What is used of `expo-secure-store`. */
export interface ExpoSecureStore {
  getItemAsync(key: string): Promise<string | null>;
  setItemAsync(key: string, value: string): Promise<void>;
  deleteItemAsync(key: string): Promise<void>;
}

/** What is used of `expo-crypto`. */
export interface ExpoCrypto {
  getRandomValues(bytes: Uint8Array<ArrayBuffer>): unknown;
  digest(algorithm: never, data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>;
}

/** The options of a `NativeClient` that a system gives. */
export interface SystemHooks extends BrowserHooks {
  readonly secureStorage: SecureStorage;
  readonly crypto?: CryptoHooks | undefined;
}

/**
 * The hooks of an app made with Expo. The system's sign-in sheet hands the redirect back itself.
 *
 * @example
 * import * as Crypto from 'expo-crypto';
 * import * as SecureStore from 'expo-secure-store';
 * import * as WebBrowser from 'expo-web-browser';
 * const client = new NativeClient({
 *   ...expo({ WebBrowser, SecureStore, Crypto }), clientId, redirectUri, scopes, dataCenters, dataCenter: 'us',
 * });
 */
export function expo({
  WebBrowser,
  SecureStore,
  Crypto,
}: {
  readonly WebBrowser: ExpoWebBrowser;
  readonly SecureStore: ExpoSecureStore;
  readonly Crypto: ExpoCrypto;
}): SystemHooks {
  return {
    async openBrowser(url, { redirectUri, signal }) {
      const close = () => WebBrowser.dismissAuthSession?.();
      signal?.addEventListener('abort', close);
      try {
        const result = await WebBrowser.openAuthSessionAsync(url, redirectUri);
        return result.type === 'success' && result.url ? result.url : null;
      } finally {
        signal?.removeEventListener('abort', close);
      }
    },
    secureStorage: {
      getItem: (key) => SecureStore.getItemAsync(key),
      setItem: (key, value) => SecureStore.setItemAsync(key, value),
      removeItem: (key) => SecureStore.deleteItemAsync(key),
    },
    crypto: {
      getRandomValues: (bytes) => Crypto.getRandomValues(bytes),
      // Its own name of SHA-256 is an enumeration with this value.
      sha256: (bytes) => Crypto.digest('SHA-256' as never, bytes),
    },
  };
}
