import { sameBytes } from '../foundation/secrets.ts';
import type { ClientAtDataCenter } from './client.ts';

/** How long a secret that is replaced may stay valid beside the new one: not at all, an hour, a day, a week. */
export const secretOverlaps = { '0': 0, '1h': 3600, '24h': 86_400, '7d': 604_800 } as const satisfies Readonly<
  Record<string, number>
>;
export const secretOverlapSeconds: readonly number[] = Object.values(secretOverlaps);

/** Which of the secrets at a data centre came: the newest, the one before it while it lasts, or one that has ended. */
export type SecretMatch = 'newest' | 'former' | 'ended' | undefined;

/** Compares the hash of what came with both secrets, in constant time. */
export function matchSecret(at: ClientAtDataCenter | undefined, came: Buffer, nowMs: number): SecretMatch {
  if (!at) return undefined;
  const newest = sameBytes(came, at.secretHash);
  const former = at.former !== undefined && sameBytes(came, at.former.secretHash);
  if (newest) return 'newest';
  if (!former || !at.former) return undefined;
  return at.former.endsAtMs > nowMs ? 'former' : 'ended';
}
