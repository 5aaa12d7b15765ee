import { challengeOf, unguessable } from '../../../common/oauth/pkce.ts';
import { type AuthorizationSettings, authorizationUrl, newState } from './authorization-url.ts';
import { exchangeCode, pageCrypto } from './code-flow.ts';
import { SignInError } from './errors.ts';
import { names } from './storage-names.ts';
import type { StoredToken, TokenStore } from './token-store.ts';

const pollMilliseconds = 200;
/** The token may reach this page a moment after the window that stored it has closed. */
const closedPolls = 3;
const beatMilliseconds = 5_000;
/** Browsers let a hidden tab run a timer only once a minute, so an older sign of life means that the tab is gone. */
const staleMilliseconds = 75_000;
/** A name makes a second attempt of the same tab reuse the window instead of opening another. */
const windowName = 'zcrm_sign_in';
/** A silent renewal was refused, but the user can still be asked. */
const askableErrors = new Set(['client_not_granted', 'prompt_required']);

/** What the calls wait for; it outlives the window when a refused silent renewal goes on by asking the user. */
interface Outcome {
  readonly promise: Promise<StoredToken>;
  readonly resolve: (token: StoredToken) => void;
  readonly reject: (error: SignInError) => void;
}

interface Attempt {
  readonly outcome: Outcome;
  /** False when another tab has the window and this one only waits for the outcome. */
  readonly own: boolean;
  readonly window: Window | null;
  readonly silent: boolean;
  /** Of the code flow: what the code is exchanged with; undefined once that has begun. */
  codeVerifier?: string | undefined;
  exchanging?: boolean;
  pollsAfterClose: number;
}

function newOutcome(): Outcome {
  let resolve: Outcome['resolve'] = () => {};
  let reject: Outcome['reject'] = () => {};
  const promise = new Promise<StoredToken>((onToken, onError) => {
    resolve = onToken;
    reject = onError;
  });
  // An attempt that no call waits for is no unhandled rejection: the listeners hear of it.
  promise.catch(() => {});
  return { promise, resolve, reject };
}

/**
 * The sign-in window: at most one at a time over all tabs of the origin. It is a plain window without messages; the
 * outcome arrives in localStorage, written there by the application's redirect page.
 */
export class SignIn {
  readonly #page: Window;
  readonly #store: TokenStore;
  readonly #settings: () => AuthorizationSettings;
  readonly #changed: (error: SignInError | null) => void;
  #attempt: Attempt | null = null;
  #timer = 0;

