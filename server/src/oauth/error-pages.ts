/** The error pages of the authorization endpoint (reference §1.3), with the marker that tests read. */
export const errorPages = {
  E1: { title: 'Invalid Client', marker: 'invalid_client' },
  E2: { title: 'Invalid response type', marker: 'invalid_response_type' },
  E3: { title: 'Invalid OAuth scope', marker: 'invalid_scope' },
  E4: { title: 'Invalid Redirect Uri', marker: 'invalid_redirect_uri' },
  E5: { title: 'An error occurred', marker: 'unsupported_response_type' },
  E6: { title: '400', marker: 'invalid_request' },
  E7: { title: 'Access Denied', marker: 'access_denied' },
} as const;
export type ErrorPage = keyof typeof errorPages;
