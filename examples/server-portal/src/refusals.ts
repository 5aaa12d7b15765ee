import { GrantwayError, NetworkError, StoreError } from '@grantway/node';
import type { Notice } from './browsers.ts';

/** What a refusal of the authorization or of the exchange means for the user, by its code on the wire. */
const explanations: Readonly<Record<string, readonly [title: string, text: string]>> = {
  access_denied: [
    'You did not allow access',
    'You pressed Reject, so the portal got no code and no token. Nothing was stored. Choose Login with Grantway to be asked again.',
  ],
  state_mismatch: [
    'This sign-in was not begun here',
    'The answer does not belong to a sign-in that this browser began in the last ten minutes. Nothing was sent. Begin again.',
  ],
  code_missing: ['No code came back', 'The accounts server sent neither a code nor an error. Begin again.'],
  untrusted_accounts_server: [
    'The answer names a foreign accounts server',
    'The callback named an accounts server that is not one of the data centres of this portal, or not the one of its location. Nothing was sent to it.',
  ],
  unknown_location: [
    'The answer names an unknown data centre',
    'The callback named a location that is not one of the data centres of this portal. Nothing was sent.',
  ],
  invalid_code: [
    'The code is no longer good',
    'A code lives for about a minute and can be exchanged once. Begin again.',
  ],
  invalid_client: [
    'The portal is not known there',
    'Its client is not registered, or not enabled for your data centre. In the API console, see the settings of the client, Multi DC.',
  ],
  invalid_client_secret: [
    'The portal has another secret there',
    'The client secret of your data centre is not the one that the portal was given. Rotating it needs the new one here.',
  ],
  client_secret_missing: [
    'The portal has no secret there',
    'The client is not enabled for your data centre, or the portal was not given its secret for it.',
  ],
  invalid_redirect_uri: [
    'The callback is not registered',
    'Register the address of /callback with the client, exactly as it is.',
  ],
  server_error: ['The accounts server failed', 'Try again in a moment.'],
  temporarily_unavailable: ['The accounts server is busy', 'Try again in a moment.'],
  sign_in_required: [
    'Access has ended',
    'The refresh token is no longer good: it was revoked, or replaced by a newer one. Sign in again.',
  ],
  user_unknown: [
    'The CRM does not say who you are',
    'The call for the current user was refused, so the portal gave the tokens back. Nothing was stored.',
  ],
};

/** The words for a refusal. What has no words of its own is told as the SDK tells it. */
export function explain(error: GrantwayError): Notice {
  const otherwise = error instanceof NetworkError ? 'The other side did not answer' : 'That was refused';
  const [title, text] = explanations[error.code] ?? [otherwise, error.message];
  const place = error.dataCenter === undefined ? '' : ` (data centre ${error.dataCenter})`;
  return { code: error.code, title, text: `${text}${place}` };
}

/** @throws what is no refusal: a failure of our own, or of the database. */
export function explainOrThrow(error: unknown): Notice {
  if (error instanceof GrantwayError && !(error instanceof StoreError)) return explain(error);
  throw error;
}
