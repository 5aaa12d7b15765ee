import type { BrowserHooks } from '../hooks.ts';

/** What is used of `Linking` of `react-native`. */
export interface ReactNativeLinking {
  openURL(url: string): Promise<unknown>;
  addEventListener(type: 'url', listener: (event: { readonly url: string }) => void): { remove(): void };
}

/**
 * Browser and redirect of an app made with React Native alone. Give `secureStorage` (a keychain) and `crypto` yourself, and
 * give `client.resume` the address of `Linking.getInitialURL()`: the system may end the app while the user is in the browser.
 *
 * @example
 * const client = new NativeClient({
 *   ...reactNative({ Linking }), secureStorage, crypto, clientId, redirectUri, scopes, dataCenters, dataCenter: 'us',
 * });
 */
export function reactNative({ Linking }: { readonly Linking: ReactNativeLinking }): BrowserHooks {
  return {
    async openBrowser(url) {
      await Linking.openURL(url);
    },
    onRedirect(listener) {
      const subscription = Linking.addEventListener('url', ({ url }) => listener(url));
      return () => subscription.remove();
    },
  };
}
