import type { Queryable } from '../database/database.ts';
import { slotOf } from '../oauth/slots.ts';
import { toUser, type User, type UserRow, userColumns } from './users.ts';

/** A user as those see it who run the platform. */
export interface ListedUser extends User {
  readonly createdAtMs: number;
}

interface Row extends UserRow {
  created_at_ms: string;
}

const columns = `${userColumns}, created_at_ms`;

/** A page of the users, by e-mail address; `search` is a part of address or name in any letter case. */
export async function listUsers(
  queryable: Queryable,
  { search, limit, offset }: { readonly search: string; readonly limit: number; readonly offset: number },
): Promise<{ readonly users: readonly ListedUser[]; readonly total: number }> {
  const where = `($1 = '' OR strpos(email_folded, lower($1)) > 0 OR strpos(lower(email), lower($1)) > 0
                  OR strpos(lower(first_name || ' ' || last_name), lower($1)) > 0)`;
  const [counted] = await queryable.query<{ total: number }>({
    text: `SELECT count(*)::int AS total FROM user_account WHERE ${where}`,
    values: [search],
  });
  const rows = await queryable.query<Row>({
    text: `SELECT ${columns} FROM user_account WHERE ${where} ORDER BY email_folded LIMIT $2 OFFSET $3`,
    values: [search, limit, offset],
  });
  return { users: rows.map(toListed), total: counted?.total ?? 0 };
}

export async function findListedUser(queryable: Queryable, userId: string): Promise<ListedUser | undefined> {
  if (!/^\d{1,18}$/.test(userId)) return undefined;
  const [row] = await queryable.query<Row>({
    text: `SELECT ${columns} FROM user_account WHERE user_id = $1 AND slot = $2`,
    values: [userId, slotOf(userId)],
  });
  return row && toListed(row);
}

function toListed(row: Row): ListedUser {
  return { ...toUser(row), createdAtMs: Number(row.created_at_ms) };
}