  constructor(
    page: Window,
    store: TokenStore,
    settings: () => AuthorizationSettings,
    changed: (error: SignInError | null) => void,
  ) {
    this.#page = page;
    this.#store = store;
    this.#settings = settings;
    this.#changed = changed;
    // The next page of this tab starts afresh; a window that is still open may finish all the same.
    page.addEventListener('pagehide', () => this.#attempt?.own && this.#release());
  }

  get running(): boolean {
    return this.#attempt !== null;
  }

  /**
   * Opens the window, or joins the attempt that is under way in this tab or another. `restart` opens it in any case.
   * Throws when the application's settings are incomplete.
   */
  start(restart = false): Promise<StoredToken> {
    if (this.#attempt && !restart) return this.#attempt.outcome.promise;
    if (!restart && this.#runsElsewhere()) return this.#watch({ own: false, window: null, silent: false });
    // A code is given on asking only.
    return this.#open(this.#store.mayRenewSilently && this.#settings().flow !== 'code');
  }

  /** Brings the window of this tab to the front. */
  focus(): void {
    this.#attempt?.window?.focus();
  }

  /** Looks for the outcome; called at every poll and on every change that another window makes to localStorage. */
  check(): void {
    const attempt = this.#attempt;
    if (!attempt) return;
    const token = this.#store.current();
    if (token) {
      this.#succeed(attempt, token);
      return;
    }
    if (attempt.exchanging) return;
    if (attempt.codeVerifier !== undefined && this.#store.storage.getItem(names.code) !== null) {
      void this.#exchange(attempt, attempt.codeVerifier);
      return;
    }
    const error = this.#store.storage.getItem(names.error);
    if (error) {
      if (attempt.silent && askableErrors.has(error)) void this.#open(false);
      else this.#fail(attempt, error);
      return;
    }
    const over = attempt.own ? attempt.pollsAfterClose > closedPolls : !this.#runsElsewhere();
    if (over) this.#fail(attempt, 'window_closed');
  }

  #open(silent: boolean): Promise<StoredToken> {
    const settings = this.#settings();
    const { storage } = this.#store;
    const state = newState();
    const codeVerifier = settings.flow === 'code' ? unguessable(pageCrypto) : undefined;
    const ask = authorizationUrl(settings, 'auth', state);
    this.#store.forget();
    for (const name of [names.error, names.code, names.accountsServer, names.location]) storage.removeItem(name);
    storage.setItem(names.tokenInit, String(Date.now()));
    storage.setItem(names.authState, state);
    storage.setItem(names.authProcess, 'true');
    this.#beat();
    if (silent) storage.setItem(names.authFallback, ask);
    else storage.removeItem(names.authFallback);
    const address = silent ? authorizationUrl(settings, 'auth/refresh', state) : ask;
    // A window must be opened while the click is under way; its address may follow.
    const opened = this.#page.open(codeVerifier === undefined ? address : '', windowName);
    const promise = this.#watch({ own: true, window: opened, silent, codeVerifier });
    if (opened && codeVerifier !== undefined) {
      void challengeOf(pageCrypto, codeVerifier).then((challenge) =>
        opened.location.replace(authorizationUrl(settings, 'auth', state, challenge)),
      );
    }
    if (!opened && this.#attempt) this.#fail(this.#attempt, 'popup_blocked');
    return promise;
  }

  /** Starts to watch; callers that already wait go over to the new attempt. */
  #watch(about: Pick<Attempt, 'own' | 'window' | 'silent' | 'codeVerifier'>): Promise<StoredToken> {
    const outcome = this.#attempt?.outcome ?? newOutcome();
    this.#attempt = { ...about, outcome, pollsAfterClose: 0 };
    this.#page.clearInterval(this.#timer);
    this.#timer = this.#page.setInterval(() => this.#poll(), pollMilliseconds);
    this.#changed(null);
    return outcome.promise;
  }

  #poll(): void {
    const attempt = this.#attempt;
    if (attempt?.window?.closed) attempt.pollsAfterClose += 1;
    else if (attempt?.own && Date.now() - this.#lastBeat() > beatMilliseconds) this.#beat();
    this.check();
  }

  async #exchange(attempt: Attempt, codeVerifier: string): Promise<void> {
    attempt.exchanging = true;
    try {
      await exchangeCode(this.#settings(), this.#store.storage, codeVerifier);
    } catch (error) {
      if (this.#attempt === attempt) this.#fail(attempt, error instanceof SignInError ? error.code : 'network_error');
      return;
    }
    const token = this.#store.current();
    if (token && this.#attempt === attempt) this.#succeed(attempt, token);
  }

  #succeed(attempt: Attempt, token: StoredToken): void {
    this.#end(attempt);
    attempt.outcome.resolve(token);
    this.#changed(null);
  }

  #fail(attempt: Attempt, code: string): void {
    const error = new SignInError(code);
    this.#end(attempt);
    attempt.outcome.reject(error);
    this.#changed(error);
  }

  #end(attempt: Attempt): void {
    this.#page.clearInterval(this.#timer);
    this.#attempt = null;
    if (attempt.own) this.#release();
  }

  #release(): void {
    for (const name of [names.authProcess, names.authBeat, names.authFallback]) this.#store.storage.removeItem(name);
  }

  #runsElsewhere(): boolean {
    const set = this.#store.storage.getItem(names.authProcess) === 'true';
    return set && Date.now() - this.#lastBeat() < staleMilliseconds;
  }

  #beat(): void {
    this.#store.storage.setItem(names.authBeat, String(Date.now()));
  }

  #lastBeat(): number {
    return Number(this.#store.storage.getItem(names.authBeat));
  }
}
