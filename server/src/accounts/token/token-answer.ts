import { apiOrigin, type Environment } from '../../config/data-centers.ts';
import type { AccountsContext } from '../context.ts';

/** What a grant yields, before it is put into the words of a dialect. */
export interface TokenAnswer {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly scope: string;
  readonly environment: Environment;
  readonly expiresInSeconds: number;
}

/** The body of the platform dialect (reference §2.3). `expires_in_sec` is never sent: SDKs would misread `expires_in`. */
export function renderTokenAnswer(context: AccountsContext, answer: TokenAnswer): Record<string, unknown> {
  return {
    access_token: answer.accessToken,
    ...(answer.refreshToken === undefined ? {} : { refresh_token: answer.refreshToken }),
    ...(context.settings.compatibility.tokenIncludesScope ? { scope: answer.scope } : {}),
    api_domain: apiOrigin(context.dataCenter, answer.environment),
    token_type: 'Bearer',
    expires_in: answer.expiresInSeconds,
  };
}
