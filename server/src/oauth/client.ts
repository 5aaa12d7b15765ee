import type { EpochMs, SecretHash } from '../foundation/kinds.ts';
import type { ClientOverrides } from './client-overrides.ts';
import type { CredentialPrefix } from './formats.ts';
import type { ClientId, UserId } from './ids.ts';

/** The five types of client and what each may do (reference §9). */
export const clientTypes = ['server', 'browser', 'self', 'device', 'mobile'] as const;
export type ClientType = (typeof clientTypes)[number];

/** The grants of the token endpoint, by their wire name. */
export type GrantType = 'authorization_code' | 'refresh_token' | 'client_credentials';
export const grantTypes: readonly GrantType[] = ['authorization_code', 'refresh_token', 'client_credentials'];

export interface ClientTypeRules {
  /** What people call it. */
  readonly label: string;
  readonly prefix: CredentialPrefix;
  /** The response type it may ask the authorization endpoint for. */
  readonly responseType: 'code' | 'token' | null;
  readonly grantTypes: readonly GrantType[];
  readonly pkce: 'required' | 'optional';
  /** Whether the token endpoint demands the client secret. */
  readonly secretRequired: boolean;
  readonly homepage: boolean;
  readonly redirectUris: boolean;
  /** Whether a redirect URI may have a scheme of the app's own (RFC 8252 §7.1). */
  readonly ownScheme: boolean;
  readonly javascriptDomains: boolean;
  /** Whether other data centres can be switched on for it. */
  readonly multiDataCenter: boolean;
}

export const clientTypeRules: Readonly<Record<ClientType, ClientTypeRules>> = {
  server: {
    label: 'Server-based',
    prefix: '1000',
    responseType: 'code',
    grantTypes: ['authorization_code', 'refresh_token'],
    pkce: 'optional',
    secretRequired: true,
    homepage: true,
    redirectUris: true,
    ownScheme: false,
    javascriptDomains: false,
    multiDataCenter: true,
  },
  browser: {
    label: 'Client-based',
    prefix: '1000',
    responseType: 'token',
    grantTypes: [],
    pkce: 'optional',
    secretRequired: false,
    homepage: true,
    redirectUris: true,
    ownScheme: false,
    javascriptDomains: true,
    multiDataCenter: true,
  },
  self: {
    label: 'Self client',
    prefix: '1000',
    responseType: null,
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
    pkce: 'optional',
    secretRequired: true,
    homepage: false,
    redirectUris: false,
    ownScheme: false,
    javascriptDomains: false,
    multiDataCenter: false,
  },
  device: {
    label: 'Non-browser',
    prefix: '1004',
    responseType: null,
    grantTypes: ['refresh_token'],
    pkce: 'optional',
    secretRequired: true,
    homepage: true,
    redirectUris: false,
    ownScheme: false,
    javascriptDomains: false,
    multiDataCenter: true,
  },
  mobile: {
    label: 'Mobile-based',
    prefix: '1000',
    responseType: 'code',
    grantTypes: ['authorization_code', 'refresh_token'],
    pkce: 'required',
    secretRequired: false,
    homepage: true,
    redirectUris: true,
    ownScheme: true,
    javascriptDomains: false,
    multiDataCenter: true,
  },
};

/**
 * The two profiles of a client: `compatible` with the original platform, quirks included, or `strict`: OAuth 2.1 and
 * RFC 9700 (docs/profiles.md).
 */
export const clientProfiles = ['compatible', 'strict'] as const;
export type ClientProfile = (typeof clientProfiles)[number];

/** What the strict profile changes of each type: no implicit flow, and every authorization request carries a challenge. */
const strictTypeRules: Readonly<Record<ClientType, ClientTypeRules>> = {
  server: { ...clientTypeRules.server, pkce: 'required' },
  browser: {
    ...clientTypeRules.browser,
    responseType: 'code',
    grantTypes: ['authorization_code', 'refresh_token'],
    pkce: 'required',
  },
  self: clientTypeRules.self,
  device: clientTypeRules.device,
  mobile: clientTypeRules.mobile,
};

