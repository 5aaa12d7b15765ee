import type { ChangeNotices } from '../database/change-notices.ts';
import { type Database, isUniqueViolation, type Queryable } from '../database/database.ts';
import { emailAddressFault, emailAddressLength, foldEmailAddress } from '../foundation/email-address.ts';
import { visibleNameFault } from '../foundation/invisible-characters.ts';
import type { EpochMs } from '../foundation/kinds.ts';
import { type Random, randomString } from '../foundation/random.ts';
import type { UserId } from '../oauth/ids.ts';
import { nameSlotOf, slotOf } from '../oauth/slots.ts';
import { hashPassword, matchesPassword } from './password-hash.ts';
import { clientsOfGone } from './store/session-clients.ts';

export interface User {
  /** ZUID: a decimal string that fits into a JSON number. */
  readonly userId: UserId;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly active: boolean;
  /** Sees and changes everything in the console. */
  readonly operator: boolean;
  /** The address was proven to be the user's, or given by an operator who answers for it. */
  readonly emailVerified: boolean;
}

export interface NewUser {
  readonly email: string;
  readonly password: string;
  readonly firstName: string;
  readonly lastName: string;
  /** Default: it is. */
  readonly emailVerified?: boolean;
}

export interface UserRow {
  user_id: UserId;
  email: string;
  first_name: string;
  last_name: string;
  active: boolean;
  operator: boolean;
  email_verified: boolean;
}

/** The columns of a `UserRow`. */
export const userColumns =
  'user_id, email, first_name, last_name, active, operator, email_verified_at_ms IS NOT NULL AS email_verified';

export const userLimits = { emailLength: emailAddressLength, nameLength: 100 } as const;

/** Longest password that is compared at all, so that nobody makes the server hash megabytes. Rules allow fewer. */
const comparedPasswordLength = 2000;

/** What is wrong with the fields of a new user beside the password, in one line, or undefined. */
export function userFault(user: NewUser): string | undefined {
  return (
    emailAddressFault(user.email) ?? userNameFault('first', user.firstName) ?? userNameFault('last', user.lastName)
  );
}

/** What is wrong with a part of a user's name, in one line, or undefined. */
export function userNameFault(part: 'first' | 'last', value: string): string | undefined {
  const { nameLength } = userLimits;
  if (value.length > nameLength) return `the ${part} name must have at most ${nameLength} characters`;
  const fault = visibleNameFault(`the ${part} name`, value);
  if (fault !== undefined) return fault;
  return part === 'last' && value.trim() === '' ? 'the last name must not be empty' : undefined;
}

/** Changes a name that is in order. */
export async function setNames(
  queryable: Queryable,
  userId: string,
  names: Pick<User, 'firstName' | 'lastName'>,
): Promise<void> {
  await queryable.query({
    text: 'UPDATE user_account SET first_name = $2, last_name = $3 WHERE user_id = $1 AND slot = $4',
    values: [userId, names.firstName, names.lastName, slotOf(userId)],
  });
}

/** Replaces the password; with `endSessions` the user's sessions end, except the one that asked. */
export async function setPassword(
  queryable: Queryable,
  userId: UserId,
  password: string,
  { endSessions, except = null }: { readonly endSessions: boolean; readonly except?: Buffer | null },
): Promise<void> {
  await queryable.query({
    text: `WITH changed AS (UPDATE user_account SET password_hash = $2 WHERE user_id = $1 AND slot = $5), gone AS (
             DELETE FROM session WHERE user_id = $1 AND slot = $5 AND $4 AND session_hash IS DISTINCT FROM $3 RETURNING session_hash
           )
           ${clientsOfGone('$5')}`,
    values: [userId, await hashPassword(userId, password), except, endSessions, slotOf(userId)],
  });
}

/** Notes that this address, if it is still the user's, was proven. @returns whether it is. */
export async function setEmailVerified(
  queryable: Queryable,
  userId: UserId,
  email: string,
  nowMs: EpochMs | null,
): Promise<boolean> {
  const rows = await queryable.query({
    text: `UPDATE user_account SET email_verified_at_ms = $3 WHERE user_id = $1 AND slot = $4 AND email_folded = $2 RETURNING 1`,
    values: [userId, foldEmailAddress(email), nowMs, slotOf(userId)],
  });
  return rows.length > 0;
}

/** Lets the user sign in and the user's tokens work, or neither; every process hears of it. */
export async function setActive(
  queryable: Queryable,
  notices: ChangeNotices,
  userId: UserId,
  active: boolean,
): Promise<void> {
  const notice = 'tokens:user changed';
  await queryable.query({
    text: `WITH changed AS (UPDATE user_account SET active = $2 WHERE user_id = $1 AND slot = $4 RETURNING user_id),
                gone AS (DELETE FROM session WHERE user_id = $1 AND slot = $4 AND NOT $2 RETURNING session_hash),
                told AS (${clientsOfGone('$4')})
           SELECT pg_notify('grantway', $3) FROM changed, notice_origin`,
    values: [userId, active, notice, slotOf(userId)],
  });
  notices.deliver(notice);
}

/** Gives the user the operator role, or takes it: in the console operators see and change everything. */
export async function setOperator(queryable: Queryable, userId: string, operator: boolean): Promise<void> {
  await queryable.query({
    text: 'UPDATE user_account SET operator = $2 WHERE user_id = $1 AND slot = $3',
    values: [userId, operator, slotOf(userId)],
  });
}

