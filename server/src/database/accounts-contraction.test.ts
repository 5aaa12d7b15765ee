import { afterAll, expect, test } from 'vitest';
import { endSessionAt } from '../accounts/sessions.ts';
import { setActive, setPassword } from '../accounts/users.ts';
import type { SecretHash } from '../foundation/kinds.ts';
import { nameSlotOf, outsideName, slotOf } from '../oauth/slots.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { contractAccounts } from './accounts-contraction.ts';
import type { ChangeNotices } from './change-notices.ts';

/** What processes of the release before write beside this one: rows without slots, and ON CONFLICT by columns. */
const database = await createTestDatabase('data-center');
afterAll(() => database.close());

const userId = '6123456789';
const write = (text: string) => database.query<Record<string, unknown>>({ text });

async function writeAsBefore(): Promise<void> {
  await write(`INSERT INTO user_account (user_id, email, email_folded, password_hash, first_name, last_name, active, created_at_ms)
               VALUES (${userId}, 'Anna@us.example', 'anna@us.example', '', '', 'A', true, 0)`);
  const session = `INSERT INTO session (session_hash, user_id, created_at_ms, last_used_at_ms, expires_at_ms) VALUES ('s', ${userId}, 0, 0, 1)`;
  await write(session);
  const target = '(user_id, client_id, organization_id, environment, instance)';
  const grant = `INSERT INTO user_grant AS g (user_id, client_id, environment, scopes, created_at_ms, updated_at_ms)
                 VALUES (${userId}, 'c', 'production', '{}', 0, 0) ON CONFLICT ${target} DO UPDATE SET updated_at_ms = 1 RETURNING grant_id`;
  const [first] = await write(grant);
  expect(await write(grant)).toEqual([first]);
  const grantId = first?.grant_id;
  const counted = `INSERT INTO user_client (user_id, client_id) VALUES (${userId}, 'c') ON CONFLICT (user_id, client_id) DO UPDATE SET code_window_count = 1`;
  await write(counted);
  await write(counted);
  await write(`INSERT INTO authorization_code (code_hash, grant_id, client_id, scopes, offline, created_at_ms, expires_at_ms)
               VALUES ('c', ${grantId}, 'c', '{}', true, 0, 1)`);
  await write(
    `INSERT INTO refresh_token (token_hash, grant_id, client_id, scopes, created_at_ms) VALUES ('r', ${grantId}, 'c', '{}', 0)`,
  );
  await write(`INSERT INTO access_token (token_hash, grant_id, client_id, scopes, created_at_ms, expires_at_ms)
               VALUES ('a', ${grantId}, 'c', '{}', 0, 1)`);
  await write(
    `INSERT INTO refresh_generation (token_hash, family_hash) VALUES ('n', 'r') ON CONFLICT (token_hash) DO NOTHING`,
  );
  await write(`INSERT INTO enhance_token (token_hash, refresh_hash, expires_at_ms) VALUES ('e', 'r', 1)`);
  await write(
    `INSERT INTO session_grant (session_hash, grant_id, scopes) VALUES ('s', ${grantId}, '{}') ON CONFLICT (session_hash, grant_id) DO NOTHING`,
  );
  await write(`INSERT INTO session_client (sid, session_hash, client_id, user_id, session_ends_at_ms) VALUES ('i', 's', 'c', ${userId}, 1)
               ON CONFLICT (session_hash, client_id) DO NOTHING`);
  await write(
    `INSERT INTO console_session (session_hash, user_id, accounts_session_hash, created_at_ms) VALUES ('k', ${userId}, 's', 0)`,
  );
  await write(
    `INSERT INTO mailed_link (link_hash, purpose, email, data, expires_at_ms) VALUES ('l', 'sign-up', '', '{}', 1)`,
  );
  await write(
    `INSERT INTO totp_secret (user_id, sealed_secret, created_at_ms) VALUES (${userId}, '', 0) ON CONFLICT (user_id) DO NOTHING`,
  );
  await write(`INSERT INTO recovery_code (user_id, code_hash) VALUES (${userId}, 'x')`);
  await write(`INSERT INTO passkey (credential_id, user_id, public_key, counter, transports, name, created_at_ms)
               VALUES ('p', ${userId}, '', 0, '{}', '', 0)`);
  await write(`INSERT INTO outside_provider (provider_id, name, issuer, client_id, sealed_secret, scopes, created_at_ms)
               VALUES ('o', '', '', '', '', '', 0)`);
  await write(
    `INSERT INTO outside_identity (provider, subject, user_id, linked_at_ms) VALUES ('o', 'sub', ${userId}, 0) ON CONFLICT DO NOTHING`,
  );
}

