import { AuthorizationError, ConfigurationError } from '../../common/errors.ts';
import { orAborted } from '../../common/http/wait.ts';
import { sameSecret } from '../../common/oauth/secrets.ts';
import type { BrowserHooks } from './hooks.ts';
import type { PendingAttempt } from './stored-rows.ts';

/** Whether an address that opened the app is the redirect of an authorization at all, whoever began it. */
export function isRedirect(address: string, redirectUri: string): boolean {
  const [place = ''] = address.split(/[?#]/);
  return place.replace(/\/$/, '') === redirectUri.replace(/\/$/, '') && stateOf(address) !== null;
}

/** Whether it is the answer to this attempt, and so nobody else's. */
export function answers(address: string, attempt: PendingAttempt): boolean {
  return isRedirect(address, attempt.redirectUri) && sameSecret(stateOf(address) ?? '', attempt.state);
}

function stateOf(address: string): string | null {
  const [, query = ''] = address.split('?');
  return new URLSearchParams(query.split('#')[0]).get('state');
}

/**
 * Opens the browser and waits for the redirect, by whichever way the system hands it over. Addresses that do not belong to
 * the attempt are not taken from `onRedirect`: any other app and page can open this app, and none can end a sign-in so.
 * @throws AuthorizationError `browser_closed`; the signal's reason.
 */
export async function redirectOf(
  { openBrowser, onRedirect }: BrowserHooks,
  url: string,
  attempt: PendingAttempt,
  signal: AbortSignal | undefined,
): Promise<string> {
  let unsubscribe: (() => void) | undefined;
  const { redirectUri } = attempt;
  const redirected = new Promise<string>((resolve) => {
    unsubscribe = onRedirect?.((address) => {
      if (answers(address, attempt)) resolve(address);
    });
  });
  const opened = (async () => {
    const address = await openBrowser(url, { redirectUri, signal });
    if (typeof address === 'string') return address;
    if (address === null) {
      throw new AuthorizationError('the browser was closed before the authorization ended', {
        code: 'browser_closed',
        dataCenter: attempt.dataCenter,
        mend: 'Offer the button again',
      });
    }
    if (onRedirect) return redirected;
    throw new ConfigurationError('openBrowser gave no address, and there is no onRedirect', {
      code: 'option_missing',
      mend: 'Give `onRedirect`, or let `openBrowser` give the address of the redirect',
    });
  })();
  try {
    return await orAborted(Promise.race([opened, redirected]), signal);
  } finally {
    unsubscribe?.();
  }
}
