import type { BrowserHooks, SecureStorage } from '../hooks.ts';

/** What is used of a page's `window`. */
export interface PageWindow {
  readonly location: { readonly href: string; assign(url: string): void };
  readonly history: { replaceState(data: unknown, unused: string, url: string): void };
  readonly localStorage: {
    getItem(key: string): string | null;
    setItem(key: string, value: string): void;
    removeItem(key: string): void;
  };
}

/**
 * The web build of an app: the page itself goes to the accounts server and comes back. Give `client.resume` the address
 * that `takeRedirect` took out of the address bar when the page began. localStorage is not as safe as a keychain: whatever
 * script runs in the page reads it.
 *
 * @example
 * const { takeRedirect, ...hooks } = web(window);
 * const client = new NativeClient({
 *   ...hooks, clientId, redirectUri: `${location.origin}/callback`, scopes, dataCenters, dataCenter: 'us',
 * });
 * const session = (await client.resume(takeRedirect())) ?? (await client.restore());
 */
export function web(page: PageWindow): BrowserHooks & {
  readonly secureStorage: SecureStorage;
  readonly takeRedirect: (home?: string) => string | undefined;
} {
  return {
    openBrowser(url) {
      page.location.assign(url);
      // This page ends here; the next one goes on.
      return new Promise<null>(() => {});
    },
    secureStorage: page.localStorage,
    takeRedirect(home = '/') {
      const address = page.location.href;
      if (!/[?&]state=/.test(address)) return undefined;
      // A code must not stay in the address bar and the history.
      page.history.replaceState(null, '', home);
      return address;
    },
  };
}
