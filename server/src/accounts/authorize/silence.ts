import { provesClient } from '../../oauth/client.ts';
import type { AuthorizationRequest } from '../request/authorization-request.ts';

/**
 * Whether an earlier consent may answer the request without a page. Not when the client asks for the page, and not when
 * any program could have taken the client's place: a public client's redirect URI that no website owns may belong to
 * another app on the device (RFC 8252 §8.6, OAuth 2.1 §7.3.1), so the user is shown the app each time.
 */
export function mayAnswerSilently({ client, prompt, redirectUri }: AuthorizationRequest): boolean {
  return !prompt.consent && provesClient(client, redirectUri);
}
