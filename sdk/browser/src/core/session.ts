import type { AuthorizationSettings } from './authorization-url.ts';
import type { SignInError } from './errors.ts';
import { ownAccountsServer } from './realm.ts';
import { SignIn } from './sign-in.ts';
import { names } from './storage-names.ts';
import { type StoredToken, TokenStore } from './token-store.ts';

/** What a page may want to show about the sign-in. */
export interface SessionState {
  readonly status: 'signed_out' | 'signing_in' | 'signed_in';
  /** Why the last attempt of this page failed, for example `popup_blocked` or `access_denied`. */
  readonly error: string | null;
  /** The user's data centre, for example `in`. */
  readonly location: string | null;
  /** Origin that API calls go to. */
  readonly apiDomain: string | null;
}

export type StateListener = (state: SessionState) => void;

export interface SignInOptions {
  /** Open a new sign-in even when one is under way in this or another tab. */
  readonly restart?: boolean;
}

/** The token of this origin and everything that makes, renews and drops it. */
export class Session {
  readonly store: TokenStore;
  readonly #page: Window;
  readonly #signIn: SignIn;
  readonly #settings: () => AuthorizationSettings;
  readonly #reloads: () => boolean;
  readonly #listeners = new Set<StateListener>();
  #error: SignInError | null = null;
  #listening = false;
  /** The last token that the API refused, and what was decided. */
  #refusal: { readonly token: string; readonly renew: boolean } | null = null;
  /** The state that the listeners know. */
  #told = '';

  /** `reloads` tells whether the page starts over when a first token arrives, as pages of the original SDK expect. */
  constructor(page: Window, settings: () => AuthorizationSettings, reloads: () => boolean) {
    this.#page = page;
    this.#settings = settings;
    this.#reloads = reloads;
    this.store = new TokenStore(page.localStorage);
    this.#signIn = new SignIn(page, this.store, settings, (error) => this.#changed(error));
  }

  /** The current token; none starts a sign-in and gives null. Throws when the application's settings are incomplete. */
  tokenOrSignIn(): StoredToken | null {
    this.listen();
    const token = this.store.current();
    if (!token) this.#signIn.start();
    return token;
  }

  /** Signs in unless there is a token; call it from a click, or browsers block the window. */
  async signIn(options: SignInOptions = {}): Promise<SessionState> {
    this.listen();
    if (!this.store.current() || options.restart) {
      const outcome = this.#signIn.start(options.restart);
      this.#signIn.focus();
      await outcome;
    }
    return this.state;
  }

  /** Waits for a token, whoever started the sign-in. */
  async awaitToken(): Promise<StoredToken> {
    this.listen();
    return this.store.current() ?? this.#signIn.start();
  }

  /**
   * Forgets the token and everything around it. `server: true` also asks the accounts server of the user's own data centre
   * to revoke it; others do not know the token.
   */
  async signOut(options: { readonly server?: boolean } = {}): Promise<void> {
    const token = this.store.current();
    const asked = options.server && token ? ownAccountsServer(this.#settings(), this.store.storage) : undefined;
    this.store.clear();
    this.#changed(null);
    const server = await asked;
    if (server === undefined || !token) return;
    const body = new URLSearchParams({ token: token.value });
    // The endpoint has no CORS, so the answer stays hidden; the request is made all the same.
    const request = { method: 'POST', mode: 'no-cors', credentials: 'omit', keepalive: true, body } as const;
    await fetch(`${server}/oauth/v2/token/revoke`, request).catch(() => {});
  }

  /**
   * The API answered that this token is not valid: forgets it and tells whether to get another. A token that is refused
   * straight after it replaced a refused one is not renewed again, or a page would open sign-in windows without end.
   */
  refused(token: string): boolean {
    // Calls that were under way together hear the same refusal; the first one decides.
    if (this.#refusal?.token === token) return this.#refusal.renew;
    const { storage } = this.store;
    const current = storage.getItem(names.accessToken);
    if (current !== null && current !== token) return true;
    const again = storage.getItem(names.tokenRefused) !== null;
    if (again) storage.removeItem(names.tokenRefused);
    else storage.setItem(names.tokenRefused, 'true');
    this.#refusal = { token, renew: !again };
    this.store.forget();
    this.#changed(null);
    return !again;
  }

  /** The API took the token. */
  accepted(): void {
    this.store.storage.removeItem(names.tokenRefused);
  }

  get state(): SessionState {
    const token = this.store.current();
    const waiting = this.#signIn.running ? 'signing_in' : 'signed_out';
    return {
      status: token ? 'signed_in' : waiting,
      error: token ? null : (this.#error?.code ?? null),
      location: token?.location ?? null,
      apiDomain: token?.apiDomain ?? null,
    };
  }

  /** Calls the listener at every change; gives back the function that ends this. */
  onChange(listener: StateListener): () => void {
    this.listen();
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Starts to hear what other windows of this origin write; safe to call often. */
  listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#page.addEventListener('storage', (event) => {
      this.#signIn.check();
      if (event.key !== names.accessToken && event.key !== null) return;
      this.#changed(null);
      if (event.oldValue === null && event.newValue && this.#reloads()) this.#page.location.reload();
    });
  }

  #changed(error: SignInError | null): void {
    this.#error = error;
    const { state } = this;
    const told = JSON.stringify(state);
    if (told === this.#told) return;
    this.#told = told;
    for (const listener of this.#listeners) listener(state);
  }
}
