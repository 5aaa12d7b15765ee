import type { Settings } from '../../config/settings.ts';
import type { AuthorizationRequest } from './authorization-request.ts';

/**
 * The addresses that the browser is sent to at the end of an authorization, exactly as the reference spells them
 * (§1.7 query of the code flow, §1.8 fragment of the implicit flow). Values are percent-encoded, because official
 * redirect pages split at raw `&` and `=` without decoding.
 */
type Parameter = readonly [name: string, value: string | undefined];

/** `?state=…&code=…&location=…&accounts-server=…&`: state first, trailing ampersand kept unless switched off. */
export function codeResponseUri(
  request: AuthorizationRequest,
  answer: { readonly code: string; readonly location: string; readonly accountsServer: string },
  trailingAmpersand: boolean,
): string {
  const query = encode([
    ['state', request.state],
    ['code', answer.code],
    ['location', answer.location],
    ['accounts-server', answer.accountsServer],
  ]);
  return appendQuery(request.redirectUri, trailingAmpersand ? `${query}&` : query);
}

/** `#access_token=…&expires_in=…&location=…&api_domain=…&state=…&granted_for_session=…`. */
export function tokenResponseUri(
  request: AuthorizationRequest,
  answer: {
    readonly accessToken: string;
    readonly expiresInSeconds: number;
    readonly location: string;
    readonly apiDomain: string;
    readonly grantedForSession: boolean;
    readonly idToken?: string | undefined;
    readonly compatibility: Settings['compatibility'];
  },
): string {
  const forSession = String(answer.grantedForSession);
  const { implicitDelivery, sessionFlagNames } = answer.compatibility;
  const parameters = encode([
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
  if (implicitDelivery === 'query') return appendQuery(request.redirectUri, parameters);
  return `${request.redirectUri}#${parameters}`;
}

/** The refusals that the client is told: in the query of the code flow, in the fragment of the implicit flow. */
export function errorResponseUri(request: AuthorizationRequest, error: string): string {
  if (request.responseType === 'token') {
    return `${request.redirectUri}#${encode([
      ['error', error],
      ['state', request.state],
    ])}`;
  }
  return appendQuery(
    request.redirectUri,
    encode([
      ['state', request.state],
      ['error', error],
    ]),
  );
}

function encode(parameters: readonly Parameter[]): string {
  return parameters
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value as string)}`)
    .join('&');
}

/** `query` behind whatever the URI has already. */
export function appendQuery(uri: string, query: string): string {
  if (!uri.includes('?')) return `${uri}?${query}`;
  return /[?&]$/.test(uri) ? `${uri}${query}` : `${uri}&${query}`;
}
