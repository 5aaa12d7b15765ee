/** What an app gives: the few things that each system does in its own way. Adapters make them of the frameworks. */

/** How the user is sent to the accounts server. */
export interface BrowserHooks {
  /**
   * Opens the address in the system's browser, never in a view of the app itself (RFC 8252 §8.12). Gives the address of the
   * redirect where the system hands it back at once, null when the user closed the browser, and nothing where the
   * redirect comes by `onRedirect`.
   */
  readonly openBrowser: (
    url: string,
    options: OpenBrowserOptions,
  ) => Promise<string | null | undefined> | Promise<void> | void;
  /** Calls the listener with every address that opens the app; gives back what ends this. */
  readonly onRedirect?: ((listener: (address: string) => void) => () => void) | undefined;
}

export interface OpenBrowserOptions {
  /** Where the browser will be sent back to. */
  readonly redirectUri: string;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal | undefined;
}

/** Where the session is kept, and an attempt while the user is in the browser: a keychain, or something as safe. */
export interface SecureStorage {
  getItem(key: string): Promise<string | null> | string | null;
  setItem(key: string, value: string): Promise<void> | void;
  removeItem(key: string): Promise<void> | void;
}
