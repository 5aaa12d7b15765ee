import { afterAll, expect } from 'vitest';
import type { Database, Statement } from '../../database/database.ts';
import type { SecretHash } from '../../foundation/kinds.ts';
import { secretHash } from '../../foundation/secrets.ts';
import type { ClientId, UserId } from '../../oauth/ids.ts';
import { slotOf } from '../../oauth/slots.ts';
import { singleServerTest as test } from '../../testing/single-server-test.ts';
import { createTestDatabase } from '../../testing/test-database.ts';
import { redeemCodes } from './redeem-codes.ts';
import { type Refresh, refreshTokens } from './refresh-tokens.ts';
import { TokenStore } from './token-store.ts';

/**
 * The statements of tokens are prepared, and a small platform's tables are never analyzed. All tokens of a user have one slot: a
 * plan that joins by it alone compares each job with each of them.
 */
const database = await createTestDatabase('data-center');
afterAll(() => database.close());

const userId = '6123456789' as UserId;
const clientId = '1000.C' as ClientId;
const slot = slotOf(userId);
const tokens = 300;
const jobs = 8;
const hashOf = (kind: string, number: number): SecretHash => secretHash(`${kind}${number}`);
const limits = { activeAccessTokensPerRefreshToken: 0, accessTokensPerRefreshTokenPerWindow: 0, windowSeconds: 600 };
const binding = { resources: null, keyThumbprint: null };

function refreshes(limit: number): Refresh[] {
  return Array.from({ length: jobs }, (_, number) => ({
    refreshToken: { hash: hashOf('r', number), slot },
    ...{
      clientId,
      accessHash: hashOf('new', number),
      nowMs: 1,
      expiresAtMs: 9,
      begunAfterMs: 0,
      rotation: undefined,
      binding,
    },
    limits: { ...limits, activeAccessTokensPerRefreshToken: limit },
  }));
}

const places = (kind: string) => Array.from({ length: jobs }, (_, number) => ({ hash: hashOf(kind, number), slot }));

const statements: Readonly<Record<string, (database: Database) => Promise<unknown>>> = {
  'refresh without limits': (asked) => refreshTokens(asked, refreshes(0), false),
  'refresh with limits': (asked) => refreshTokens(asked, refreshes(30), false),
  'exchange of codes': (asked) =>
    redeemCodes(
      asked,
      places('c').map((code, number) => ({
        ...{ code, userId, clientId, accessHash: hashOf('new', number), refreshHash: hashOf('fresh', number) },
        ...{ nowMs: 1, expiresAtMs: 9, binding, refreshKeyThumbprint: null },
        limits: { ...limits, refreshTokensPerUserAndClient: 20, refreshTokensPerUserAndClientPerWindow: 0 },
      })),
      false,
    ),
  'look-up of codes': (asked) => {
    const store = new TokenStore(asked, { spread: false });
    return Promise.all(places('c').map((place) => store.findCode(place)));
  },
  'look-up of access tokens': (asked) => {
    const store = new TokenStore(asked, { spread: false });
    return Promise.all(places('a').map((place) => store.findAccessToken(place)));
  },
};

/** A statement's parameter as SQL. */
function literal(value: unknown): string {
  const textOf = (each: unknown) => (Buffer.isBuffer(each) ? `\\x${each.toString('hex')}` : String(each));
  if (value === null) return 'NULL';
  const text = Array.isArray(value)
    ? `{${value.map((each) => (each === null ? 'NULL' : JSON.stringify(textOf(each)))).join(',')}}`
    : textOf(value);
  return `'${text.replaceAll("'", "''")}'`;
}

