import { covers, type TokenVerifier, type VerifiedToken } from './verifier.ts';

/** A refusal as RFC 6750 §3 wants it. */
export interface Refusal {
  readonly status: 401 | 403 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly error: string; readonly error_description: string };
}

export type Decision = { readonly token: VerifiedToken } | { readonly refusal: Refusal };

/** Both schemes of the wire; the name's letter case does not matter. */
const header = /^(?:Bearer|Zoho-oauthtoken) +([\x21-\x7e]+) *$/i;

/** Says whether a request with this `Authorization` header may pass. */
export type Decide = (authorization: string | null | undefined, signal?: AbortSignal) => Promise<Decision>;

/** What decides on requests that need all of these scopes. */
export function decider(verifier: TokenVerifier, scopes: readonly string[]): Decide {
  /** The scopes of a token that a verifier keeps are compared once. */
  const covering = new WeakSet<VerifiedToken>();
  return async (authorization, signal) => {
    const token = header.exec(authorization ?? '')?.[1];
    if (!token) {
      const expected = 'expected a token in the Authorization header, got none';
      // RFC 6750 §3.1: without a token the challenge has no error code.
      return refused(
        401,
        authorization ? 'invalid_request' : 'token_missing',
        expected,
        authorization ? undefined : 'Bearer',
      );
    }
    let found: VerifiedToken | undefined;
    try {
      found = await verifier.verify(token, { signal });
    } catch {
      signal?.throwIfAborted();
      return refused(503, 'temporarily_unavailable', 'the token cannot be checked just now', undefined, {
        'retry-after': '5',
      });
    }
    if (!found) return refused(401, 'invalid_token', 'the token is unknown, has ended, or was revoked');
    if (covering.has(found)) return { token: found };
    const { scopes: granted } = found;
    const missing = scopes.filter((scope) => !covers(granted, scope));
    if (missing.length === 0) {
      covering.add(found);
      return { token: found };
    }
    return refused(403, 'insufficient_scope', `the token lacks ${missing.join(' ')}`, undefined, {}, scopes);
  };
}

function refused(
  status: Refusal['status'],
  error: string,
  description: string,
  challenge?: string,
  more: Readonly<Record<string, string>> = {},
  scopes: readonly string[] = [],
): Decision {
  const scope = scopes.length > 0 ? `, scope="${scopes.join(' ')}"` : '';
  const authenticate = challenge ?? `Bearer error="${error}", error_description="${description}"${scope}`;
  const headers = {
    'cache-control': 'no-store',
    ...(status === 503 ? {} : { 'www-authenticate': authenticate }),
    ...more,
  };
  return { refusal: { status, headers, body: { error, error_description: description } } };
}
