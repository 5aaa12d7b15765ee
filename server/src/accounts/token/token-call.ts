import type { Client } from '../../oauth/client.ts';
import type { DialectName } from '../../oauth/issuer.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { TokenBinding } from '../../oauth/token-binding.ts';
import type { AccountsContext } from '../context.ts';
import type { TokenAnswer } from './token-answer.ts';

/** A call of the token endpoint whose client is known to be who it says. */
export interface TokenCall {
  readonly client: Client;
  readonly parameters: URLSearchParams;
  /** The client has proved itself: by its secret, or by an assertion. */
  readonly proven: boolean;
  /** Which endpoint was called: ID tokens name its issuer. */
  readonly dialect: DialectName;
  /** The resources that were asked for (null: none in particular), and the key that the client has proved to have. */
  readonly binding: TokenBinding;
}

/** What a grant does with a call. */
export type Exchange = (context: AccountsContext, call: TokenCall) => Promise<TokenAnswer | Refusal>;
