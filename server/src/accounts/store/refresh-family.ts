/**
 * SQL for the family that a refresh token belongs to: the hash of its first token, which names its row. For a token that
 * never was rotated, and for one that is unknown, that is its own hash.
 */
export function familyOf(tokenHash: string, slot: string): string {
  return `coalesce((SELECT family_hash FROM refresh_generation WHERE token_hash = ${tokenHash} AND slot = ${slot}), ${tokenHash})`;
}

/** SQL for whether the token is the one of its family that counts; `r` is the family's row. */
export function isNewest(tokenHash: string): string {
  return `coalesce(r.newest_hash, r.token_hash) = ${tokenHash}`;
}
