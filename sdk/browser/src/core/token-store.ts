import { names } from './storage-names.ts';

/** An access token and where it is good for. */
export interface StoredToken {
  readonly value: string;
  /** Origin of the API of the user's data centre and environment; empty means the page's own origin. */
  readonly apiDomain: string;
  /** Short name of the user's data centre, when the accounts server told it. */
  readonly location: string | null;
}

const defaultLifetimeSeconds = 3600;
const renewalMarginSeconds = 300;

/** What redirect pages and we keep about one sign-in; all of it goes when the user signs out. */
const tokenNames = [
  names.accessToken,
  names.apiDomain,
  names.expiresIn,
  names.expiresInSeconds,
  names.location,
  names.accountsServer,
  names.state,
  names.grantedForSession,
  names.grantForSession,
  names.tokenInit,
  names.tokenRefused,
  names.crmAccessToken,
  names.code,
];

/** The token of this origin, in localStorage under the names that redirect pages write. */
export class TokenStore {
  readonly storage: Storage;
  readonly #now: () => number;

  constructor(storage: Storage, now: () => number = Date.now) {
    this.storage = storage;
    this.#now = now;
  }

  /** The token, unless there is none or it is about to expire. */
  current(): StoredToken | null {
    const value = this.storage.getItem(names.accessToken);
    if (!value) return null;
    if (this.#isAged()) {
      this.forget();
      return null;
    }
    return {
      value,
      apiDomain: (this.storage.getItem(names.apiDomain) ?? '').replace(/\/+$/, ''),
      location: this.storage.getItem(names.location),
    };
  }

  /** Whether the accounts server may be asked for a new token without a user step. */
  get mayRenewSilently(): boolean {
    const granted = [names.fullGrant, names.grantedForSession, names.grantForSession];
    // Only a redirect page writes api_domain, so it tells that there was a token before.
    const hadToken = this.storage.getItem(names.apiDomain) !== null;
    return hadToken && granted.some((name) => this.storage.getItem(name) === 'true');
  }

  /** Drops the access token and keeps what allows a silent renewal. */
  forget(): void {
    this.storage.removeItem(names.accessToken);
  }

  /** Drops everything that came from the accounts server. */
  clear(): void {
    for (const name of tokenNames) this.storage.removeItem(name);
  }

  #isAged(): boolean {
    const since = Number(this.storage.getItem(names.tokenInit));
    // A token without a start time was put there by the application; its age is not ours to judge.
    if (!since) return false;
    const seconds = this.#lifetimeSeconds();
    // A twelfth of the hour is five minutes; shorter lives keep the proportion, or they would never be used.
    const margin = Math.min(renewalMarginSeconds, seconds / 12);
    return this.#now() >= since + (seconds - margin) * 1000;
  }

  #lifetimeSeconds(): number {
    const seconds = Number(this.storage.getItem(names.expiresInSeconds) ?? this.storage.getItem(names.expiresIn));
    return seconds > 0 ? seconds : defaultLifetimeSeconds;
  }
}
