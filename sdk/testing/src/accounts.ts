import { randomBytes } from 'node:crypto';
import { type Admin, part } from './admin.ts';

export type ClientType = 'server' | 'browser' | 'self' | 'device' | 'mobile';

/** What is left out is made up; of data centres: the first one of the platform. */
export interface NewUser {
  readonly dataCenter?: string;
  readonly email?: string;
  readonly password?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  /** Name of the organization that the user begins with. */
  readonly organization?: string;
}

/** A user with an organization of their own. */
export interface User {
  readonly userId: string;
  readonly dataCenter: string;
  readonly email: string;
  readonly password: string;
  readonly organizationId: string;
  /** Organization id on the wire (zgid) of each environment. */
  readonly environments: Readonly<Record<string, string>>;
}

export interface NewClient {
  readonly type: ClientType;
  /** The owner, or their e-mail address. */
  readonly owner: User | string;
  /** Left out: that of the owner, else the first one of the platform. */
  readonly dataCenter?: string;
  readonly name?: string;
  readonly homepageUrl?: string;
  readonly redirectUris?: readonly string[];
  readonly javascriptDomains?: readonly string[];
  /** Default: `compatible`. */
  readonly profile?: 'compatible' | 'strict';
  /** Further data centres that it is enabled for. */
  readonly enabledDataCenters?: readonly string[];
  /** Settings of its own by name, for example `{ 'lifetimes.accessTokenTtlSeconds': 60 }`. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}

export interface Client {
  readonly clientId: string;
  /** Of its own data centre; empty for one that has none. */
  readonly clientSecret: string;
  /** By data centre. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly type: ClientType;
  readonly dataCenter: string;
  readonly redirectUris: readonly string[];
}

/** Who is granted what. */
export interface GrantOrder {
  readonly client: Client | string;
  /** Left out: the owner of the client. */
  readonly user?: User | string;
  readonly scopes: readonly string[];
  /** Left out: that of the user, else of the client. */
  readonly dataCenter?: string;
  readonly environment?: 'production' | 'sandbox' | 'developer';
  /** Needed where the user has several. */
  readonly organizationId?: string;
}

export interface CodeOrder extends GrantOrder {
  /** Left out: the first one that the client registered. */
  readonly redirectUri?: string;
  /** Of PKCE; the code gets its S256 challenge. */
  readonly codeVerifier?: string;
}

export interface Code {
  readonly code: string;
  /** To be sent with it; undefined for clients without one. */
  readonly redirectUri: string | undefined;
  readonly expiresAt: Date;
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly scope: string;
  /** Origin of the API to call. */
  readonly apiDomain: string;
  readonly expiresInSeconds: number;
}

/** Users, clients, codes and tokens, without a browser. */
export class Accounts {
  readonly #admin: Admin;
  readonly #dataCenter: string;

  constructor(admin: Admin, dataCenter: string) {
    this.#admin = admin;
    this.#dataCenter = dataCenter;
  }

  async createUser(user: NewUser = {}): Promise<User> {
    const mark = randomBytes(4).toString('hex');
    const { dataCenter = this.#dataCenter, email = `user-${mark}@test.example`, firstName = 'Terry' } = user;
    const { lastName = 'Tester', organization = `Organization ${mark}` } = user;
    const password = user.password ?? `test password ${mark}`;
    const body = { dataCenter, email, password, firstName, lastName, organization };
    return { ...(await this.#admin.call<User>('POST', '/users', body)), password };
  }

  async createClient(client: NewClient): Promise<Client> {
    const { owner, settings, type } = client;
    const of = typeof owner === 'string' ? undefined : owner.dataCenter;
    const dataCenter = client.dataCenter ?? of ?? this.#dataCenter;
    const web = type === 'server' || type === 'browser' || type === 'mobile';
    const redirectUris = client.redirectUris ?? (web ? ['https://app.example.com/callback'] : []);
    const created = await this.#admin.call<Record<'client_id' | 'client_secret', string> & Pick<Client, 'secrets'>>(
      'POST',
      '/clients',
      {
        ...{ dataCenter, type, redirectUris },
        owner: typeof owner === 'string' ? owner : owner.email,
        name: client.name ?? (type === 'self' ? '' : `Test ${type} ${randomBytes(3).toString('hex')}`),
        homepageUrl: client.homepageUrl ?? (type === 'self' ? null : 'https://app.example.com/'),
        javascriptDomains: client.javascriptDomains ?? (type === 'browser' ? ['https://app.example.com'] : []),
        enabledDataCenters: client.enabledDataCenters ?? [],
        ...(client.profile && { standards: { profile: client.profile } }),
      },
    );
    const { client_id: clientId, client_secret: clientSecret, secrets } = created;
    if (settings) await this.#admin.call('PATCH', `/clients/${part(clientId)}`, { overrides: settings });
    return { clientId, clientSecret, secrets, type, dataCenter, redirectUris };
  }

  /** A code as the redirect would bring it: to be exchanged by what is tested. */
  async createCode({ codeVerifier, redirectUri, ...order }: CodeOrder): Promise<Code> {
    const answer = await this.#admin.call<{ code: string; redirect_uri: string | null; expires_at: string }>(
      'POST',
      '/lab/codes',
      {
        ...this.#order(order),
        ...(codeVerifier !== undefined && { codeVerifier }),
        ...(redirectUri !== undefined && { redirectUri }),
      },
    );
    const { code, expires_at, redirect_uri } = answer;
    return { code, redirectUri: redirect_uri ?? undefined, expiresAt: new Date(expires_at) };
  }

  async createTokens(order: GrantOrder): Promise<Tokens> {
    const answer = await this.#admin.call<{
      access_token: string;
      refresh_token: string;
      scope: string;
      api_domain: string;
      expires_in: number;
    }>('POST', '/lab/tokens', this.#order(order));
    return {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token,
      scope: answer.scope,
      apiDomain: answer.api_domain,
      expiresInSeconds: answer.expires_in,
    };
  }

  #order({ client, user, scopes, environment, organizationId, ...order }: GrantOrder) {
    const ofUser = typeof user === 'object' ? user.dataCenter : undefined;
    const ofClient = typeof client === 'object' ? client.dataCenter : undefined;
    return {
      dataCenter: order.dataCenter ?? ofUser ?? ofClient ?? this.#dataCenter,
      clientId: typeof client === 'string' ? client : client.clientId,
      ...(user !== undefined && { user: typeof user === 'string' ? user : user.email }),
      scope: scopes.join(','),
      ...(environment !== undefined && { environment }),
      ...(organizationId !== undefined && { organizationId }),
    };
  }
}
