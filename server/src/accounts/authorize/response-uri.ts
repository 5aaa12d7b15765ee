import type { Settings } from '../../config/settings.ts';
import { type Outcome, outcomes } from '../../oauth/outcomes.ts';
import type { AnswerableRequest } from '../request/authorization-request.ts';
import type { ResponseMode } from '../request/openid-steps.ts';

/**
 * What the client is told at the end of an authorization, exactly as the reference spells it (§1.7 query of the code
 * flow, §1.8 fragment of the implicit flow). Values are percent-encoded, because official redirect pages split at raw
 * `&` and `=` without decoding.
 */
export interface AuthorizationAnswer {
  readonly redirectUri: string;
  readonly mode: ResponseMode;
  /** In the order of the wire. */
  readonly parameters: readonly Parameter[];
  /** The query ends in "&". */
  readonly trailingAmpersand: boolean;
}
type Parameter = readonly [name: string, value: string];

/** `?state=…&code=…&location=…&accounts-server=…&`: state first, trailing ampersand kept unless switched off. */
export function codeAnswer(
  request: AnswerableRequest,
  answer: { readonly code: string; readonly location: string; readonly accountsServer: string },
  trailingAmpersand: boolean,
): AuthorizationAnswer {
  return answerOf(
    request,
    [
      ['state', request.state],
      ['code', answer.code],
      ['location', answer.location],
      ['accounts-server', answer.accountsServer],
    ],
    { trailingAmpersand },
  );
}

/** `#access_token=…&expires_in=…&location=…&api_domain=…&state=…&granted_for_session=…`. */
export function tokenAnswer(
  request: AnswerableRequest,
  answer: {
    readonly accessToken: string;
    readonly expiresInSeconds: number;
    readonly location: string;
    readonly apiDomain: string;
    readonly grantedForSession: boolean;
    readonly idToken?: string | undefined;
    readonly compatibility: Settings['compatibility'];
  },
): AuthorizationAnswer {
  const forSession = String(answer.grantedForSession);
  const { sessionFlagNames } = answer.compatibility;
  return answerOf(request, [
    ['access_token', answer.accessToken],
    ['expires_in', String(answer.expiresInSeconds)],
    ['location', answer.location],
    ['api_domain', answer.apiDomain],
    ['state', request.state],
    // The seeds and the SDK sources spell it differently; clients read either.
    ['granted_for_session', sessionFlagNames === 'grant' ? undefined : forSession],
    ['grant_for_session', sessionFlagNames === 'granted' ? undefined : forSession],
    ['id_token', answer.idToken],
  ]);
}

/** The refusals that the client is told. In the implicit flow the query is for nobody's errors. */
export function errorAnswer(request: AnswerableRequest, outcome: Outcome): AuthorizationAnswer {
  const error = outcomes[outcome].redirect ?? 'access_denied';
  if (request.responseType === 'code') {
    return answerOf(request, [
      ['state', request.state],
      ['error', error],
    ]);
  }
  const mode = request.responseMode === 'query' ? 'fragment' : request.responseMode;
  return answerOf(
    request,
    [
      ['error', error],
      ['state', request.state],
    ],
    { mode },
  );
}

function answerOf(
  { redirectUri, responseMode }: AnswerableRequest,
  parameters: readonly (readonly [string, string | undefined])[],
  { mode = responseMode, trailingAmpersand = false }: { mode?: ResponseMode; trailingAmpersand?: boolean } = {},
): AuthorizationAnswer {
  const given = parameters.filter((each): each is Parameter => each[1] !== undefined);
  return { redirectUri, mode, parameters: given, trailingAmpersand };
}

/** The address of an answer that goes in the query or the fragment. */
export function answerUri({ redirectUri, mode, parameters, trailingAmpersand }: AuthorizationAnswer): string {
  const text = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  if (mode === 'fragment') return `${redirectUri}#${text}`;
  return appendQuery(redirectUri, trailingAmpersand ? `${text}&` : text);
}

/** `query` behind whatever the URI has already. */
export function appendQuery(uri: string, query: string): string {
  if (!uri.includes('?')) return `${uri}?${query}`;
  return /[?&]$/.test(uri) ? `${uri}${query}` : `${uri}&${query}`;
}
