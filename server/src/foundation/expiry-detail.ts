import type { EpochMs } from './kinds.ts';

/** What an event tells of something that came after its end: both moments, and the whole seconds in between. */
export function expiryDetail(expiresAtMs: EpochMs, nowMs: EpochMs) {
  return {
    expiredAt: new Date(expiresAtMs).toISOString(),
    now: new Date(nowMs).toISOString(),
    expiredSecondsAgo: Math.round((nowMs - expiresAtMs) / 1000),
  };
}
