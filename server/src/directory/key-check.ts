import type { Database } from '../database/database.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { keyPurposes } from '../foundation/key-purposes.ts';
import { deriveKey, keyedHash } from '../foundation/secrets.ts';
import { proposeFact, readFact, writeFact } from './facts.ts';

const factName = 'home-index-key';

/**
 * The home index is useless under another key, and a second platform on the same directory must use the same one. The
 * directory remembers a fingerprint of the key; a different key is refused before it can do harm.
 */
export async function checkHomeIndexKey(database: Database, key: Buffer): Promise<void> {
  const fingerprint = fingerprintOf(key);
  await proposeFact(database, factName, fingerprint);
  if ((await readFact(database, factName)) === fingerprint) return;
  throw new UsableFailure(
    'the directory database belongs to a platform with another secret key: set GRANTWAY_SECRET_KEY to that key, ' +
      'or copy the file secret-key from its data directory',
  );
}

/** From now on the directory is of this key; for one whose home index was made anew. */
export async function rememberHomeIndexKey(database: Database, key: Buffer): Promise<void> {
  await writeFact(database, factName, fingerprintOf(key));
}

/** The same of the secret key that the index key is derived from. */
export function homeIndexKeyMark(secretKey: Buffer): string {
  return fingerprintOf(deriveKey(secretKey, keyPurposes.homeIndex));
}

function fingerprintOf(key: Buffer): string {
  return keyedHash(key, 'fingerprint').toString('hex').slice(0, 16);
}
