import type { Settings } from '../config/settings.ts';
import type { Client, ClientType } from './client.ts';
import { readClientKeys } from './client-keys.ts';
import type { ClientOverrides } from './client-overrides.ts';
import { keySetUriFault, redirectUriFault, type UriRules } from './client-uris.ts';
import { type ClientFields, type ClientLimits, validateClient } from './client-validation.ts';

/** What a client says of itself: in a registration (RFC 7591 §2), or in a document at its own address. */
export type ClientMetadata = Readonly<Record<string, unknown>>;

/** A client as its metadata describe it: always strict, and never more than the type that fits. */
export interface DescribedClient {
  readonly type: ClientType;
  readonly fields: ClientFields;
  readonly standards: Pick<
    Client,
    | 'profile'
    | 'jwks'
    | 'jwksUri'
    | 'dpopBound'
    | 'accessTokenFormat'
    | 'postLogoutRedirectUris'
    | 'backchannelLogoutUri'
  >;
  readonly overrides: ClientOverrides;
  /** How it authenticates at the token endpoint. */
  readonly method: AuthenticationMethod;
}

/** Why metadata are refused (RFC 7591 §3.2.2). */
export interface MetadataFault {
  readonly error: 'invalid_redirect_uri' | 'invalid_client_metadata' | 'unapproved_software_statement';
  readonly description: string;
}

const registrableMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const;
type AuthenticationMethod = (typeof registrableMethods)[number];

/** The rules of a platform. */
export function metadataRules({ compatibility, limits }: Pick<Settings, 'compatibility' | 'limits'>): MetadataRules {
  const { plainHttpRedirects: plainHttp, undottedSchemes } = compatibility;
  return { plainHttp, undottedSchemes, limits };
}

/** The grants that clients of anybody may ask for; `client_credentials` act in the name of an owner. */
const registrableGrants = [
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
];

export interface MetadataRules extends UriRules {
  readonly limits: ClientLimits;
}

const longestName = 200;
/** What names of clients may not hold; a registration has it replaced rather than be refused for it. */
const notInNames = /[^\p{L}\p{M}\p{N} _&]+/gu;

/** Reads metadata and checks every part that this server knows; parts that it does not know are left out (§2). */
export function readClientMetadata(metadata: ClientMetadata, rules: MetadataRules): DescribedClient | MetadataFault {
  const wrong = (description: string): MetadataFault => ({ error: 'invalid_client_metadata', description });
  if (metadata.software_statement !== undefined) {
    return { error: 'unapproved_software_statement', description: 'software statements are not taken' };
  }
  const texts = (name: string, fallback: readonly string[]): readonly string[] | undefined => {
    const value = metadata[name] ?? fallback;
    return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;
  };
  const redirectUris = texts('redirect_uris', []);
  const grantTypes = texts('grant_types', ['authorization_code']);
  const responseTypes = texts('response_types', ['code']);
  const postLogoutRedirectUris = texts('post_logout_redirect_uris', []);
  if (!redirectUris)
    return { error: 'invalid_redirect_uri', description: 'redirect_uris: expected a list of addresses' };
  if (!grantTypes || !responseTypes || !postLogoutRedirectUris) {
    return wrong('grant_types, response_types, post_logout_redirect_uris: expected lists of texts');
  }
  const grant = grantTypes.find((each) => !registrableGrants.includes(each));
  if (grant !== undefined) {
    return wrong(`grant_types: expected some of ${registrableGrants.join(', ')}, got ${grant.slice(0, 100)}`);
  }
  const response = responseTypes.find((each) => each !== 'code');
  if (response !== undefined) return wrong(`response_types: expected code, got ${response.slice(0, 100)}`);
  const given = metadata.token_endpoint_auth_method ?? 'client_secret_basic';
  const method = registrableMethods.find((each) => each === given);
  if (!method) return wrong(`token_endpoint_auth_method: expected one of ${registrableMethods.join(', ')}`);
  const keys = keysOf(metadata, method);
  if ('fault' in keys) return wrong(keys.fault);
  const algorithm = metadata.id_token_signed_response_alg;
  if (algorithm !== undefined && algorithm !== 'RS256' && algorithm !== 'ES256') {
    return wrong('id_token_signed_response_alg: expected RS256 or ES256');
  }
  const dpopBound = metadata.dpop_bound_access_tokens ?? false;
  if (typeof dpopBound !== 'boolean') return wrong('dpop_bound_access_tokens: expected true or false');

  const { backchannel_logout_uri: logoutUri = null, client_name: name, client_uri: homepage } = metadata;
  for (const [field, value] of Object.entries({ client_name: name, client_uri: homepage })) {
    if (value !== undefined && typeof value !== 'string') return wrong(`${field}: expected a text`);
  }
  if (logoutUri !== null && typeof logoutUri !== 'string') return wrong('backchannel_logout_uri: expected an address');
  const logoutFault =
    postLogoutRedirectUris.map((uri) => redirectUriFault(uri, true, rules)).find((fault) => fault !== undefined) ??
    (logoutUri === null ? undefined : redirectUriFault(logoutUri, false, rules));
  if (logoutFault !== undefined) return wrong(`the address of logout: ${logoutFault}`);

  const type = typeOf(metadata, method, grantTypes, redirectUris);
  const fields: ClientFields = {
    name: nameOf(name as string | undefined, redirectUris),
    homepageUrl: (homepage as string | undefined) ?? null,
    redirectUris: type === 'device' ? [] : redirectUris,
    javascriptDomains: type === 'browser' ? [...new Set(redirectUris.map(originOf))] : [],
  };
  // A homepage is not asked for here; one that is given must be one.
  const checked = { ...fields, homepageUrl: fields.homepageUrl ?? 'https://homepage.invalid/' };
  const [fault] = validateClient(type, checked, rules);
  if (fault) {
    const description = `${fault.field === 'redirectUris' ? 'redirect_uris' : fault.field}: ${fault.reason}`;
    return { error: fault.field === 'redirectUris' ? 'invalid_redirect_uri' : 'invalid_client_metadata', description };
  }
  const standards = {
    ...({ profile: 'strict', accessTokenFormat: 'opaque', dpopBound } as const),
    ...{ ...keys, postLogoutRedirectUris, backchannelLogoutUri: logoutUri },
  };
  const overrides = algorithm === undefined ? {} : { 'compatibility.idTokenEs256': algorithm === 'ES256' };
  return { type, fields, method, standards, overrides };
}

