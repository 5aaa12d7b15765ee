import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../database/database.ts';
import { Database as Pool } from '../database/database.ts';
import { applicationRole, grantToApplication } from '../database/migrate.ts';
import { asCaller } from '../foundation/caller.ts';
import { ManualClock } from '../foundation/clock.ts';
import { silentLog } from '../http/log.ts';
import { createTestDatabase, patientLimits } from '../testing/test-database.ts';
import { AuditLog } from './audit-log.ts';
import { listAuditEntries } from './audit-rows.ts';
import { verifyAudit } from './verify-audit.ts';

const key = Buffer.alloc(32, 7);
const clock = new ManualClock(Date.UTC(2026, 0, 15, 12));
const daySeconds = 86_400;
let owner: Database;
let application: Database;
const caller = () => ({ address: '192.0.2.7', userAgent: 'test\r\nagent', requestId: 'abc', before: [] });

beforeAll(async () => {
  owner = await createTestDatabase('data-center');
  await grantToApplication(owner);
  application = new Pool({
    label: 'application',
    connection: { ...owner.connection, user: applicationRole },
    limits: { ...patientLimits, maxConnections: 4 },
  });
});
afterAll(() => Promise.all([owner.close(), application.close()]));

const newLog = (database = application) => new AuditLog({ database, clock, log: silentLog, key });

test('entries say who, what, when, from where, and form a chain over processes', async () => {
  const logs = [newLog(), newLog(), newLog()];
  asCaller(caller(), () => {
    for (let index = 0; index < 30; index++) {
      logs[index % 3]?.note({ kind: 'sign-in', outcome: 'Success', userId: '6000000001', detail: { index } });
    }
    logs[0]?.note({ kind: 'api', outcome: 'Success' });
    logs[0]?.note({ kind: 'sign-in', outcome: 'FormExpired' });
  });
  await Promise.all(logs.map((log) => log.flush()));
  const entries = await listAuditEntries(owner, {}, 100, 'oldest');
  expect(entries.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  expect(entries[0]).toMatchObject({
    ...{ action: 'sign-in', outcome: 'Success', actor: 'user', actorId: '6000000001', userId: '6000000001' },
    ...{ address: '192.0.2.7', userAgent: 'test\ufffd\ufffdagent', requestId: 'abc', atMs: clock.nowMs() },
  });
  expect(await verifyAudit(application, key)).toMatchObject({
    valid: true,
    entries: 30,
    first: 1,
    last: 30,
    faults: [],
  });
});

test('the role of the application can add and read, and change nothing', async () => {
  for (const statement of [
    "UPDATE audit_entry SET outcome = 'Success'",
    'DELETE FROM audit_entry',
    'TRUNCATE audit_entry',
    'DROP TABLE audit_entry',
    "UPDATE audit_entry_2026_01 SET outcome = 'Success'",
    'DELETE FROM audit_entry_2026_01',
    'DROP TABLE audit_entry_2026_01',
    'ALTER TABLE audit_entry DETACH PARTITION audit_entry_2026_01',
  ]) {
    const refused = application.query({ text: statement }).catch((error: pg.DatabaseError) => error.code);
    expect(await refused, statement).toBe('42501');
  }
  await expect(application.query({ text: "SELECT audit_drop_partition('audit_entry_2026_01')" })).rejects.toThrow(
    'too young',
  );
});

test('a flood of failures is some entries and one with their number', async () => {
  const log = newLog();
  asCaller(caller(), () => {
    for (let index = 0; index < 500; index++) log.note({ kind: 'token', outcome: 'SecretWrong', clientId: '1000.X' });
  });
  await log.flush();
  const entries = await listAuditEntries(owner, { outcome: 'SecretWrong' }, 100);
  expect(entries).toHaveLength(21);
  expect(JSON.parse(entries[0]?.detail ?? '')).toMatchObject({ repeated: 480 });
});

test('what was changed, removed, put in or cut off is found', async () => {
  const whole = await verifyAudit(application, key);
  expect(whole.valid).toBe(true);
  const head = { sequence: whole.last ?? 0, hash: whole.head ?? '' };
  const tampered = async (change: string, undo: string) => {
    await owner.query({ text: 'CREATE TABLE kept AS SELECT * FROM audit_entry' });
    await owner.query({ text: change });
    const result = await verifyAudit(application, key, head);
    await owner.query({ text: undo });
    await owner.query({ text: 'DROP TABLE kept' });
    return result;
  };
  const restore = 'DELETE FROM audit_entry; INSERT INTO audit_entry SELECT * FROM kept';
  const changed = await tampered("UPDATE audit_entry SET address = '198.51.100.1' WHERE sequence = 5", restore);
  expect(changed.faults).toMatchObject([{ sequence: 5, fault: expect.stringContaining('it was changed') }]);
  const removed = await tampered('DELETE FROM audit_entry WHERE sequence = 9', restore);
  expect(removed.faults).toMatchObject([{ sequence: 10, fault: expect.stringContaining('entries are missing') }]);
  const cut = await tampered(`DELETE FROM audit_entry WHERE sequence > ${head.sequence - 3}`, restore);
  expect(cut.faults).toMatchObject([{ sequence: head.sequence, fault: expect.stringContaining('cut off') }]);
  const forged = await verifyAudit(application, Buffer.alloc(32, 8));
  expect(forged.valid).toBe(false);
  expect((await verifyAudit(application, key, head)).valid).toBe(true);
});

test('whole months go after their time, and the rest still verifies', async () => {
  const log = newLog();
  const started = await verifyAudit(application, key);
  for (const days of [20, 20, 20, 20]) {
    clock.advance(days * daySeconds);
    asCaller(caller(), () => log.note({ kind: 'password', outcome: 'Success', userId: '6000000001' }));
    await log.flush();
  }
  expect(await log.dropOld(60)).toEqual(['audit_entry_2026_01']);
  expect(await log.dropOld(60)).toEqual([]);
  const rest = await verifyAudit(application, key, { sequence: 3, hash: '0'.repeat(64) });
  expect(rest).toMatchObject({ valid: true, first: (started.last ?? 0) + 1 });
  const [told] = await listAuditEntries(owner, { action: 'audit' }, 1);
  expect(JSON.parse(told?.detail ?? '')).toMatchObject({ action: 'retention', removed: [{ first: 1 }] });
  clock.advance(60 * daySeconds);
  asCaller(caller(), () => log.note({ kind: 'password', outcome: 'Success', userId: '6000000001' }));
  await log.flush();
  expect(await log.dropOld(60)).toEqual(['audit_entry_2026_02', 'audit_entry_2026_03']);
  expect(await verifyAudit(application, key)).toMatchObject({ valid: true });
});