/** What a client may do: the rules of its type in its profile. */
export function rulesOf({ type, profile }: Pick<Client, 'type' | 'profile'>): ClientTypeRules {
  return profile === 'strict' ? strictTypeRules[type] : clientTypeRules[type];
}

/** Whether a client authenticates by assertions that it signs (RFC 7523), and by nothing else. */
export function hasKeys({ jwks, jwksUri }: Pick<Client, 'jwks' | 'jwksUri'>): boolean {
  return jwks !== null || jwksUri !== null;
}

/** A client without any credential at the token endpoint (RFC 6749 §2.1): it names itself only. */
export function isPublic(client: Pick<Client, 'type' | 'profile' | 'jwks' | 'jwksUri'>): boolean {
  return !hasKeys(client) && client.type === 'browser' && client.profile === 'strict';
}

/** Apps that may do without a secret: nobody can tell them from others that know their id (RFC 6749 §2.1). */
export function keepsNoSecret(client: Pick<Client, 'type' | 'profile' | 'jwks' | 'jwksUri'>): boolean {
  return !hasKeys(client) && !rulesOf(client).secretRequired;
}

/** The forms of access tokens: a random text, or a signed JWT (RFC 9068) that says what it is for. */
export const accessTokenFormats = ['opaque', 'jwt'] as const;
export type AccessTokenFormat = (typeof accessTokenFormats)[number];

/** A registered client, as every part of the platform sees it. */
export interface Client {
  readonly clientId: ClientId;
  readonly type: ClientType;
  readonly profile: ClientProfile;
  /** The public keys that it signs its assertions with (RFC 7523): then it authenticates by these only. */
  readonly jwks: ClientKeySet | null;
  /** Where it publishes them instead, so that it can change them by itself (RFC 7591 §2); one of the two is null. */
  readonly jwksUri: string | null;
  /** Its access tokens are bound to a key, always (RFC 9449 §5.2). */
  readonly dpopBound: boolean;
  readonly accessTokenFormat: AccessTokenFormat;
  /** Where its users may be sent after signing out, exactly (OpenID Connect RP-Initiated Logout §3.1). */
  readonly postLogoutRedirectUris: readonly string[];
  /** Where it is told that a user signed out (OpenID Connect Back-Channel Logout §2.2); null: nowhere. */
  readonly backchannelLogoutUri: string | null;
  readonly name: string;
  readonly homepageUrl: string | null;
  readonly redirectUris: readonly string[];
  readonly javascriptDomains: readonly string[];
  /** The data centre it was registered in, and its owner there. */
  readonly dataCenter: string;
  readonly ownerId: UserId;
  /** One secret for all data centres instead of one for each. */
  readonly sameSecret: boolean;
  /** An API that checks the tokens it is sent: it may introspect the access tokens of every client (RFC 7662 §4). */
  readonly resourceServer: boolean;
  /** Its secrets are kept as hashes only: nobody can be told them again. */
  readonly secretsShownOnce: boolean;
  readonly createdAtMs: EpochMs;
  /** Settings that differ from the platform's for this client. */
  readonly overrides: ClientOverrides;
  /** A part of the platform itself: signed-in users are not asked for consent. */
  readonly firstParty?: true;
  readonly dataCenters: ReadonlyMap<string, ClientAtDataCenter>;
}

/** A set of public keys, RFC 7517 §5. */
export interface ClientKeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

export interface ClientAtDataCenter {
  readonly enabled: boolean;
  /** SHA-256 of the newest secret. */
  readonly secretHash: SecretHash;
  /** The one before it, which stays valid for a while. */
  readonly former?: { readonly secretHash: SecretHash; readonly endsAtMs: EpochMs };
}

/** Whether `client` may be used at the data centre. */
export function isEnabledAt(client: Client, dataCenterId: string): boolean {
  return client.dataCenters.get(dataCenterId)?.enabled === true;
}

/**
 * Whether an answer at the redirect URI can only reach the client itself: it has a secret to redeem a code with, or the
 * address is one that a website owns (claimed https, RFC 8252 §7.2; for client-based apps the registered origin).
 */
export function provesClient(client: Client, redirectUri: string): boolean {
  const rules = rulesOf(client);
  return rules.secretRequired || rules.javascriptDomains || redirectUri.startsWith('https:');
}
