import type { Database } from '../../database/database.ts';
import { resealPrivateKey } from './signing-key-material.ts';

/** Seals the keys of the data centre, which were sealed under `from`, under `to`. */
export async function resealSigningKeys(
  database: Database,
  dataCenterId: string,
  from: Buffer,
  to: Buffer,
): Promise<void> {
  const rows = await database.query<{ key_id: string; sealed_private_jwk: string }>({
    text: 'SELECT key_id, sealed_private_jwk FROM signing_key WHERE sealed_private_jwk IS NOT NULL',
  });
  for (const { key_id: keyId, sealed_private_jwk: sealed } of rows) {
    await database.query({
      text: 'UPDATE signing_key SET sealed_private_jwk = $2 WHERE key_id = $1',
      values: [keyId, await resealPrivateKey({ from, to }, dataCenterId, keyId, sealed)],
    });
  }
}
