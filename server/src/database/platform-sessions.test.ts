import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../testing/test-database.ts';
import { ChangeNotices } from './change-notices.ts';
import { Database } from './database.ts';
import { listPlatformSessions } from './platform-sessions.ts';

test('who hears of changes is known as a process of a platform, to every role and for as long as it listens', async () => {
  const database = await createTestDatabase('directory');
  const role = `grantway_looks_${randomBytes(6).toString('hex')}`;
  await database.query({ text: `CREATE ROLE ${role} LOGIN PASSWORD 'secret'` });
  const connection = { ...database.connection, user: role, password: 'secret' };
  const other = new Database({ label: 'directory', connection, limits: { maxConnections: 1 } });
  const notices = new ChangeNotices(database);
  try {
    // Another connection of the same process is no platform.
    expect(await listPlatformSessions(other)).toEqual([]);
    await notices.start();
    expect(await listPlatformSessions(other)).toEqual([
      expect.stringMatching(new RegExp(`^grantway, process ${process.pid} on .+, backend \\d+ of PostgreSQL$`)),
    ]);
    await notices.close();
    await expect.poll(() => listPlatformSessions(other)).toEqual([]);
  } finally {
    await notices.close();
    await other.close();
    await database.query({ text: `DROP ROLE ${role}` });
    await database.close();
  }
});
