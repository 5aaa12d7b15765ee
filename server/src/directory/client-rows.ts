import type {
  AccessTokenFormat,
  Client,
  ClientAtDataCenter,
  ClientKeySet,
  ClientProfile,
  ClientType,
} from '../oauth/client.ts';
import type { ClientOverrides } from '../oauth/client-overrides.ts';
import type { ClientId, UserId } from '../oauth/ids.ts';

/** A client as the directory's tables hold it, with its data centres as JSON. */
export interface ClientRow {
  client_id: ClientId;
  type: ClientType;
  profile: ClientProfile;
  jwks: ClientKeySet | null;
  jwks_uri: string | null;
  dpop_bound: boolean;
  access_token_format: AccessTokenFormat;
  post_logout_redirect_uris: string[];
  backchannel_logout_uri: string | null;
  name: string;
  homepage_url: string | null;
  redirect_uris: string[];
  javascript_domains: string[];
  data_center: string;
  owner_id: UserId;
  same_secret: boolean;
  resource_server: boolean;
  secrets_shown_once: boolean;
  created_at_ms: string;
  overrides: ClientOverrides;
  at: {
    data_center: string;
    enabled: boolean;
    secret_hash: string;
    former_hash: string | null;
    former_ends_at_ms: number | null;
  }[];
}

export const selectClients = `
  SELECT c.client_id, c.type, c.profile, c.jwks, c.jwks_uri, c.dpop_bound, c.access_token_format, c.post_logout_redirect_uris,
         c.backchannel_logout_uri, c.name, c.homepage_url, c.redirect_uris, c.javascript_domains, c.data_center, c.owner_id,
         c.same_secret, c.resource_server, c.secrets_shown_once, c.created_at_ms, c.overrides,
         (SELECT json_agg(json_build_object('data_center', d.data_center, 'enabled', d.enabled,
                                            'secret_hash', encode(d.secret_hash, 'hex'),
                                            'former_hash', encode(d.former_hash, 'hex'),
                                            'former_ends_at_ms', d.former_ends_at_ms) ORDER BY d.data_center)
          FROM client_data_center d WHERE d.client_id = c.client_id) AS at
  FROM client c`;

export function toClient(row: ClientRow): Client {
  const dataCenters = new Map<string, ClientAtDataCenter>(row.at.map((at) => [at.data_center, toClientAt(at)]));
  return {
    clientId: row.client_id,
    type: row.type,
    profile: row.profile,
    jwks: row.jwks,
    jwksUri: row.jwks_uri,
    dpopBound: row.dpop_bound,
    accessTokenFormat: row.access_token_format,
    postLogoutRedirectUris: row.post_logout_redirect_uris,
    backchannelLogoutUri: row.backchannel_logout_uri,
    name: row.name,
    homepageUrl: row.homepage_url,
    redirectUris: row.redirect_uris,
    javascriptDomains: row.javascript_domains,
    dataCenter: row.data_center,
    ownerId: row.owner_id,
    sameSecret: row.same_secret,
    resourceServer: row.resource_server,
    secretsShownOnce: row.secrets_shown_once,
    createdAtMs: Number(row.created_at_ms),
    overrides: row.overrides,
    dataCenters,
  };
}

function toClientAt(at: ClientRow['at'][number]): ClientAtDataCenter {
  const newest = { enabled: at.enabled, secretHash: Buffer.from(at.secret_hash, 'hex') };
  if (at.former_hash === null || at.former_ends_at_ms === null) return newest;
  return { ...newest, former: { secretHash: Buffer.from(at.former_hash, 'hex'), endsAtMs: at.former_ends_at_ms } };
}