test('fill in', async () => {
  const write = (text: string) => database.query({ text });
  await write(`INSERT INTO user_account (user_id, slot, email, email_folded, password_hash, first_name, last_name, active, created_at_ms)
               VALUES (${userId}, ${slot}, 'a', 'a', '', '', 'A', true, 0)`);
  await write(`INSERT INTO user_grant (user_id, slot, client_id, environment, scopes, created_at_ms, updated_at_ms)
               VALUES (${userId}, ${slot}, '${clientId}', 'production', '{x}', 0, 0)`);
  const each = `generate_series(0, ${tokens - 1}) AS n, user_grant g`;
  const hash = (kind: string) => `sha256(('${kind}' || n)::bytea)`;
  await write(`INSERT INTO refresh_token (token_hash, slot, grant_id, client_id, scopes, created_at_ms)
               SELECT ${hash('r')}, g.slot, grant_id, client_id, scopes, 0 FROM ${each}`);
  await write(`INSERT INTO access_token (token_hash, slot, grant_id, client_id, scopes, created_at_ms, expires_at_ms)
               SELECT ${hash('a')}, g.slot, grant_id, client_id, scopes, 0, 9 FROM ${each}`);
  await write(`INSERT INTO authorization_code (code_hash, slot, grant_id, client_id, scopes, offline, created_at_ms, expires_at_ms)
               SELECT ${hash('c')}, g.slot, grant_id, client_id, scopes, true, 0, 9 FROM ${each}`);
});

test.each(Object.keys(statements))('%s: finds rows by their hashes, never by the slot alone', async (name) => {
  const asked: Statement[] = [];
  const recorder = {
    query: async (statement: Statement) => {
      asked.push(statement);
      return [];
    },
  } as unknown as Database;
  await statements[name]?.(recorder).catch(() => {});
  expect(asked.length).toBeGreaterThan(0);
  for (const { text, values = [] } of asked) {
    const rolledBack = new Error('rolled back');
    let plan = '';
    const work = database.transaction(async (transaction) => {
      await transaction.query({ text: 'SET LOCAL plan_cache_mode = force_generic_plan' });
      await transaction.query({ text: 'DEALLOCATE ALL' });
      await transaction.query({ text: `PREPARE asked AS ${text}` });
      const explain = `EXPLAIN (ANALYZE, TIMING off) EXECUTE asked(${values.map(literal).join(', ')})`;
      const rows = await transaction.query<{ 'QUERY PLAN': string }>({ text: explain });
      plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      throw rolledBack;
    });
    await expect(work).rejects.toBe(rolledBack);
    expect(plan).not.toMatch(/(Hash|Merge) Cond: \((\w+\.)?slot = (\w+\.)?slot\)$/m);
    // Each job with each token would be more.
    const counts = [...plan.matchAll(/actual rows=(\d+)/g)].map(([, rows]) => Number(rows));
    expect(Math.max(...counts), plan).toBeLessThanOrEqual(tokens);
  }
});

test.each(Object.keys(statements))('%s: a plan is made once, not for each job that comes alone', async (name) => {
  const asked: Statement[] = [];
  const recorder = { query: async (statement: Statement) => asked.push(statement) && [] } as unknown as Database;
  await statements[name]?.(recorder).catch(() => {});
  const rolledBack = new Error('rolled back');
  const work = database.transaction(async (transaction) => {
    // More tokens of one grant than the planner knows of.
    const more = `SELECT sha256(('more' || n)::bytea), slot, grant_id, client_id, scopes, 0`;
    const each = 'FROM generate_series(1, 6000) AS n, user_grant';
    const columns = 'slot, grant_id, client_id, scopes, created_at_ms';
    await transaction.query({ text: `INSERT INTO refresh_token (token_hash, ${columns}) ${more} ${each}` });
    await transaction.query({
      text: `INSERT INTO access_token (token_hash, ${columns}, expires_at_ms) ${more}, 9 ${each}`,
    });
    await transaction.query({
      text: `INSERT INTO authorization_code (code_hash, ${columns}, offline, expires_at_ms) ${more}, true, 9 ${each}`,
    });
    for (const { text, values = [] } of asked) {
      await transaction.query({ text: 'DEALLOCATE ALL' });
      await transaction.query({ text: `PREPARE asked AS ${text}` });
      const alone = values.map((value) => literal(Array.isArray(value) ? value.slice(0, 1) : value)).join(', ');
      // PostgreSQL makes the first five for the values that came, and then compares.
      for (let time = 0; time < 7; time++) await transaction.query({ text: `EXPLAIN EXECUTE asked(${alone})` });
      const counts = 'SELECT generic_plans::int AS kept, custom_plans::int AS made FROM pg_prepared_statements';
      expect(await transaction.query({ text: counts })).toContainEqual({ kept: 2, made: 5 });
    }
    throw rolledBack;
  });
  await expect(work).rejects.toBe(rolledBack);
});
