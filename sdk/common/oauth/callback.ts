import { AuthorizationError } from '../errors.ts';
import { sameSecret } from './secrets.ts';

/** What an authorization brought: the code, and where the user lives. */
export interface Callback {
  readonly code: string;
  readonly location?: string | null | undefined;
  readonly accountsServer?: string | null | undefined;
}

const refusals: Readonly<Record<string, string>> = {
  access_denied: 'The user did not allow access; offer the button again',
  client_not_granted: 'The user has signed out or withdrew access; begin the authorization again',
  login_required: 'The user has to sign in; begin the authorization without prompt=none',
  consent_required: 'The user has to agree; begin the authorization without prompt=none',
};

/**
 * Reads the query of the redirect. The `state` is compared first, so that nothing of a foreign request counts.
 *
 * @example
 * readCallback('/callback?state=s&code=1000.a.b&location=eu&accounts-server=https%3A%2F%2Faccounts.zoho.eu', 's');
 * @throws AuthorizationError `state_mismatch`, `code_missing`, or the `error` of the redirect, such as `access_denied`.
 */
export function readCallback(address: string | URL | URLSearchParams, state: string | undefined): Callback {
  const query = queryOf(address);
  const given = query.get('state');
  if (state !== undefined && (given === null || !sameSecret(given, state))) {
    throw new AuthorizationError('the redirect does not belong to an authorization that was begun here', {
      code: 'state_mismatch',
      mend: 'Begin the authorization again, in the same browser',
    });
  }
  const error = query.get('error');
  if (error !== null) {
    const code = error.slice(0, 100).replace(/[^\P{Cc}]/gu, '\ufffd');
    throw new AuthorizationError(`the authorization ended with ${code}`, { code, mend: refusals[code] });
  }
  const code = query.get('code');
  if (!code) {
    throw new AuthorizationError('expected `code` in the address of the redirect, got none', {
      code: 'code_missing',
      mend: 'Begin the authorization again',
    });
  }
  return { code, location: query.get('location'), accountsServer: query.get('accounts-server') };
}

function queryOf(address: string | URL | URLSearchParams): URLSearchParams {
  if (address instanceof URLSearchParams) return address;
  // A path is enough, as servers see it; its origin does not matter.
  return new URL(address, 'http://redirect.invalid').searchParams;
}
