import type { Environment } from '../../config/data-centers.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import type { Client } from '../../oauth/client.ts';
import type { AccessToken, UserId } from '../../oauth/ids.ts';
import { issuerOf } from '../../oauth/issuer.ts';
import { apiResource, audienceOf } from '../../oauth/resources.ts';
import type { TokenBinding } from '../../oauth/token-binding.ts';
import type { AccountsContext } from '../context.ts';
import { accessTokenType } from '../signing/own-jwt.ts';
import { tokenIdOf } from '../signing/presented-tokens.ts';

/** What an access token is for. */
export interface AccessTokenSubject {
  readonly client: Client;
  readonly userId: UserId;
  readonly scopes: readonly string[];
  readonly environment: Environment;
  readonly expiresAtMs: EpochMs;
  readonly binding: TokenBinding;
}

/**
 * The access token as its client gets it: the random text under which it is stored, or, for clients that have chosen so,
 * a JWT (RFC 9068 §2.2) that carries the hash of that text. Without a resource the audience is the API of the grant's
 * environment (§3: the default resource).
 */
export async function formAccessToken(
  context: Pick<AccountsContext, 'clock' | 'dataCenter' | 'signingKeys'>,
  accessToken: AccessToken,
  { client, userId, scopes, environment, expiresAtMs, binding }: AccessTokenSubject,
): Promise<AccessToken> {
  if (client.accessTokenFormat !== 'jwt') return accessToken;
  const { resources, keyThumbprint } = binding;
  const payload = {
    iss: issuerOf(context.dataCenter, 'standard'),
    sub: userId,
    aud: audienceOf(resources ?? [apiResource(context.dataCenter, environment)]),
    exp: Math.floor(expiresAtMs / 1000),
    iat: Math.floor(context.clock.nowMs() / 1000),
    jti: tokenIdOf(accessToken),
    client_id: client.clientId,
    scope: scopes.join(' '),
    ...(keyThumbprint === null ? {} : { cnf: { jkt: keyThumbprint } }),
  };
  return context.signingKeys.sign(payload, { type: accessTokenType });
}
