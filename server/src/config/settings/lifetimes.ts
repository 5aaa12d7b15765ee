import { Type } from 'typebox';
import { closed, duration } from './setting-types.ts';

/** How long things live that the accounts server makes. */
export const lifetimes = Type.Object(
  {
    codeTtlSeconds: duration(60, 'Authorization code of the redirect flow.'),
    pushedRequestTtlSeconds: Type.Integer({
      minimum: 5,
      maximum: 600,
      default: 60,
      description: 'Authorization request that a client has pushed (RFC 9126).',
    }),
    instanceCodeTtlSeconds: duration(120, 'Authorization code of instance-level authorization.'),
    enhanceTokenTtlSeconds: duration(600, 'Enhance token of incremental authorization.'),
    deviceCodeTtlSeconds: duration(300, 'Device code and user code.'),
    idTokenTtlSeconds: duration(3600, 'ID token.'),
    signingKeyLeadSeconds: duration(600, 'Time between publishing a new signing key and signing with it.'),
    signingKeyMaxAgeSeconds: duration(
      90 * 86_400,
      'How long a signing key signs before a successor is made by itself.',
    ),
    accessTokenTtlSeconds: duration(3600, 'Access token.'),
    refreshGraceSeconds: Type.Integer({
      minimum: 0,
      maximum: 3600,
      default: 60,
      description:
        'Time in which a refresh token that was replaced still gets the same answer again, for clients whose processes refresh at the same time (strict profile).',
    }),
    publicRefreshTtlSeconds: duration(
      90 * 86_400,
      'Longest life of the refresh tokens of public clients of the strict profile, counted from the first; rotation does not extend it.',
    ),
    sessionTtlSeconds: duration(14 * 86_400, 'Sign-in session of a browser.'),
    sessionIdleSeconds: duration(7 * 86_400, 'Longest time that a session may go unused before it ends.'),
    resetTtlSeconds: duration(1800, 'Link by mail with which a user chooses a new password.'),
    verificationTtlSeconds: duration(86_400, 'Links by mail that prove an address, or complete a sign-up.'),
    confirmationSeconds: duration(
      300,
      'How long after a sign-in users may change how they sign in, see secrets, and do what else needs a recent one.',
    ),
    signInTtlSeconds: duration(600, 'Time between typing the sign-in name and the password.'),
    hopTtlSeconds: Type.Integer({
      minimum: 1,
      maximum: 60,
      default: 60,
      description: 'Hand-over of a sign-in from one data centre to another.',
    }),
  },
  { ...closed, default: {} },
);