/**
 * Adds a user whose fields are in order, in the caller's transaction.
 * @returns undefined when the data centre has a user with this e-mail address.
 */
export async function createUser(
  transaction: Queryable,
  user: NewUser,
  random: Random,
  nowMs: EpochMs,
): Promise<User | undefined> {
  const passwordHash = await hashPassword(user.email, user.password);
  const userId = `6${randomString(random, '0123456789', 9)}`;
  const folded = foldEmailAddress(user.email);
  const claimed = await transaction.query({
    text: `INSERT INTO user_address (email_folded, name_slot, user_id) VALUES ($1, $2, $3)
           ON CONFLICT ON CONSTRAINT user_address_pkey DO NOTHING RETURNING 1`,
    values: [folded, nameSlotOf(folded), userId],
  });
  if (claimed.length === 0) return undefined;
  try {
    await transaction.query({
      text: `INSERT INTO user_account (user_id, email, email_folded, password_hash, first_name, last_name, active, created_at_ms,
                                       email_verified_at_ms, slot)
             VALUES ($1, $2, $3, $4, $5, $6, true, $7, CASE WHEN $8::boolean THEN $7::bigint END, $9)`,
      values: [
        userId,
        user.email.trim(),
        folded,
        passwordHash,
        user.firstName,
        user.lastName,
        nowMs,
        user.emailVerified ?? true,
        slotOf(userId),
      ],
    });
  } catch (error) {
    if (isUniqueViolation(error)) return undefined;
    throw error;
  }
  const { firstName, lastName } = user;
  return {
    userId,
    email: user.email.trim(),
    firstName,
    lastName,
    active: true,
    operator: false,
    emailVerified: user.emailVerified ?? true,
  };
}

export async function findUser(
  database: Database,
  by: { userId: UserId } | { name: string },
): Promise<User | undefined> {
  const row = await findRow(database, by);
  return row && toUser(row);
}

/** What a list of users says of each. */
export type ListedUser = Pick<User, 'userId' | 'email' | 'active'>;

/** These users, those of them that there are. */
export async function listUsers(queryable: Queryable, userIds: readonly string[]): Promise<ListedUser[]> {
  return queryable.query({
    text: `SELECT user_id::text AS "userId", email, active FROM user_account
           WHERE user_id = ANY ($1::bigint[]) AND slot = ANY ($2::int[]) ORDER BY user_id`,
    values: [userIds, userIds.map(slotOf)],
  });
}

/** The addresses of all users. */
export async function listAddresses(database: Queryable): Promise<string[]> {
  const rows = await database.query<{ email: string }>({ text: 'SELECT email FROM user_account' });
  return rows.map(({ email }) => email);
}

/** Whether anybody lives in the data centre; asks all shards. */
export async function hasUsers(database: Queryable): Promise<boolean> {
  const [row] = await database.query<{ used: boolean }>({ text: 'SELECT EXISTS (SELECT 1 FROM user_account) AS used' });
  return row?.used === true;
}

/** A hash that no password has, so that unknown names cost the same time as wrong passwords. */
let decoyHash: Promise<string> | undefined;

/**
 * Checks a password.
 * @returns the user, or why not: the wire must not tell the reasons apart.
 */
export async function verifyPassword(
  database: Database,
  name: string,
  password: string,
): Promise<User | 'unknown name' | 'wrong password' | 'inactive'> {
  const row = await findRow(database, { name });
  // Waited for with known names too: else the first unknown one would take longer.
  decoyHash ??= hashPassword('decoy', 'no password has this hash');
  const compared = password.slice(0, comparedPasswordLength);
  const decoy = await decoyHash;
  const matches = await matchesPassword(foldEmailAddress(name), row?.password_hash ?? decoy, compared);
  if (!row) return 'unknown name';
  if (!matches) return 'wrong password';
  return row.active ? toUser(row) : 'inactive';
}

async function findRow(
  database: Database,
  by: { userId: UserId } | { name: string },
): Promise<(UserRow & { password_hash: string }) | undefined> {
  const userId = 'name' in by ? await userOfName(database, by.name) : by.userId;
  if (userId === undefined) return undefined;
  const [row] = await database.query<UserRow & { password_hash: string }>({
    name: 'user-by-id',
    text: `SELECT ${userColumns}, password_hash FROM user_account WHERE user_id = $1 AND slot = $2`,
    values: [userId, slotOf(userId)],
  });
  return row;
}

/** Whose sign-in name it is: by a statement of its own, because the name and the user are in shards of their own. */
async function userOfName(database: Database, name: string): Promise<UserId | undefined> {
  const folded = foldEmailAddress(name);
  // PostgreSQL text holds no NUL: such a name is nobody's.
  if (folded.includes('\0')) return undefined;
  const [row] = await database.query<{ user_id: UserId }>({
    name: 'user-of-name',
    text: 'SELECT user_id FROM user_address WHERE email_folded = $1 AND name_slot = $2',
    values: [folded, nameSlotOf(folded)],
  });
  return row?.user_id;
}

export function toUser(row: UserRow): User {
  return {
    userId: row.user_id,
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
    active: row.active,
    operator: row.operator,
    emailVerified: row.email_verified,
  };
}
