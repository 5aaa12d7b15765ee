import { issuerOf } from '../../oauth/issuer.ts';
import type { Outcome } from '../../oauth/outcomes.ts';
import type { AccountsContext } from '../context.ts';
import type { AnswerableRequest } from '../request/authorization-request.ts';
import { standardErrorOf } from '../wire/standard-error.ts';
import type { AuthorizationAnswer } from './response-uri.ts';

/**
 * The answers of the authorization endpoint in the standard dialect: RFC 6749 §4.1.2, with the issuer (RFC 9207 §2), which
 * after a hop is the one of the user's own data centre, where the code is redeemed.
 */
export function standardCode(context: AccountsContext, request: AnswerableRequest, code: string): AuthorizationAnswer {
  return answerOf(context, request, [['code', code]]);
}

/** RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6. */
export function standardRefusal(
  context: AccountsContext,
  request: AnswerableRequest,
  outcome: Outcome,
): AuthorizationAnswer {
  const { error, description } = standardErrorOf(outcome);
  // `slow_down` is a word of the token endpoint (RFC 8628).
  const told = error === 'slow_down' ? 'temporarily_unavailable' : error;
  return answerOf(context, request, [
    ['error', told],
    ['error_description', description],
  ]);
}

function answerOf(
  { dataCenter }: AccountsContext,
  { redirectUri, responseMode, state }: AnswerableRequest,
  parameters: readonly (readonly [string, string])[],
): AuthorizationAnswer {
  return {
    redirectUri,
    mode: responseMode,
    parameters: [
      ...parameters,
      ...(state === undefined ? [] : [['state', state] as const]),
      ['iss', issuerOf(dataCenter, 'standard')],
    ],
    trailingAmpersand: false,
  };
}
