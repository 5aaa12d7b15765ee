import { apiOrigin, type Environment } from '../../config/data-centers.ts';
import type { Seconds } from '../../foundation/kinds.ts';
import type { AccessToken, RefreshToken } from '../../oauth/ids.ts';
import type { TokenBinding } from '../../oauth/token-binding.ts';
import type { AccountsContext } from '../context.ts';

/** What a grant yields, before it is put into the words of a dialect. */
export interface TokenAnswer {
  /** In the form that the client has chosen. */
  readonly accessToken: AccessToken;
  /** What the access token is bound to. */
  readonly binding: TokenBinding;
  readonly refreshToken: RefreshToken | undefined;
  readonly scope: string;
  readonly environment: Environment;
  readonly expiresInSeconds: Seconds;
  /** Only when a scope asked for it. */
  readonly idToken?: string | undefined;
}

/**
 * The body of the platform dialect (reference §2.3). `expires_in_sec` is sent only by the switch for the answers of
 * before 2020: SDKs take its presence to mean that `expires_in` is in milliseconds.
 */
export function renderTokenAnswer(context: AccountsContext, answer: TokenAnswer): Record<string, unknown> {
  const { legacyExpiry, tokenIncludesScope } = context.settings.compatibility;
  const { expiresInSeconds } = answer;
  return {
    access_token: answer.accessToken,
    ...(answer.refreshToken === undefined ? {} : { refresh_token: answer.refreshToken }),
    ...(tokenIncludesScope ? { scope: answer.scope } : {}),
    api_domain: apiOrigin(context.dataCenter, answer.environment),
    token_type: 'Bearer',
    ...(legacyExpiry
      ? { expires_in_sec: expiresInSeconds, expires_in: expiresInSeconds * 1000 }
      : { expires_in: expiresInSeconds }),
    ...(answer.idToken === undefined ? {} : { id_token: answer.idToken }),
  };
}
