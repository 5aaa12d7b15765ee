import { GrantwayError } from '@grantway/native';

const texts: Readonly<Record<string, string>> = {
  access_denied: 'You did not allow access (access_denied). Nothing was stored; you can sign in again.',
  browser_closed: 'The browser was closed before access was granted.',
  state_mismatch: 'That answer does not belong to a sign-in of this app, so nothing was done.',
  sign_in_required: 'Your session is over. Sign in again.',
  OAUTH_SCOPE_MISMATCH: 'You did not grant access to leads. Sign in again and accept it.',
};

/** What went wrong, for the user: in plain words, with the code for whoever helps. */
export function tell(error: unknown): string {
  if (error instanceof GrantwayError) return texts[error.code] ?? `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : 'Something went wrong.';
}
