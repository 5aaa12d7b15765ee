/** The steps that are recorded, and what each is about. Every listener names one of these. */
export const eventKinds = {
  authorize: 'an authorization request arrived',
  'sign-in': 'a sign-in name or password was given',
  hop: 'a browser was sent on to its home data centre',
  consent: 'a user accepted or rejected',
  token: 'a code or refresh token was redeemed',
  'silent-refresh': 'a page asked for a token without showing one',
  'scope-enhance': 'scopes were added to a grant',
  revoke: 'a token was ended',
  eviction: 'tokens went because a limit was reached',
  'self-client-code': 'a code was made for a self client',
  'device-request': 'a device asked for its codes',
  'device-code': 'a user typed the code of a device',
  'device-consent': 'a user accepted or rejected a device',
  'device-token': 'a device asked whether it was accepted',
  'user-info': 'the user of a token was asked for, in the old dialect',
  userinfo: 'the user of a token was asked for, by OpenID Connect',
  introspect: 'an API asked about a token',
  password: 'a user changed a password',
  'password-reset': 'somebody asked for a link to set a new password, or used one',
  'second-factor': 'a code of a second factor was given, or the factors of a user were changed',
  passkey: 'a passkey was used or added',
  'outside-sign-in': 'a browser came back from an outside OpenID provider',
  provider: 'an outside OpenID provider was added, changed or removed',
  confirmation: 'a user confirmed the sign-in before a sensitive change',
  email: 'a user proved an e-mail address',
  'sign-up': 'somebody asked for an account, or completed it',
  'sign-out': 'a user signed out',
  logout: 'a client was told that a session of its has ended',
  session: 'an operator or the user ended sessions',
  user: 'an operator made or changed a user',
  client: 'a client was registered, changed or deleted, or its secret replaced or shown again',
  admin: 'the admin API refused a caller, or an operator changed something by it',
  settings: 'the data centre started with other settings than before',
  keys: 'a signing key was rotated or retired',
  api: 'a CRM call, when it was refused or is the first of its kind',
  cors: 'a preflight of a page',
  request: 'any other request: a page on the way, a document, a CRM call like one before',
  events: 'events were left out, because too many came in a minute',
  notification: 'a notification channel was called',
  fault: 'the lab met a request with a fault',
  grant: 'the lab granted codes or tokens without the user',
} as const satisfies Readonly<Record<string, string>>;

export type EventKind = keyof typeof eventKinds;

export function isEventKind(text: string): text is EventKind {
  return Object.hasOwn(eventKinds, text);
}

/** Kinds that lists of events leave out unless they are asked for, or failed: steps of flows that tell nothing by themselves. */
export const quietKinds: readonly EventKind[] = ['request'];

/** What happens beside the protocol: it belongs to no flow. */
const besideFlows: ReadonlySet<EventKind> = new Set<EventKind>([
  'admin',
  'client',
  'events',
  'keys',
  'logout',
  'notification',
  'email',
  'password-reset',
  'provider',
  'session',
  'settings',
  'sign-up',
  'user',
]);

export function isOfFlows(kind: EventKind): boolean {
  return !besideFlows.has(kind);
}

/** Outcomes that are no failure although they are not `Success`: things end, and devices ask until they are answered. */
const harmless: ReadonlySet<string> = new Set([
  'Success',
  'AccessTokenEvicted',
  'RefreshTokenEvicted',
  'GrantEnded',
  'DevicePending',
  'SecondFactorNeeded',
]);

/** Whether a step of this kind and outcome makes its flow a failed one. A token that was evicted fails where it is used. */
export function isFailure(kind: EventKind, outcome: string): boolean {
  return outcome === 'RefreshTokenEvicted' ? kind !== 'eviction' : !harmless.has(outcome);
}
