import { expect, test } from 'vitest';
import { parseSettings } from '../config/load-settings.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { sweepExpired } from './expiry.ts';

test('what ended more than a day ago goes, what lives or ended lately stays', async () => {
  const database = await createTestDatabase('data-center', 'us');
  const dayMs = 24 * 3600_000;
  const nowMs = 100 * dayMs;
  await database.query({
    text: `INSERT INTO user_account (user_id, email, email_folded, password_hash, first_name, last_name, active, created_at_ms)
           VALUES (1, 'a@b', 'a@b', '', '', 'A', true, 0)`,
  });
  const [grant] = await database.query<{ grant_id: string }>({
    text: `INSERT INTO user_grant (user_id, client_id, environment, scopes, created_at_ms, updated_at_ms)
           VALUES (1, '1000.X', 'production', '{}', 0, 0) RETURNING grant_id`,
  });
  const ends = [nowMs + 1, nowMs - dayMs + 1, nowMs - dayMs - 1];
  for (const [index, endMs] of ends.entries()) {
    await database.query({
      text: `INSERT INTO access_token (token_hash, grant_id, client_id, scopes, created_at_ms, expires_at_ms) VALUES ($1, $2, '1000.X', '{}', 0, $3)`,
      values: [Buffer.from([index]), grant?.grant_id, endMs],
    });
    await database.query({
      text: "INSERT INTO protocol_event (at_ms, kind, outcome, detail) VALUES ($1, 'token', 'Success', '{}')",
      values: [endMs - 30 * dayMs],
    });
  }
  expect(await sweepExpired(database, nowMs, parseSettings({}))).toBe(3);
  const left = await database.query<{ expires_at_ms: string }>({
    text: 'SELECT expires_at_ms FROM access_token ORDER BY 1 DESC',
  });
  expect(left.map((row) => Number(row.expires_at_ms))).toEqual(ends.slice(0, 2));
  await database.close();
});
