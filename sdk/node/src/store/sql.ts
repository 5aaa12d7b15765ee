import { ConfigurationError } from '../../../common/errors.ts';
import { columnNames } from './columns.ts';

/** Statements over the table of tokens, the same in SQLite and PostgreSQL but for their placeholders. */
export function statementsFor(table: string, placeholder: (position: number) => string) {
  if (!/^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$/.test(table)) {
    throw new ConfigurationError(`expected a table name of letters, digits and _, got "${table}"`, {
      code: 'bad_table',
    });
  }
  const numbers = new Set(['expires_in', 'expires_at_ms', 'lease_until_ms']);
  const types = columnNames.map((name) => {
    if (name === 'key') return 'key text PRIMARY KEY';
    return `${name} ${numbers.has(name) ? 'bigint' : 'text'} NOT NULL`;
  });
  const names = columnNames.join(', ');
  const values = columnNames.map((_, index) => placeholder(index + 1)).join(', ');
  const assignments = columnNames.map((name, index) => `${name} = ${placeholder(index + 1)}`).join(', ');
  const next = columnNames.length + 1;
  return {
    create: `CREATE TABLE IF NOT EXISTS ${table} (${types.join(', ')})`,
    get: `SELECT ${names} FROM ${table} WHERE key = ${placeholder(1)}`,
    list: `SELECT ${names} FROM ${table}`,
    insert: `INSERT INTO ${table} (${names}) VALUES (${values}) ON CONFLICT (key) DO NOTHING`,
    update: `UPDATE ${table} SET ${assignments} WHERE key = ${placeholder(next)} AND version = ${placeholder(next + 1)}`,
    remove: `DELETE FROM ${table} WHERE key = ${placeholder(1)} AND version = ${placeholder(2)}`,
  };
}
