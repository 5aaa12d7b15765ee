import { ConfigurationError, type DataCenters, OAuthClient, type TokenStore } from '@grantway/node';
import { allowListOf, type SampleOptions, startsOf } from '../../shared/platform.ts';

/** The four of the seed's example: everything that a portal over the CRM needs. */
export const scopes = ['ZohoCRM.users.ALL', 'ZohoCRM.modules.ALL', 'ZohoCRM.settings.ALL', 'ZohoCRM.org.ALL'] as const;

/** The OAuth client of the portal, as the client is registered now. */
export class PortalOAuth {
  readonly dataCenters: DataCenters;
  readonly #options: SampleOptions;
  readonly #store: TokenStore;
  /** One for each origin, all of the same client. */
  readonly #made = new Map<string, OAuthClient>();
  #madeOf = '';

  constructor(options: SampleOptions, store: TokenStore) {
    this.#options = options;
    this.#store = store;
    this.dataCenters = allowListOf(options.dataCenters);
  }

  /**
   * For users who reached the portal at `origin`, and come back to it. Secrets may be rotated while the portal runs.
   * @throws ConfigurationError when there is no client.
   */
  async at(origin: string): Promise<OAuthClient> {
    const client = await this.#options.client();
    if (!client) {
      throw new ConfigurationError('the portal has no client: it was deleted', {
        code: 'client_missing',
        mend: 'Register a server-based client and give the portal its values, as its README says',
      });
    }
    const values = JSON.stringify(client);
    if (this.#madeOf !== values) this.#made.clear();
    this.#madeOf = values;
    const made =
      this.#made.get(origin) ??
      new OAuthClient({
        clientId: client.clientId,
        clientSecret: client.secrets,
        redirectUri: `${origin}/callback`,
        dataCenters: this.dataCenters,
        dataCenter: client.dataCenter,
        store: this.#store,
        now: this.#options.now,
      });
    this.#made.set(origin, made);
    return made;
  }

  /** The data centres where sign-ins begin; undefined without a client. */
  async starts(): Promise<{ readonly own: string; readonly others: readonly string[] } | undefined> {
    const client = await this.#options.client();
    return client && startsOf(this.#options.dataCenters, client.dataCenter);
  }
}
