import type { Queryable } from '../../database/database.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import { secretHash } from '../../foundation/secrets.ts';

/**
 * Takes a signed proof, once over all processes.
 * @param name what it is for, who signed it and its `jti`.
 * @returns false when it was taken before.
 */
export async function takeProof(queryable: Queryable, name: readonly string[], expiresAtMs: EpochMs): Promise<boolean> {
  const rows = await queryable.query({
    name: 'proof-take',
    text: 'INSERT INTO used_proof (proof_hash, expires_at_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1',
    values: [secretHash(JSON.stringify(name)), expiresAtMs],
  });
  return rows.length > 0;
}
