import { expect, test } from 'vitest';
import type { AccessToken, ClientId, OrganizationId, RefreshToken, UserId } from '../oauth/ids.ts';
import type { EpochMs, Seconds } from './kinds.ts';
import { secretHash } from './secrets.ts';

// The step `npm run types` is the check: each line below that is expected to fail must fail to compile.
test('what is of one kind is not taken for another, and weighs nothing at run time', () => {
  const userId: UserId = '600000001';
  const token: AccessToken = '1000.a.b';
  const nowMs: EpochMs = 1_700_000_000_000;
  const hash = secretHash(token);
  // @ts-expect-error a user is no client
  const clientId: ClientId = userId;
  // @ts-expect-error nor an organization
  const organizationId: OrganizationId = userId;
  // @ts-expect-error an access token refreshes nothing
  const refreshToken: RefreshToken = token;
  // @ts-expect-error a moment is no length of time
  const seconds: Seconds = nowMs;
  // @ts-expect-error the hash of a token is no token
  const asToken: AccessToken = hash;
  expect([clientId, organizationId, refreshToken, seconds]).toEqual([userId, userId, token, nowMs]);
  expect(Buffer.isBuffer(asToken)).toBe(true);
});
