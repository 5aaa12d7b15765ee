import type { DataCenters } from '../../../common/data-centers/data-centers.ts';
import { ConfigurationError } from '../../../common/errors.ts';
import type { Sending } from '../../../common/http/send.ts';
import type { AccountsClient } from '../../../common/oauth/token-request.ts';
import { MemoryTokenStore } from '../store/memory.ts';
import type { TokenStore } from '../store/token-store.ts';

/** What the program says about its client. */
export interface OAuthClientOptions extends Omit<Sending, 'signal'> {
  readonly clientId: string;
  /** One for all data centres, or one for each (`{ us: '…', eu: '…' }`). None for mobile clients. */
  readonly clientSecret?: string | Readonly<Record<string, string>> | undefined;
  /** As registered. Self clients and devices have none. */
  readonly redirectUri?: string | undefined;
  /** The allow-list: `zohoDataCenters`, your own, or what `discoverDataCenters` found. */
  readonly dataCenters: DataCenters;
  /** Where the client is registered: authorizations begin here. Needless when there is one data centre only. */
  readonly dataCenter?: string | undefined;
  /** Default: in this process only. */
  readonly store?: TokenStore | undefined;
  /** Renew an access token this long before its end, in seconds; never earlier than in the last twelfth of its life. Default 60. */
  readonly refreshMarginSeconds?: number | undefined;
  /** How long one process may take to renew before another one does it, in seconds. Default 20. */
  readonly leaseSeconds?: number | undefined;
  /** Milliseconds since 1970; for tests. */
  readonly now?: (() => number) | undefined;
}

/** The options with their defaults. */
export interface OAuthConfig extends AccountsClient {
  readonly redirectUri: string | undefined;
  readonly dataCenters: DataCenters;
  readonly home: string | undefined;
  readonly store: TokenStore;
  readonly refreshMarginMs: number;
  readonly leaseMs: number;
  readonly now: () => number;
  readonly random: () => number;
}

/** @throws ConfigurationError when something that is needed is missing. */
export function configOf(options: OAuthClientOptions): OAuthConfig {
  const { clientId, clientSecret, dataCenters, dataCenter, fetch, timeoutMs, maxTries, maxRetryDelayMs } = options;
  if (!clientId) throw new ConfigurationError('clientId is missing', { code: 'client_id_missing' });
  if (!dataCenters) throw new ConfigurationError('dataCenters is missing', { code: 'bad_data_centers' });
  if (dataCenter !== undefined) dataCenters.get(dataCenter);
  const random = options.random ?? Math.random;
  return {
    clientId,
    redirectUri: options.redirectUri,
    dataCenters,
    home: dataCenter,
    store: options.store ?? new MemoryTokenStore(),
    refreshMarginMs: (options.refreshMarginSeconds ?? 60) * 1000,
    leaseMs: (options.leaseSeconds ?? 20) * 1000,
    now: options.now ?? Date.now,
    random,
    sending: { fetch, timeoutMs, maxTries, maxRetryDelayMs, random },
    secretAt: (id) => {
      if (clientSecret === undefined || typeof clientSecret === 'string') return clientSecret;
      const secret = clientSecret[id];
      if (secret !== undefined) return secret;
      throw new ConfigurationError('the client has no secret there', {
        code: 'client_secret_missing',
        dataCenter: id,
        mend: 'Enable the data centre in the settings of the client, and add its secret to `clientSecret`',
      });
    },
  };
}
