import type { DataCenters } from '../../common/data-centers/data-centers.ts';
import { ConfigurationError } from '../../common/errors.ts';
import type { Sending } from '../../common/http/send.ts';
import type { CryptoHooks } from '../../common/oauth/pkce.ts';
import type { AccountsClient } from '../../common/oauth/token-request.ts';
import { engineCrypto } from './engine-crypto.ts';
import type { BrowserHooks, SecureStorage } from './hooks.ts';
import { StoredItem } from './stored-item.ts';
import { type PendingAttempt, readAttempt, readRow, type SessionRow } from './stored-rows.ts';

/** What the app says about its client. */
export interface NativeClientOptions extends Omit<Sending, 'signal'>, BrowserHooks {
  /** Of a mobile-based client: it has no secret. */
  readonly clientId: string;
  /** As registered, such as `com.example.app:/callback`. */
  readonly redirectUri: string;
  /** Such as `['ZohoCRM.modules.ALL', 'ZohoCRM.users.READ']`. */
  readonly scopes: readonly string[];
  /** The allow-list: `zohoDataCenters`, your own, or what `discoverDataCenters` found. */
  readonly dataCenters: DataCenters;
  /** Where authorizations begin. Needless when there is one data centre only. */
  readonly dataCenter?: string | undefined;
  readonly secureStorage: SecureStorage;
  /** Default: that of the engine. */
  readonly crypto?: CryptoHooks | undefined;
  /** Renew an access token this long before its end, in seconds; never earlier than in the last twelfth of its life. Default 60. */
  readonly refreshMarginSeconds?: number | undefined;
  /** Milliseconds since 1970; for tests. */
  readonly now?: (() => number) | undefined;
}

/** The options with their defaults. */
export interface NativeConfig extends AccountsClient, BrowserHooks {
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly dataCenters: DataCenters;
  readonly home: string | undefined;
  readonly crypto: CryptoHooks;
  readonly refreshMarginMs: number;
  readonly now: () => number;
  readonly session: StoredItem<SessionRow>;
  readonly attempt: StoredItem<PendingAttempt>;
}

/** @throws ConfigurationError when something that is needed is missing. */
export function configOf(options: NativeClientOptions): NativeConfig {
  const { clientId, redirectUri, scopes, dataCenters, dataCenter, secureStorage: storage, openBrowser } = options;
  const needed = { clientId, redirectUri, scopes, dataCenters, secureStorage: storage, openBrowser };
  for (const [name, value] of Object.entries(needed)) {
    if (!value) throw new ConfigurationError(`${name} is missing`, { code: 'option_missing' });
  }
  if (dataCenter !== undefined) dataCenters.get(dataCenter);
  const { fetch, timeoutMs, maxTries, maxRetryDelayMs, random } = options;
  return {
    clientId,
    redirectUri,
    scopes,
    dataCenters,
    home: dataCenter,
    openBrowser,
    onRedirect: options.onRedirect,
    crypto: options.crypto ?? engineCrypto(),
    refreshMarginMs: (options.refreshMarginSeconds ?? 60) * 1000,
    now: options.now ?? Date.now,
    sending: { fetch, timeoutMs, maxTries, maxRetryDelayMs, random },
    secretAt: () => undefined,
    session: new StoredItem(storage, `grantway.session.${clientId}`, readRow),
    attempt: new StoredItem(storage, `grantway.attempt.${clientId}`, readAttempt),
  };
}
