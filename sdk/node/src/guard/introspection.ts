import { originOf } from '../../../common/data-centers/data-centers.ts';
import { NetworkError, OAuthError } from '../../../common/errors.ts';
import { type Sending, sendRequest } from '../../../common/http/send.ts';
import type { TokenVerifier, VerifiedToken } from './verifier.ts';

export interface IntrospectionOptions extends Omit<Sending, 'signal'> {
  /** Accounts servers whose tokens your API takes; each is asked, at the same time. */
  readonly accounts: string | readonly string[];
  /** A client that is declared as a resource server; any other one learns of its own tokens only. */
  readonly clientId: string;
  /** One for all, or one by origin of the accounts server. */
  readonly clientSecret: string | Readonly<Record<string, string>>;
}

/**
 * Asks the accounts server what a token stands for (RFC 7662, `POST /oauth/v2/introspect`). Put `cachedVerifier` around it.
 *
 * @example
 * const verifier = introspection({ accounts: 'http://localhost:8000', clientId: '1000.API', clientSecret: 'secret' });
 */
export function introspection(options: IntrospectionOptions): TokenVerifier {
  const { clientId, clientSecret, fetch, timeoutMs, maxTries, maxRetryDelayMs, random } = options;
  const origins = [options.accounts].flat().map((origin) => originOf(origin, 'accounts server'));
  const ask = async (origin: string, token: string, signal?: AbortSignal): Promise<VerifiedToken | undefined> => {
    const secret = typeof clientSecret === 'string' ? clientSecret : (clientSecret[origin] ?? '');
    const credentials = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString('base64');
    const answer = await sendRequest(
      {
        method: 'POST',
        url: `${origin}/oauth/v2/introspect`,
        headers: { authorization: `Basic ${credentials}` },
        body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
      },
      { fetch, timeoutMs, maxTries, maxRetryDelayMs, random, signal, retry: 'always' },
    );
    const claims = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
    if (answer.ok && typeof claims.active === 'boolean') {
      // An API must never take a refresh token.
      return claims.active && claims.token_type !== 'refresh_token' ? toVerified(claims) : undefined;
    }
    throw new OAuthError(`introspection was refused with ${String(claims.error ?? `status ${answer.status}`)}`, {
      code: String(claims.error ?? `HTTP_${answer.status}`),
      status: answer.status,
      mend: `Check id and secret of the client at ${origin}`,
    });
  };
  return {
    async verify(token, { signal } = {}) {
      const answers = await Promise.allSettled(origins.map((origin) => ask(origin, token, signal)));
      const found = answers.find((each) => each.status === 'fulfilled' && each.value !== undefined);
      if (found?.status === 'fulfilled') return found.value;
      // Where one could not tell, "no" is not known.
      const failed = answers.find((each) => each.status === 'rejected');
      if (!failed) return undefined;
      throw failed.reason instanceof Error ? failed.reason : new NetworkError('no answer', { code: 'NO_ANSWER' });
    },
  };
}

function toVerified(claims: Readonly<Record<string, unknown>>): VerifiedToken {
  const text = (name: string) => (claims[name] === undefined ? undefined : String(claims[name]));
  return {
    subject: text('sub') ?? '',
    clientId: text('client_id'),
    scopes: (text('scope') ?? '').split(/[\s,]+/).filter((scope) => scope !== ''),
    expiresAtMs: typeof claims.exp === 'number' ? claims.exp * 1000 : undefined,
    issuer: text('iss'),
    organizationId: text('organization_id'),
    environment: text('environment'),
    claims,
  };
}
