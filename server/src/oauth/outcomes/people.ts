import type { Outcomes } from './outcome-entry.ts';

/** What users do, or do not do: sign-in, consent, devices. */
export const peopleOutcomes = {
  LoginRequired: {
    standard: 'login_required',
    meaning: 'No page may be shown (prompt=none), but the user must sign in.',
    redirect: 'login_required',
  },
  ConsentRequired: {
    standard: 'consent_required',
    meaning: 'No page may be shown (prompt=none), but the user must be asked for consent.',
    redirect: 'consent_required',
  },
  InteractionRequired: {
    standard: 'interaction_required',
    meaning: 'No page may be shown (prompt=none), but the user must choose or mend something.',
    redirect: 'interaction_required',
  },
  AccessDenied: {
    standard: 'access_denied',
    meaning: 'The user rejected the request.',
    token: { error: 'access_denied', status: 200 },
    redirect: 'access_denied',
  },
  ClientNotGranted: {
    meaning: 'The user is signed out or did not grant access for the entire session.',
    redirect: 'client_not_granted',
  },
  PromptRequired: { meaning: 'A scope was not granted before; the user must be asked.', redirect: 'prompt_required' },
  DeviceRequestsThrottled: {
    standard: 'slow_down',
    meaning:
      'Too many codes for devices were made for this client, or for it from this address. Wait for the window to end.',
    page: 'E7',
    token: { error: 'Access Denied', status: 400 },
  },
  DevicePending: {
    standard: 'authorization_pending',
    meaning: 'The user has not answered yet.',
    token: { error: 'authorization_pending', status: 200 },
  },
  DevicePolledTooSoon: {
    standard: 'slow_down',
    meaning: 'The device asks more often than the interval allows.',
    token: { error: 'slow_down', status: 200 },
  },
  DeviceApprovedElsewhere: {
    standard: 'invalid_grant',
    meaning: 'The user approved and lives in another data centre. Poll there with the same device code.',
    token: { error: 'other_dc', status: 200 },
  },
  DeviceCodeExpired: {
    standard: 'expired_token',
    meaning: 'The device code has expired. Ask for a new one.',
    token: { error: 'expired', status: 200 },
  },
  UserCodeUnknown: { meaning: 'No device waits with this user code.' },
  UserCodeExpired: { meaning: 'The user code has expired.' },
  UserCodeAnswered: { meaning: 'The user code was answered before.' },
  UserCodeThrottled: { meaning: 'Too many wrong user codes; try again later.' },
  PasswordUnfit: {
    meaning:
      "The new password breaks a rule: its length, it is the user's own name or address, or it is common in breaches elsewhere.",
  },
  CredentialsWrong: { meaning: 'The sign-in name or the password is not correct.' },
  NameLookUpsThrottled: { meaning: 'Too many sign-in names came from this address; try again later.' },
  MailsThrottled: { meaning: 'Too many mails were asked for; try again later.' },
  LinkUseless: { meaning: 'The link has expired, was used before, or was replaced by a newer one.' },
  SecondFactorNeeded: { meaning: 'The password was right; the second factor of the user is asked for.' },
  SecondFactorWrong: { meaning: 'The code of the second factor is wrong, or was used before.' },
  SecondFactorThrottled: { meaning: 'Too many wrong codes or passkeys; try again later.' },
  PasskeyWrong: { meaning: 'The passkey is unknown here, or did not answer the challenge rightly.' },
  OutsideSignInRefused: { meaning: 'The sign-in by an outside provider did not come to a user of this data centre.' },
  SignInThrottled: { meaning: 'Too many wrong passwords; try again later.' },
  HopRefused: { meaning: 'A sign-in carried over from another data centre was not taken up.' },
  ConsentChanged: { meaning: 'What was accepted is not what the page showed; it is shown anew.' },
  FormExpired: { meaning: 'The form has expired or came from another site.' },
  UserIsNoAdministrator: {
    standard: 'access_denied',
    meaning: 'Only an administrator of an organization can grant access for all of it.',
  },
  UserHasNoOrganization: {
    standard: 'access_denied',
    meaning: 'The user has no organization that the scopes could apply to.',
  },
} as const satisfies Outcomes;
