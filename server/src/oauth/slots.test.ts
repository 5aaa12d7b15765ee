import { afterAll, expect, test } from 'vitest';
import { systemRandom } from '../foundation/random.ts';
import { secretHash } from '../foundation/secrets.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { createCredential, isCredential } from './formats.ts';
import { CredentialSlots, slotCount, slotOf, sqlSlotOf } from './slots.ts';

const database = await createTestDatabase('data-center');
afterAll(() => database.close());

const slots = new CredentialSlots(Buffer.alloc(32, 1));
const others = new CredentialSlots(Buffer.alloc(32, 2));

test('SQL and TypeScript agree on the slot of a user', async () => {
  const userIds = ['0', '1', '65535', '65536', '6123456789', '6999999999', '999999999999999999'];
  const rows = await database.query<{ slot: number }>({
    text: `SELECT ${sqlSlotOf('u')} AS slot FROM unnest($1::bigint[]) WITH ORDINALITY AS t(u, place) ORDER BY place`,
    values: [userIds],
  });
  expect(rows.map(({ slot }) => slot)).toEqual(userIds.map(slotOf));
  expect(new Set(userIds.map(slotOf)).size).toBeGreaterThan(4);
});

test('credentials of both forms carry any slot, and keep their form', () => {
  for (const slot of [0, 1, 255, 256, 40_000, slotCount - 1]) {
    const credential = slots.createCredential(systemRandom, '1004', slot);
    expect(isCredential(credential) && credential.startsWith('1004.')).toBe(true);
    expect(slots.placeOf(credential)).toEqual({ hash: secretHash(credential), slot });
    const token = slots.createToken(systemRandom, slot);
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(slots.slotIn(token)).toBe(slot);
  }
});

test('what carries none, or under another key, has no slot', () => {
  const made = Array.from({ length: 300 }, () => createCredential(systemRandom, '1000'));
  expect(made.filter((credential) => slots.slotIn(credential) !== undefined)).toEqual([]);
  const credential = slots.createCredential(systemRandom, '1000', 7);
  expect(others.slotIn(credential)).toBeUndefined();
  for (const text of ['', 'x', credential.slice(1), `${credential}0`, credential.toUpperCase(), credential.slice(5)]) {
    expect(slots.slotIn(text), text).toBeUndefined();
  }
});

test('credentials of one slot have nothing in common, and one that is derived stays the same', () => {
  const marks = Array.from({ length: 300 }, () => slots.createCredential(systemRandom, '1000', 7).slice(-12));
  const firstBytes = new Set(marks.map((mark) => mark.slice(0, 4)));
  expect(firstBytes.size).toBeGreaterThan(280);
  const bytes = systemRandom.bytes(32);
  const derived = slots.deriveCredential(bytes, '1000', 7);
  expect(derived).toBe(slots.deriveCredential(bytes, '1000', 7));
  expect(derived.replaceAll('.', '').slice(4, 56)).toBe(bytes.toString('hex').slice(0, 52));
});