/** The keys that the client is to sign with, or where it publishes them; none of either where it does not sign. */
function keysOf(
  { jwks, jwks_uri: uri }: ClientMetadata,
  method: AuthenticationMethod,
): Pick<Client, 'jwks' | 'jwksUri'> | { readonly fault: string } {
  if (jwks !== undefined && uri !== undefined) return { fault: 'expected one of jwks and jwks_uri, got both' };
  if (uri !== undefined) {
    const fault = typeof uri === 'string' ? keySetUriFault(uri) : 'expected an address';
    if (fault !== undefined) return { fault: `jwks_uri: ${fault}` };
  }
  if (method !== 'private_key_jwt') return { jwks: null, jwksUri: null };
  if (typeof uri === 'string') return { jwks: null, jwksUri: uri };
  const read = readClientKeys(jwks);
  return 'fault' in read ? { fault: `jwks: ${read.fault}` } : { jwks: read.keys, jwksUri: null };
}

/**
 * The type of client that may do what the metadata ask for, and nothing more. Without a credential: an app on a phone or
 * computer where it says so or where its addresses do (RFC 8252 §7), else one in a browser.
 */
function typeOf(
  { application_type: application }: ClientMetadata,
  method: AuthenticationMethod,
  grantTypes: readonly string[],
  redirectUris: readonly string[],
): ClientType {
  if (grantTypes.includes('urn:ietf:params:oauth:grant-type:device_code')) return 'device';
  const own = redirectUris.some((uri) => !/^https?:/.test(uri) || /^http:\/\/(127\.0\.0\.1|\[::1\])[:/]/.test(uri));
  if (application === 'native' || (own && method === 'none')) return 'mobile';
  return method === 'none' ? 'browser' : 'server';
}

function nameOf(given: string | undefined, redirectUris: readonly string[]): string {
  const host = redirectUris[0] !== undefined && URL.canParse(redirectUris[0]) ? new URL(redirectUris[0]).hostname : '';
  const name = (given?.trim() || host || 'App').replace(notInNames, ' ').replace(/ +/g, ' ').trim();
  return [...name].slice(0, longestName).join('').trim() || 'App';
}

function originOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).origin : uri;
}
