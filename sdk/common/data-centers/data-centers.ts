import { ConfigurationError, UntrustedServerError } from '../errors.ts';
import { type DataCenter, domainOf, type Environment, environments } from './data-center.ts';

/** What the redirect of an authorization says about the user's data centre. */
export interface CallbackPlace {
  readonly location?: string | null | undefined;
  readonly accountsServer?: string | null | undefined;
}

/** The origins of one data centre, as the ready line of `grantway start --json` names them. */
export interface NamedOrigins {
  readonly accounts?: string;
  readonly api?: string;
  readonly sandboxApi?: string;
  readonly developerApi?: string;
  readonly content?: string;
}

/**
 * The table of data centres: the allow-list that every address from outside is checked against before a secret is sent to it.
 *
 * @example
 * const own = new DataCenters([
 *   { id: 'eu', domain: '.eu', accounts: 'https://accounts.example.eu', api: { production: 'https://api.example.eu' } },
 * ]);
 */
export class DataCenters implements Iterable<DataCenter> {
  readonly #byId = new Map<string, DataCenter>();
  readonly #byAccounts = new Map<string, DataCenter>();
  readonly #byApi = new Map<string, { dataCenter: DataCenter; environment: Environment }>();

  /** @throws ConfigurationError when the table is empty, an id comes twice, or something is no origin. */
  constructor(list: readonly DataCenter[]) {
    for (const given of list) {
      const dataCenter = { ...given, accounts: originOf(given.accounts, `accounts of "${given.id}"`) };
      if (this.#byId.has(dataCenter.id)) {
        throw new ConfigurationError(`the data centre "${dataCenter.id}" comes twice`, { code: 'bad_data_centers' });
      }
      this.#byId.set(dataCenter.id, dataCenter);
      this.#byAccounts.set(dataCenter.accounts, dataCenter);
      for (const environment of environments) {
        const api = given.api[environment];
        if (api === undefined) continue;
        this.#byApi.set(originOf(api, `API of "${given.id}"`), { dataCenter, environment });
      }
    }
    if (this.#byId.size === 0) {
      throw new ConfigurationError('expected at least one data centre, got none', { code: 'bad_data_centers' });
    }
  }

  /**
   * The table from the ready line of `grantway start --json`, or any object of that form.
   *
   * @example
   * const own = DataCenters.of({ us: { accounts: 'http://localhost:8000', api: 'http://localhost:8001' } });
   */
  static of(named: Readonly<Record<string, NamedOrigins>>): DataCenters {
    return new DataCenters(
      Object.entries(named).map(([id, { accounts = '', api, sandboxApi, developerApi, content }]) => ({
        id,
        domain: domainOf(id),
        accounts,
        api: {
          ...(api !== undefined && { production: api }),
          ...(sandboxApi !== undefined && { sandbox: sandboxApi }),
          ...(developerApi !== undefined && { developer: developerApi }),
        },
        upload: content,
      })),
    );
  }

  [Symbol.iterator](): Iterator<DataCenter> {
    return this.#byId.values();
  }

  /**
   * The data centre with this id.
   *
   * @example
   * zohoDataCenters.get('eu').accounts; // 'https://accounts.zoho.eu'
   * @throws UntrustedServerError when there is none.
   */
  get(id: string): DataCenter {
    const found = this.#byId.get(id);
    if (found) return found;
    const mend = `Known are ${[...this.#byId.keys()].join(', ')}; add others to the table of data centres`;
    throw new UntrustedServerError(`"${printable(id)}" is no known data centre`, { code: 'unknown_location', mend });
  }

  /**
   * The data centre that a redirect names. `location` and `accounts-server` must both be known, and be the same one.
   *
   * @example
   * zohoDataCenters.ofCallback({ location: 'in', accountsServer: 'https://accounts.zoho.in' }).id; // 'in'
   * @throws UntrustedServerError before anything is sent there.
   */
  ofCallback({ location, accountsServer }: CallbackPlace, otherwise?: string): DataCenter {
    if (accountsServer) {
      const found = this.byAccounts(accountsServer);
      if (!found) {
        throw new UntrustedServerError(`"${printable(accountsServer)}" is no known accounts server`, {
          code: 'untrusted_accounts_server',
          mend: 'Nothing was sent to it. If it is yours, add it to the table of data centres',
        });
      }
      if (location && location !== found.id) {
        throw new UntrustedServerError(
          `location is "${printable(location)}", but accounts-server is that of "${found.id}"`,
          { code: 'untrusted_accounts_server', mend: 'Nothing was sent. Begin the authorization again' },
        );
      }
      return found;
    }
    if (location) return this.get(location);
    if (otherwise) return this.get(otherwise);
    const [only, ...others] = this;
    if (only && others.length === 0) return only;
    throw new ConfigurationError('the data centre is not known', {
      code: 'data_center_missing',
      mend: 'Give `location` and `accounts-server` of the redirect, or the option `dataCenter`',
    });
  }

  /**
   * The data centre whose accounts server this is, if any.
   *
   * @example
   * zohoDataCenters.byAccounts('https://accounts.zoho.in')?.id; // 'in'
   */
  byAccounts(origin: string): DataCenter | undefined {
    const url = tryUrl(origin);
    return url && url.username === '' && url.password === '' ? this.#byAccounts.get(url.origin) : undefined;
  }

  /**
   * Data centre and environment of an `api_domain`, if it is in the table.
   *
   * @example
   * zohoDataCenters.byApi('https://sandbox.zohoapis.eu')?.environment; // 'sandbox'
   */
  byApi(origin: string): { readonly dataCenter: DataCenter; readonly environment: Environment } | undefined {
    return this.#byApi.get(origin.replace(/\/+$/, ''));
  }
}

function tryUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** @throws ConfigurationError when it is no http or https origin. */
export function originOf(text: string, what: string): string {
  const url = tryUrl(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '' || url.username !== '') {
    throw new ConfigurationError(`${what}: expected an origin like https://accounts.example.com, got "${text}"`, {
      code: 'bad_origin',
    });
  }
  return url.origin;
}

/** Text from outside, fit for a message: short, and without control characters. */
function printable(text: string): string {
  return text.slice(0, 100).replace(/[^\P{Cc}]/gu, '\ufffd');
}
