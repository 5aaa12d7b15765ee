import { SignInRequiredError } from '../errors.ts';

/**
 * How long before its end an access token is renewed, in milliseconds: the wanted margin, but only in the last twelfth of
 * its life, or short ones would never be used.
 *
 * @example
 * renewalMarginMs(3600, 60_000); // 60000
 */
export function renewalMarginMs(lifetimeSeconds: number, wantedMs: number): number {
  return Math.min(wantedMs, (lifetimeSeconds * 1000) / 12);
}

/** Nothing that is stored lets the user's calls go on. */
export function signInRequired(message: string, dataCenter?: string, cause?: unknown): SignInRequiredError {
  const mend = 'Send the user to the authorization again';
  return new SignInRequiredError(message, { code: 'sign_in_required', dataCenter, mend, cause });
}
