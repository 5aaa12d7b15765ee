/**
 * Every localStorage key, in one place. The first three groups are the names that applications, redirect pages and the
 * original SDK share, so they can never change; the last group is ours alone.
 */
export const names = {
  // Written by the application's redirect page, straight from the fragment.
  accessToken: 'access_token',
  apiDomain: 'api_domain',
  expiresIn: 'expires_in',
  /** Older servers send seconds here and milliseconds in `expires_in`. */
  expiresInSeconds: 'expires_in_sec',
  location: 'location',
  accountsServer: 'accounts-server',
  state: 'state',
  /** Two spellings of the same answer are in use. */
  grantedForSession: 'granted_for_session',
  grantForSession: 'grant_for_session',
  error: 'error',
  /** Of the code flow; exchanged and gone as soon as the page sees it. */
  code: 'code',

  // Written by the original SDK.
  tokenInit: '__token_init',
  authProcess: '__auth_process',
  fullGrant: 'full_grant',

  // Removed by the original's revokeAccess, never written.
  crmAccessToken: 'crm_access_token',

  /** The `state` that the redirect page must find in the fragment. */
  authState: '__auth_state',
  /** Last sign of life of the tab that waits for the sign-in window, in milliseconds. */
  authBeat: '__auth_beat',
  /** Where the redirect page goes on when a silent renewal was refused. */
  authFallback: '__auth_fallback',
  /** Set while a token that replaces a refused one has not been accepted by the API yet. */
  tokenRefused: '__token_refused',
} as const;
