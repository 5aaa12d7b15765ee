import { totpSecrets } from '../../accounts/factors/totp.ts';
import { providerSecrets } from '../../accounts/outside/providers.ts';
import { resealSigningKeys } from '../../accounts/signing/reseal-signing-keys.ts';
import { listAddresses } from '../../accounts/users.ts';
import type { Database } from '../../database/database.ts';
import { resealColumn } from '../../database/reseal-column.ts';
import { resealClientSecrets } from '../../directory/client-secrets.ts';
import { HomeIndex } from '../../directory/home-index.ts';
import { rememberHomeIndexKey } from '../../directory/key-check.ts';
import { keyPurposes } from '../../foundation/key-purposes.ts';
import { deriveKey } from '../../foundation/secrets.ts';
import type { SnapshotHead } from './snapshot-file.ts';

/**
 * Gives data of another platform to this one: what was sealed under its keys is sealed under ours, and the home index,
 * which holds keyed hashes only, is made anew of the users. Sessions of browsers and pending codes of devices end by it.
 * @param databases by label.
 */
export async function reseal(
  databases: ReadonlyMap<string, Database>,
  keys: SnapshotHead['keys'],
  secretKey: Buffer,
): Promise<void> {
  const directory = databases.get('directory') as Database;
  const own = (name: keyof typeof keyPurposes) => deriveKey(secretKey, keyPurposes[name]);
  const foreign = (name: keyof typeof keys) => Buffer.from(keys[name], 'hex');
  await resealClientSecrets(directory, foreign('clientSecrets'), own('clientSecrets'));
  const homeIndex = new HomeIndex(directory, own('homeIndex'));
  await homeIndex.clear();
  for (const [label, database] of databases) {
    if (database === directory) continue;
    await resealSigningKeys(database, label, foreign('signing'), own('signing'));
    await resealColumn(database, totpSecrets, foreign('factors'), own('factors'));
    await resealColumn(database, providerSecrets, foreign('outside'), own('outside'));
    for (const address of await listAddresses(database)) await homeIndex.claim(address, label);
  }
  await rememberHomeIndexKey(directory, own('homeIndex'));
}
