import type { EventKind } from './event-kinds.ts';

type Detail = Readonly<Record<string, unknown>>;

/** By the action that an event of an operator or owner names; `other` for one that stands in none of the rows. */
function byAction(sentences: Readonly<Record<string, string>>, other: string) {
  return ({ action }: Detail) =>
    typeof action === 'string' && Object.hasOwn(sentences, action) ? (sentences[action] ?? other) : other;
}

const grantTexts: Readonly<Record<string, string>> = {
  authorization_code: 'A code was exchanged for tokens.',
  refresh_token: 'The access token was renewed.',
  client_credentials: 'The client was given a token of its own.',
  'urn:ietf:params:oauth:grant-type:device_code': 'The device was given its tokens.',
  'urn:ietf:params:oauth:grant-type:token-exchange': 'A token was exchanged for another one.',
};

const sentences: Readonly<Record<EventKind, string | ((detail: Detail) => string)>> = {
  authorize: 'The user was sent back to the app with its answer.',
  'sign-in': 'The user signed in.',
  hop: 'The browser was sent on to the home data centre of its user.',
  consent: 'The user allowed access.',
  token: ({ grantType }) =>
    (typeof grantType === 'string' && Object.hasOwn(grantTexts, grantType) ? grantTexts[grantType] : undefined) ??
    'Tokens were given.',
  'silent-refresh': 'The page was given a new token without showing anything.',
  'scope-enhance': 'Scopes were added to what the user had allowed.',
  revoke: 'A token was revoked.',
  eviction: 'Older tokens went, because a limit was reached.',
  'self-client-code': 'A code was made for the self client.',
  'device-request': 'A device was given its codes.',
  'device-code': 'A user typed the code of a device.',
  'device-consent': 'The user allowed access for the device.',
  'device-token': 'The device was given its tokens.',
  'user-info': 'The app was told who its user is.',
  userinfo: 'The app was told who its user is.',
  introspect: 'An API was told about a token.',
  password: 'The user changed the password.',
  'password-reset': 'The password was set anew, or a link for that was sent.',
  'second-factor': 'A second factor was used or changed.',
  passkey: 'A passkey was used or added.',
  'outside-sign-in': 'The user signed in through an outside provider.',
  provider: byAction(
    { put: 'An outside provider was added or changed.', remove: 'An outside provider was removed.' },
    'An outside provider was changed.',
  ),
  confirmation: 'The user confirmed the sign-in.',
  email: 'The e-mail address was verified.',
  'sign-up': 'An account was asked for, or completed.',
  'sign-out': 'The user signed out.',
  logout: 'The client was told that a session has ended.',
  session: 'Sessions were ended.',
  user: byAction(
    { create: 'The user was made.', change: 'The user was changed.', move: 'The user was moved.' },
    'The profile was changed.',
  ),
  client: byAction(
    {
      register: 'The client was registered.',
      change: 'Settings of the client were changed.',
      delete: 'The client was deleted.',
      'rotate-secret': 'The secret was replaced by a new one.',
      'reveal-secret': 'A secret was shown to its owner.',
      'allow-registration': 'A token for one registration was made.',
    },
    'The client was changed.',
  ),
  admin: 'An operator changed something.',
  settings: 'The data centre started with changed settings.',
  keys: byAction(
    { rotate: 'A new signing key was made.', retire: 'A signing key was retired.' },
    'The signing keys were changed.',
  ),
  api: ({ operation, status }) =>
    operation ? `${operation}: answered with ${status ?? 'success'}.` : 'The call was answered.',
  cors: 'The page was allowed to call.',
  request: 'The request was answered.',
  events: 'Events were left out, because too many came in a minute.',
  notification: 'The notification was delivered.',
  fault: 'A fault of the lab was met.',
  grant: 'The lab granted access without the user.',
};

/** One plain sentence about an event that did not fail, for people: what happened. */
export function tellSuccess(kind: EventKind, detail: Detail = {}): string {
  const sentence = sentences[kind];
  return typeof sentence === 'string' ? sentence : sentence(detail);
}
