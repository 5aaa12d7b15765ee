import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Environment } from '../config/data-centers.ts';
import { type Answer, startCrm } from './testing/crm-platform.ts';
import { everyOperation, examples, nameOf, pathOf } from './testing/examples/examples.ts';
import { type Example, makeWorld, secret } from './testing/examples/world.ts';

/**
 * Tenants cannot see each other: for every operation of the table, a call that goes well for its organization is made by
 * two strangers, another organization and another environment of the same one, with the ids of the first. They see
 * nothing, change nothing, and cannot tell an id that is somebody's from one that is nobody's.
 */
const crm = await startCrm();
afterAll(() => crm.close());
const world = await makeWorld(crm);
const { organizationId, ownerZuid } = crm.organization;
const strangers: readonly { readonly token: string; readonly environment: Environment }[] = [
  { token: crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid), environment: 'production' },
  { token: crm.tokenFor(organizationId, ownerZuid, { environment: 'sandbox' }), environment: 'sandbox' },
];
const sound = [200, 201, 202, 204, 207, 304, 400, 401, 403, 404, 412, 413, 429];

/** What the organization has, in every table that says whose its rows are. */
const tables = await crm.database.query<{ name: string }>({
  text: `SELECT table_name AS name FROM information_schema.columns
         WHERE column_name = 'data_space' AND table_name LIKE 'crm%' ORDER BY 1`,
});
const contents = async (): Promise<Readonly<Record<string, string>>> => {
  const parts = tables.map(
    ({ name }) => `SELECT '${name}' AS name, md5(string_agg(each::text, '|' ORDER BY each::text)) AS sum
                   FROM ${name} AS each WHERE data_space = $1`,
  );
  const rows = await crm.database.query<{ name: string; sum: string }>({
    text: parts.join(' UNION ALL '),
    values: [world.dataSpace],
  });
  return Object.fromEntries(rows.map(({ name, sum }) => [name, sum]));
};

/** Calls that were made, for the property at the end. */
const made: { readonly operation: (typeof everyOperation)[number]; readonly example: Example }[] = [];

test('every operation has an example, and no example is of none', () => {
  expect(Object.keys(examples).sort()).toEqual(everyOperation.map(nameOf).sort());
  expect(tables.length).toBeGreaterThan(25);
});

describe('with the ids of another tenant (AT-08)', () => {
  test.each(everyOperation.map((operation) => [nameOf(operation), operation] as const))(
    '%s',
    async (name, operation) => {
      crm.clock.advance(1);
      const example = (await examples[name]?.(world)) ?? {};
      await world.settled();
      made.push({ operation, example });
      const before = await contents();
      for (const stranger of strangers) {
        const answer = await send(operation, example, stranger);
        expect(sound, answer.text).toContain(answer.status);
        expect(answer.bytes.includes(secret), answer.text).toBe(false);
        if (answer.status < 300) continue;
        // With ids that nobody has, the refusal is the same.
        const unknown = await send(operation, withIds(example, unknownId), stranger);
        expect([unknown.status, unknown.json]).toEqual([answer.status, withIds(answer.json, unknownId)]);
      }
      expect(await contents()).toEqual(before);
      // For the organization itself the call goes well: it is no wonder of a wrong call that nothing was seen.
      const own = await crm.call(operation.method, pathOf(operation, example), example);
      expect([200, 201, 202, 204], own.text).toContain(own.status);
    },
  );
});

test('with any ids of another tenant in any place (AT-08)', async () => {
  await world.settled();
  const ids = [...new Set(JSON.stringify(made).match(new RegExp(`\\b${world.dataSpace}\\d{12}\\b`, 'g')))];
  expect(ids.length).toBeGreaterThan(100);
  const before = await contents();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...made),
      fc.constantFrom(...strangers),
      fc.infiniteStream(fc.constantFrom(...ids)),
      async ({ operation, example }, stranger, stream) => {
        const mixed = withIds(example, (id) => (id.startsWith(String(world.dataSpace)) ? stream.next().value : id));
        const answer = await send(operation, mixed, stranger);
        expect(sound, answer.text).toContain(answer.status);
        expect(answer.bytes.includes(secret), answer.text).toBe(false);
      },
    ),
    { numRuns: 300 },
  );
  expect(await contents()).toEqual(before);
});

function send(
  operation: (typeof everyOperation)[number],
  example: Example,
  by: (typeof strangers)[number],
): Promise<Answer> {
  const { content, ...rest } = example;
  return crm.call(operation.method, pathOf(operation, example), { ...rest, ...by, ...(content ? { content } : {}) });
}

/** An id that nobody has, for one of the organization: as long, and of no data space. */
function unknownId(id: string): string {
  return id.length > 40 ? [...id].reverse().join('') : id.replace(String(world.dataSpace), '1999999');
}

/** The same with other ids: long numbers, and the names of files. */
function withIds<Value>(value: Value, change: (id: string) => string): Value {
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === 'string') {
    return value.replaceAll(/\b(?:\d{19}|[0-9a-f]{64})\b/g, change) as Value;
  }
  if (Array.isArray(value)) return value.map((each) => withIds(each, change)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withIds(each, change)])) as Value;
}