const slotted = [
  ...[
    'access_token',
    'authorization_code',
    'console_session',
    'enhance_token',
    'passkey',
    'recovery_code',
    'refresh_generation',
  ],
  ...[
    'refresh_token',
    'session',
    'session_client',
    'session_grant',
    'totp_secret',
    'user_account',
    'user_client',
    'user_grant',
  ],
];

test('rows of the release before get their slots', async () => {
  await writeAsBefore();
  const counts = slotted.map((table) => `SELECT '${table}' AS name, slot FROM ${table}`).join(' UNION ALL ');
  expect(await write(`${counts} ORDER BY name`)).toEqual(
    slotted.toSorted().map((name) => ({ name, slot: slotOf(userId) })),
  );
  expect(await write('SELECT slot FROM mailed_link')).toEqual([{ slot: 0 }]);
  const [address] = await write('SELECT name_slot, user_id FROM user_address');
  expect(address).toEqual({ name_slot: nameSlotOf('anna@us.example'), user_id: userId });
  const [identity] = await write('SELECT name_slot FROM outside_identity');
  expect(identity).toEqual({ name_slot: nameSlotOf(outsideName('o', 'sub')) });
});

test('a user that it removes leaves nothing behind', async () => {
  await write(`DELETE FROM user_account WHERE user_id = ${userId}`);
  for (const table of [...slotted.filter((name) => name !== 'session_client'), 'user_address', 'outside_identity']) {
    expect(await write(`SELECT 1 FROM ${table}`), table).toEqual([]);
  }
  expect(await write('SELECT sid, session_hash FROM session_client')).toEqual([{ sid: 'i', session_hash: null }]);
});

test('afterwards a row without a slot is refused, and once more changes nothing', async () => {
  await database.transaction(contractAccounts);
  const keys = () => write(`SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2`);
  const before = await keys();
  await expect(write(`INSERT INTO user_client (user_id, client_id) VALUES (1, 'c')`)).rejects.toThrow(/"slot"/);
  await database.transaction(contractAccounts);
  expect(await keys()).toEqual(before);
});

test('a session that ends unties its clients without a foreign key', async () => {
  const slot = slotOf(userId);
  await write(`INSERT INTO user_account (user_id, slot, email, email_folded, password_hash, first_name, last_name, active, created_at_ms)
               VALUES (${userId}, ${slot}, 'a@us.example', 'a@us.example', '', '', 'A', true, 0)`);
  for (const name of ['one', 'two', 'three']) {
    await write(`INSERT INTO session (session_hash, user_id, slot, created_at_ms, last_used_at_ms, expires_at_ms)
                 VALUES ('${name}', ${userId}, ${slot}, 0, 0, 9)`);
    await write(`INSERT INTO session_client (sid, session_hash, client_id, user_id, session_ends_at_ms, slot)
                 VALUES ('${name}', '${name}', 'c', ${userId}, 9, ${slot})`);
  }
  const tied = async () =>
    (await write('SELECT sid FROM session_client WHERE session_hash IS NOT NULL ORDER BY sid')).map(({ sid }) => sid);
  await endSessionAt(database, { hash: Buffer.from('one') as SecretHash, slot });
  expect(await tied()).toEqual(['three', 'two']);
  await setPassword(database, userId, 'another', { endSessions: true, except: Buffer.from('three') });
  expect(await tied()).toEqual(['three']);
  await setActive(database, { deliver: () => {} } as unknown as ChangeNotices, userId, false);
  expect(await tied()).toEqual([]);
});
