import type { BrowserHooks } from '../hooks.ts';

interface Handle {
  remove(): Promise<void>;
}

/** What is used of `@capacitor/app`. */
export interface CapacitorApp {
  addListener(event: 'appUrlOpen', listener: (event: { readonly url: string }) => void): Promise<Handle>;
}

/** What is used of `@capacitor/browser`. */
export interface CapacitorBrowser {
  open(options: { readonly url: string }): Promise<void>;
  close(): Promise<void>;
  addListener(event: 'browserFinished', listener: () => void): Promise<Handle>;
}

/** The system may tell of the closed browser before it tells of the redirect that closed it. */
const redirectFollowsMs = 1000;

/**
 * Browser and redirect of an app made with Capacitor. Give `secureStorage` yourself (a plug-in for keychains), and give
 * `client.resume` the address of `App.getLaunchUrl()`.
 *
 * @example
 * const client = new NativeClient({
 *   ...capacitor({ App, Browser }), secureStorage, clientId, redirectUri, scopes, dataCenters, dataCenter: 'us',
 * });
 */
export function capacitor({
  App,
  Browser,
}: {
  readonly App: CapacitorApp;
  readonly Browser: CapacitorBrowser;
}): BrowserHooks {
  return {
    async openBrowser(url, { signal }) {
      let finish = () => {};
      const finished = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const handle = await Browser.addListener('browserFinished', () => setTimeout(finish, redirectFollowsMs));
      const close = () => void Browser.close().catch(() => undefined);
      signal?.addEventListener('abort', close);
      try {
        await Browser.open({ url });
        await finished;
        return null;
      } finally {
        signal?.removeEventListener('abort', close);
        await handle.remove();
      }
    },
    onRedirect(listener) {
      const handle = App.addListener('appUrlOpen', ({ url }) => {
        listener(url);
        // Android closes the browser itself, and knows no other way.
        void Browser.close().catch(() => undefined);
      });
      return () => void handle.then((each) => each.remove());
    },
  };
}
