import { Type } from 'typebox';
import { closed, count, duration } from './setting-types.ts';

/** How many there may be, and how many in a window of time. */
export const limits = Type.Object(
  {
    activeAccessTokensPerRefreshToken: count(
      10,
      'Active access tokens of one refresh token; the newest evicts the oldest.',
    ),
    accessTokensPerRefreshTokenPerWindow: count(10, 'Access tokens made with one refresh token in a window.'),
    refreshTokensPerUserAndClient: count(
      20,
      'Refresh tokens of one user for one client; the newest evicts the oldest.',
    ),
    refreshTokensPerUserAndClientPerWindow: count(10, 'Refresh tokens made for one user and client in a window.'),
    codesPerUserAndClientPerWindow: count(10, 'Codes and implicit tokens made for one user and client in a window.'),
    windowSeconds: duration(600, 'Length of the fixed window of the token limits.'),
    signInFailuresPerName: count(
      100,
      'Wrong passwords for one sign-in name in a window; of a browser that the user signed in with before, counted apart.',
    ),
    signInFailuresPerAddress: count(1000, 'Wrong passwords from one address in a window.'),
    signInNamesPerAddress: count(300, 'Sign-in names looked up from one address in a window.'),
    secondFactorFailuresPerName: count(
      10,
      'Wrong codes of a second factor for one user in a window; of a browser that the user signed in with before, counted apart.',
    ),
    mailsPerAddress: count(30, 'Mails asked for (new passwords, verification, sign-up) from one address in a window.'),
    mailsPerName: count(5, 'The same to one e-mail address in a window.'),
    deviceRequestsPerClientAndAddress: count(
      100,
      'Pairs of device codes made for one client from one address in a window.',
    ),
    deviceRequestsPerClient: count(10_000, 'Pairs of device codes made for one client in a window, per data centre.'),
    eventsPerMinute: count(
      600,
      'Refusals, and other events that anybody can cause, recorded one by one in a minute; others are counted. Per data centre and process.',
    ),
    clientsPerOwner: count(100, 'Clients of one owner.'),
    registrationsPerAddress: count(100, 'Clients registered at /oauth2/register from one address in a window.'),
    redirectUrisPerClient: count(50, 'Redirect URIs of one client.'),
    javascriptDomainsPerClient: count(50, 'JavaScript domains of one client.'),
    crmCreditsPerDay: count(0, 'API credits of one organization in any 24 hours.'),
    crmCallsPerMinute: count(0, 'CRM calls of one organization in a minute of the clock, per process.'),
    crmConcurrentCalls: count(0, 'CRM calls of one client for one organization at the same time, per process.'),
    crmConcurrentHeavyCalls: count(
      0,
      'Those of them that are heavy (search, COQL, convert, composite, mass actions), per process.',
    ),
    requestsAtOnce: count(
      1_000,
      'Requests of one listener (accounts, each API) that are worked on at the same time, per process; what comes then is answered 503 at once.',
    ),
    tokenCacheEntries: Type.Integer({
      minimum: 1,
      maximum: 10_000_000,
      default: 50_000,
      description: 'Access tokens whose grant is kept in memory, per data centre.',
    }),
    tokenCacheTtlSeconds: duration(5, 'Longest time an access token is trusted without asking the database again.'),
  },
  { ...closed, default: {} },
);
