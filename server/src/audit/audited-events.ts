import type { EventKind } from '../inspector/event-kinds.ts';

/** Kinds of which every event is security-relevant, save outcomes that tell of a stale page only. */
const auditedKinds: ReadonlySet<EventKind> = new Set<EventKind>([
  'sign-in',
  'sign-out',
  'password',
  'password-reset',
  'email',
  'second-factor',
  'passkey',
  'confirmation',
  'outside-sign-in',
  'provider',
  'sign-up',
  'session',
  'user',
  'client',
  'keys',
  'settings',
  'admin',
  'consent',
  'device-consent',
  'scope-enhance',
  'revoke',
  'self-client-code',
]);

/** Of other kinds: somebody failed to prove who they are, or used what was used before. */
const auditedOutcomes: ReadonlySet<string> = new Set([
  'SecretMissing',
  'SecretWrong',
  'SecretUnexpected',
  'SecretOfOtherDataCenter',
  'AssertionMissing',
  'AssertionInvalid',
  'AuthenticatedTwice',
  'ProfileForbidden',
  'OriginNotRegistered',
  'CodeUsed',
  'CodeOfOtherClient',
  'RefreshTokenReused',
  'RefreshTokenOfOtherClient',
  'TokenOfOtherClient',
  'HopRefused',
  'GrantEnded',
  'UserInactive',
]);

const unaudited: ReadonlySet<string> = new Set([
  'FormExpired',
  'ConsentChanged',
  'ServiceUnavailable',
  'SecondFactorNeeded',
]);

/** Whether the audit log tells of an event (ASVS 16.3.1 to 16.3.3, AUD-01). */
export function isAudited(kind: EventKind, outcome: string): boolean {
  // An authorization that went well is access that a user gave: by a consent, or by one of before.
  if (kind === 'authorize' && outcome === 'Success') return true;
  return (auditedKinds.has(kind) && !unaudited.has(outcome)) || auditedOutcomes.has(outcome);
}
