import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../database/database.ts';
import { HomeIndex } from '../directory/home-index.ts';
import { systemRandom } from '../foundation/random.ts';
import { keyedHash } from '../foundation/secrets.ts';
import { silentLog } from '../http/log.ts';
import { nameSlotOf } from '../oauth/slots.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { refoldAddresses } from './refold-addresses.ts';
import { createUser, findUser } from './users.ts';

const key = Buffer.alloc(32, 7);
let database: Database;
let directory: Database;
let homeIndex: HomeIndex;

beforeAll(async () => {
  [database, directory] = await Promise.all([createTestDatabase('data-center'), createTestDatabase('directory')]);
  homeIndex = new HomeIndex(directory, key);
});
afterAll(() => Promise.all([database.close(), directory.close()]));

/** A user as releases before the fold stored one. */
async function addEarlierUser(email: string): Promise<string> {
  const user = { email, password: 'correct horse', firstName: '', lastName: 'Tester' };
  const made = await createUser(database, { ...user, email: `x${email}` }, systemRandom, 0);
  const folded = email.trim().normalize('NFKC').toLowerCase();
  await database.query({
    text: 'UPDATE user_account SET email = $2, email_folded = $3 WHERE user_id = $1',
    values: [made?.userId, email, folded],
  });
  await database.query({
    text: 'UPDATE user_address SET email_folded = $2, name_slot = $3 WHERE user_id = $1',
    values: [made?.userId, folded, nameSlotOf(folded)],
  });
  await directory.query({
    text: "INSERT INTO home (name_hash, data_center) VALUES ($1, 'us')",
    values: [keyedHash(key, folded)],
  });
  return made?.userId ?? '';
}

const entries = async () => (await directory.query({ text: 'SELECT 1 FROM home' })).length;

test('users of earlier releases are found by every spelling, and twins are told to the operator', async () => {
  const uma = await addEarlierUser('Uma@München.example');
  const plain = await addEarlierUser('Robin@demo.example');
  const twin = await addEarlierUser('twin@bücher.example');
  const other = await addEarlierUser('twin@xn--bcher-kva.example');
  const wide = await addEarlierUser('ａnna@example.com');
  expect(await findUser(database, { name: 'uma@xn--mnchen-3ya.example' })).toBeUndefined();

  const warned: unknown[] = [];
  const log = { ...silentLog, warn: (fact: unknown) => warned.push(fact) } as unknown as typeof silentLog;
  const run = () => refoldAddresses(database, directory, homeIndex, 'us', log);
  await Promise.all([run(), run()]);
  for (const name of ['uma@münchen.example', 'UMA@xn--mnchen-3ya.example']) {
    expect((await findUser(database, { name }))?.userId).toBe(uma);
    expect(await homeIndex.find(name)).toBe('us');
  }
  expect((await findUser(database, { name: 'robin@demo.example' }))?.userId).toBe(plain);
  expect(await homeIndex.find('robin@demo.example')).toBe('us');
  expect((await findUser(database, { name: 'ａnna@example.com' }))?.userId).toBe(wide);
  expect(await homeIndex.find('ａnna@example.com')).toBe('us');
  expect((await findUser(database, { name: 'twin@bücher.example' }))?.userId).toBe(other);
  expect(warned).toContainEqual({ dataCenter: 'us', userId: twin });
  // The entry of the twin's earlier spelling stays: nothing else holds it.
  expect(await entries()).toBe(5);

  warned.length = 0;
  await run();
  expect(warned).toEqual([]);
});
