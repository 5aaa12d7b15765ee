import type { Queryable } from './database.ts';

/**
 * What the accounts tables keep for processes of the release before, taken away: the triggers that give their rows a slot, and
 * unique keys without it, which their ON CONFLICT names by the columns. The statements of this release name these keys by
 * their names, which stay. For a database that only this release will use; the next one does it in a migration.
 */
export async function contractAccounts(transaction: Queryable): Promise<void> {
  await transaction.query({
    text: `DO $$ DECLARE each record; BEGIN
      FOR each IN SELECT tgname AS name, tgrelid::regclass AS place FROM pg_trigger JOIN pg_class AS c ON c.oid = tgrelid
                  WHERE c.relnamespace = current_schema()::regnamespace AND tgname IN ('account_slot', 'account_gone') LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', each.name, each.place);
      END LOOP;
    END $$`,
  });
  // A part of a key in shards cannot be set to null; statements untie the clients of a session that they end.
  await transaction.query({
    text: 'ALTER TABLE session_client DROP CONSTRAINT IF EXISTS session_client_session_hash_slot_fkey',
  });
  await transaction.query({ text: 'DROP FUNCTION IF EXISTS account_slot(), account_name_slot(), account_gone()' });
  for (const [table, name, key] of keysWithoutSlot) {
    const [found] = await transaction.query<{ key: string }>({
      text: 'SELECT pg_get_constraintdef(oid) AS key FROM pg_constraint WHERE conrelid = $1::regclass AND conname = $2',
      values: [table, name],
    });
    if (found?.key === key) continue;
    const add = key === undefined ? '' : `, ADD CONSTRAINT ${name} ${key}`;
    if (found) await transaction.query({ text: `ALTER TABLE ${table} DROP CONSTRAINT ${name}${add}` });
  }
  // Lists of operators are in the order of addresses; which are unique by `user_address`.
  await transaction.query({ text: 'CREATE INDEX IF NOT EXISTS user_account_email ON user_account (email_folded)' });
}

/** Unique keys that lack the slot until then, with what takes their place. */
const keysWithoutSlot: readonly (readonly [table: string, name: string, key: string | undefined])[] = [
  ['refresh_generation', 'refresh_generation_pkey', 'PRIMARY KEY (token_hash, slot)'],
  ['session_client', 'session_client_session_hash_client_id_key', 'UNIQUE (session_hash, client_id, slot)'],
  ['session_grant', 'session_grant_pkey', 'PRIMARY KEY (session_hash, grant_id, slot)'],
  ['totp_secret', 'totp_secret_pkey', 'PRIMARY KEY (user_id, slot)'],
  ['user_account', 'user_account_email_folded_key', undefined],
  ['user_client', 'user_client_pkey', 'PRIMARY KEY (user_id, client_id, slot)'],
  [
    'user_grant',
    'user_grant_target',
    'UNIQUE NULLS NOT DISTINCT (user_id, client_id, organization_id, environment, instance, slot)',
  ],
];

interface ForeignKey {
  readonly table: string;
  readonly columns: string;
  readonly references: string;
}

/** The foreign keys among tables that are spread by the slot. */
export const accountsForeignKeys: readonly ForeignKey[] = [
  ...[
    'session',
    'user_grant',
    'user_client',
    'console_session',
    'mailed_link',
    'totp_secret',
    'recovery_code',
    'passkey',
  ].map((table) => ({ table, columns: 'user_id, slot', references: 'user_account(user_id, slot)' })),
  ...['refresh_token', 'access_token', 'authorization_code', 'session_grant'].map((table) => ({
    ...{ table, columns: 'grant_id, slot', references: 'user_grant(grant_id, slot)' },
  })),
  { table: 'session_grant', columns: 'session_hash, slot', references: 'session(session_hash, slot)' },
  { table: 'console_session', columns: 'accounts_session_hash, slot', references: 'session(session_hash, slot)' },
  { table: 'refresh_generation', columns: 'family_hash, slot', references: 'refresh_token(token_hash, slot)' },
  { table: 'enhance_token', columns: 'refresh_hash, slot', references: 'refresh_token(token_hash, slot)' },
];

const nameOf = ({ columns, table }: ForeignKey) => `${table}_${columns.replace(', ', '_')}_fkey`;
export const definitionOf = ({ columns, references }: ForeignKey) =>
  `FOREIGN KEY (${columns}) REFERENCES ${references} ON DELETE CASCADE`;

/** While tables are moved to shards one by one, keys between those that were and those that were not are in the way. */
export async function dropAccountsForeignKeys(transaction: Queryable): Promise<void> {
  for (const key of accountsForeignKeys) {
    await transaction.query({ text: `ALTER TABLE ${key.table} DROP CONSTRAINT IF EXISTS ${nameOf(key)}` });
  }
}

/** Adds those that are missing, which checks the rows. */
export async function addAccountsForeignKeys(transaction: Queryable): Promise<void> {
  const there = await transaction.query<{ name: string }>({
    text: `SELECT conname AS name FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace`,
  });
  const names = new Set(there.map(({ name }) => name));
  for (const key of accountsForeignKeys) {
    if (names.has(nameOf(key))) continue;
    await transaction.query({ text: `ALTER TABLE ${key.table} ADD CONSTRAINT ${nameOf(key)} ${definitionOf(key)}` });
  }
}
